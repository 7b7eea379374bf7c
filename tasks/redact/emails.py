"""E-mail addresses and payment handles, written, spoken or spelled."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tasks.redact import lexicon
from tasks.redact.candidates import Candidate
from tasks.redact.expectations import asked
from tasks.redact.wordlists import word_set

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tasks.redact.runs import Run
    from tasks.redact.script import Say, Script

ENDINGS = word_set("endings")
PROVIDERS = word_set("providers")
LEFT_EDGE = word_set("left_edge")
"""A local part begins after one of these."""
WEB = word_set("web")
PROTOCOLS = frozenset({"http", "https"})
JOINING = frozenset({"at", "dot", "underscore"})
"""Before one of these even "https" is part of an e-mail address: pages have a colon there."""
MAX_HANDLE_WORDS = 4
"""A payment handle ends in a bank's name: "ok axis bank"."""
MAX_LOCAL_WORDS = 18
MAX_DOMAIN_PARTS = 3
MAX_PAUSE = 2
"""So many turns later an address that was begun goes on."""
NEAR_WORDS = 24
"""A spelling so near to an address in the same breath belongs to it."""
_DOTTED = re.compile(r"^\.[a-z]{2,}|[a-z0-9]\.[a-z]{2,}", re.IGNORECASE)
_DOMAIN = re.compile(r"^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}$")


def find_emails(script: Script, runs: Sequence[Run]) -> list[Candidate]:
    """E-mail addresses, and the spellings around them."""
    found: list[Candidate] = []
    signed = {script.say_of[at] for at in script.at_signs}
    heeding = script.heeding
    for index in sorted(signed | heeding):
        say, entity = script.says[index], _wanted(script, index) if index in heeding else ""
        spoken = list(_addresses(script, say, entity)) if index in signed else []
        found += spoken
        if spoken:
            found += _spellings(script, say, runs, spoken)
        elif entity:
            found += _unfinished(script, index, entity)
    return [*found, *_domains_apart(script, found)]


def _domains_apart(script: Script, found: Sequence[Candidate]) -> Iterator[Candidate]:
    """What comes a turn after an address that ended with its sign: "example dot org"."""
    for one in found:
        index = script.say_of[one.first]
        if script.cores[one.end - 1] != "at" or one.end < script.says[index].end:
            continue
        for say in script.says[index + 1 : index + 1 + MAX_PAUSE]:
            end = _domain_end(script, say, say.first) if say.who == script.says[index].who else None
            if end is not None:
                yield one._replace(first=say.first, end=end)


def _wanted(script: Script, index: int) -> str:
    """EMAIL or UPI_ID where one of them is announced here or was asked for, else an empty string."""
    here = (cue.entity for cue in reversed(script.cues[index]))
    wanted = (entity for entity in (*here, *asked(script, index)) if entity in {"EMAIL", "UPI_ID"})
    return next(wanted, "")


def _addresses(script: Script, say: Say, wanted: str) -> Iterator[Candidate]:
    end = say.first
    for at in script.within(say, script.at_signs):
        found = _address_at(script, say, at, wanted) if at >= end else None
        if found:
            yield found
            end = found.end


def _address_at(script: Script, say: Say, at: int, wanted: str) -> Candidate | None:
    """The address whose sign is at this word: an "@" in it, or a spoken "at" before a domain."""
    core = script.cores[at]
    if core != "at" and len(core) > 2:
        first, end = _written_start(script, say, at), _written_end(script, say, at)
        return Candidate(first, end, wanted or "EMAIL", 0.95, "at-sign")
    if core != "at":
        return None
    domain_end = _domain_end(script, say, at + 1)
    if wanted == "UPI_ID":
        domain_end = min(say.end, at + 1 + MAX_HANDLE_WORDS)
    if domain_end is None:
        return None
    first = _local_start(script, say, at)
    if first == at and not wanted:
        return None
    return Candidate(first, domain_end, wanted or "EMAIL", 0.9, "at-domain")


def _domain_end(script: Script, say: Say, at: int) -> int | None:
    """The end of the domain that begins at a word, None where there is none."""
    if script.cores[at : at + 2] == ["the", "rate"]:
        at += 2
    if at < say.end and _DOMAIN.match(script.cores[at]):
        return at + 1
    end = _dotted_end(script, say, at)
    if end is not None:
        return end
    if at < say.end and script.cores[at] in PROVIDERS:
        dotted = at + 2 < say.end and script.cores[at + 2] in ENDINGS
        return at + 3 if dotted else at + 1
    two = "".join(script.cores[at : min(at + 3, say.end)])
    return min(at + 3, say.end) if two in PROVIDERS else None


def _dotted_end(script: Script, say: Say, at: int) -> int | None:
    """The end of "example dot edu" and "t x mail dot co dot uk"."""
    for dot in range(at + 1, min(at + 7, say.end - 1)):
        if script.cores[dot] in {"dot", "period", "point"} and script.cores[dot + 1] in ENDINGS:
            end = dot + 2
            while (
                end + 1 < say.end
                and script.cores[end] in {"dot", "period"}
                and script.cores[end + 1] in ENDINGS
            ):
                end += 2
            return end
        if script.tokens[dot].closes and not script.tokens[dot].value_like:
            end = _written_end(script, say, dot)
            return end if end > dot + 1 else None
    return None


def _local_start(script: Script, say: Say, at: int) -> int:
    first = at
    while first > say.first and at - first < MAX_LOCAL_WORDS:
        core = script.cores[first - 1]
        if core in LEFT_EDGE and not _is_example(script, first - 1) and not _joins_names(script, first - 1):
            break
        if core in WEB and not (core in PROTOCOLS and script.cores[first] in JOINING):
            break
        if script.tokens[first - 1].closes or script.tokens[first - 1].sealed:
            break
        if script.in_cue(first - 1) and core not in {"number", "the", "mail"}:
            break
        first -= 1
    return first


def _written_start(script: Script, say: Say, at: int) -> int:
    """The start of "jane dot doe@example.com": an engine may write only the end as an address."""
    first = at
    while first - 2 >= say.first and script.cores[first - 1] in {"dot", "underscore", "dash"}:
        first -= 2
    return first


def _written_end(script: Script, say: Say, at: int) -> int:
    """The end of "jane@ example. com": an engine may take the signs for those of sentences."""
    end = at + 1
    while end < say.end and end - at <= MAX_DOMAIN_PARTS and script.words[end - 1].endswith(("@", ".")):
        if script.cores[end] not in ENDINGS | PROVIDERS or not script.words[end][:1].islower():
            break
        end += 1
    return end


def _joins_names(script: Script, at: int) -> bool:
    """Whether it is the "and" of "tom and sue at ..."."""
    return script.cores[at] == "and" and bool(script.prev(at)) and script.tokens[at - 1].name.first


def _is_example(script: Script, at: int) -> bool:
    return script.prev(at) in lexicon.LIKE_WORDS or script.next(at) in {"dot", "underscore"}


def _spellings(
    script: Script, say: Say, runs: Sequence[Run], spoken: Sequence[Candidate]
) -> Iterator[Candidate]:
    """Spelled letters and names beside an address: parts of it, or its spelling."""
    for run in runs:
        if not (say.first <= run.first < say.end and run.letters >= run.digits and run.letters):
            continue
        near = next(
            (
                one
                for one in spoken
                if abs(one.first - run.end) < NEAR_WORDS or abs(run.first - one.end) < NEAR_WORDS
            ),
            None,
        )
        if near:
            first = run.first
            while first > say.first and _is_unusual(script, first - 1):
                first -= 1
            yield Candidate(first, run.end, near.entity, 0.7, "spelling")


def _is_unusual(script: Script, at: int) -> bool:
    token = script.tokens[at]
    return (
        token.core.isalpha()
        and not token.name.common
        and token.core not in lexicon.LINKS
        and len(token.core) > 2
    )


def _unfinished(script: Script, index: int, entity: str) -> Iterator[Candidate]:
    """A part of an address after a cue, its end not said yet: "it's jane dot doe"."""
    say = script.says[index]
    joints = [at for at in range(say.first, say.end) if _is_joint(script, at)]
    cues = [
        cue.end for cue in script.cues[index] if cue.entity == entity and cue.end <= min(joints, default=0)
    ]
    first = cues[-1] if cues else say.first
    while first < say.end and (script.cores[first] in LEFT_EDGE or script.cores[first] in lexicon.FILLERS):
        first += 1
    signs = [
        at
        for at in range(first, say.end)
        if script.cores[at] in {"hyphen", "at"} or script.tokens[at].value_like or _is_joint(script, at)
    ]
    if joints and first <= signs[-1]:
        behind = 1 if _DOTTED.search(script.words[signs[-1]]) else 2
        yield Candidate(first, min(say.end, signs[-1] + behind), entity, 0.6, f"cue:{entity}")


def _is_joint(script: Script, at: int) -> bool:
    """Whether a word joins two parts of an address, or is one written with its dot: "jane.doe", ".com"."""
    if script.cores[at] in PROVIDERS and script.next(at) in {"com", "net", "co"}:
        return True
    return script.cores[at] in {"dot", "underscore"} or bool(_DOTTED.search(script.words[at]))
