"""Names of persons that the words around them introduce: "this is", "the surname", "is joy there", "mr"."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from tasks.redact.candidates import Candidate
from tasks.redact.gazetteer import NO_NAME
from tasks.redact.name_forms import is_capital, is_company, is_unknown, is_wordlike, looks_like_name, name_end
from tasks.redact.name_words import (
    AUXILIARIES,
    GREETINGS,
    HERE,
    I_AM,
    INTRODUCING,
    NEVER,
    RELATIONS,
    SHORT_TITLES,
    STRONG,
    TITLES,
    VERBS,
    WEAK,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tasks.redact.script import Script

ALSO_WORDS = TITLES - SHORT_TITLES - {"doctor", "professor", "miss", "reverend"}
"""Titles that are said without a name, too ("yes sir recharge is done"): a listed name must follow."""
AVAILABLE = frozenset({"there", "available", "around", "home"})
SAID = frozenset({"is", "was", "now", "uh", "um", "used", "to", "be", "says"})
"""What may stand between a cue and the name."""
LONGEST_OPENING = 7
LONGEST_PHRASE = 5
_THIS_IS = frozenset({("this", "is"), ("it", "is"), ("here", "is")})


def find_introduced(script: Script) -> Iterator[Candidate]:
    """Names behind what introduces, announces, asks for or titles them, and before "here"."""
    yield from _introduced(script)
    yield from _announced(script)
    yield from _asked_for(script)
    yield from _opening(script)
    yield from _titled(script)


def _introduced(script: Script) -> Iterator[Candidate]:
    for before in script.where(INTRODUCING):
        at, limit = before + 1, script.span(before).end
        if at == limit or script.cores[at] in NEVER:
            continue
        strength = _introduction(script, at)
        if strength == "strong":
            end = name_end(script, at, limit, bold=True)
        elif strength and not _is_auxiliary(script, at) and _is_introduced(script, at, strength):
            end = name_end(script, at, limit, bold=False)
        else:
            continue
        if end > at and not (strength != "strong" and is_company(script, at, end)):
            yield Candidate(
                at, end, "PERSON", 0.9 if strength == "strong" else 0.75, f"introduced:{strength}"
            )


def _announced(script: Script) -> Iterator[Candidate]:
    """What may be a name right behind words that announce one: "under the surname haverkamp"."""
    for behind in [cue.end for cue in chain.from_iterable(script.cues) if cue.entity == "PERSON"]:
        at = behind
        while script.next(at - 1) in SAID:
            at += 1
        if not script.next(at - 1) or script.tokens[at - 1].closes:
            continue
        if looks_like_name(script, at, bold=False) or is_unknown(script, at) or _is_listed(script, at):
            end = name_end(script, at, script.span(at).end, bold=False)
            yield Candidate(at, max(end, at + 1), "PERSON", 0.7, "cue:PERSON")


def _introduction(script: Script, at: int) -> str:
    """How strongly the words before this one say that a name follows: strong, weak, faint or not ("")."""
    if _ends_in(script, at, STRONG) and not script.tokens[at - 1].closes:
        return "strong"
    before, second = script.cores[at - 1], script.prev(at, 2)
    slot = _ends_in(script, at, WEAK) and _fills_slot(script, at)
    if slot or (second, before) in _THIS_IS or before in GREETINGS or (before == "you" and second == "thank"):
        return "weak"
    if (
        (before == "it's" and second in GREETINGS)
        or before in {"called", "named"}
        or before in RELATIONS
        or (before in {"is", "was", "named"} and second in RELATIONS)
    ):
        return "weak"
    if before == "back" and second == "welcome":
        return "weak"
    if before in I_AM or (before == "am" and second == "i") or script.prev(at, 3) == "behalf":
        return "faint"
    return ""


def _ends_in(script: Script, at: int, phrases: Mapping[tuple[str, ...], Sequence[list[str]]]) -> bool:
    """Whether one of the phrases ends before a word, in the same breath."""
    last = script.cores[at - 1]
    alike = phrases.get((script.prev(at, 2), last))
    if alike is None:
        return (last,) in phrases
    said = script.cores[max(script.span(at).first, at - LONGEST_PHRASE) : at]
    return (last,) in phrases or any(said[-len(phrase) :] == phrase for phrase in alike)


def _is_introduced(script: Script, at: int, strength: str) -> bool:
    if looks_like_name(script, at, bold=strength == "weak") or _is_me(script, at):
        return True
    reading = script.tokens[at].name
    if reading.everyday:
        return _is_last_name(script, at + 1) and bool(script.next(at)) and _fills_slot(script, at + 1)
    return reading.last and not reading.common and _phrase_ends(script, at)


def _is_last_name(script: Script, at: int) -> bool:
    return at < len(script.tokens) and script.tokens[at].name.last


def _phrase_ends(script: Script, at: int) -> bool:
    after = script.next(at)
    return not after or script.tokens[at].pauses or after in NEVER


def _is_auxiliary(script: Script, at: int) -> bool:
    """Whether it is the verb in "my husband will call"."""
    after = script.next(at)
    verb = script.cores[at] in AUXILIARIES and bool(after) and not script.tokens[at].pauses
    if not verb or after in HERE | {"from", "and", "with", script.cores[at]}:
        return False
    return after in VERBS or not script.tokens[at + 1].name.last


def _fills_slot(script: Script, at: int) -> bool:
    """Whether an everyday name is nothing but one here: the phrase ends behind it, or goes on as one."""
    reading = script.tokens[at].name
    if not reading.everyday:
        return reading.first or reading.last or script.prev(at) in {"to", "with", "for"}
    return _phrase_ends(script, at) or _is_last_name(script, at + 1)


def _is_me(script: Script, at: int) -> bool:
    """Whether a word of no list ends a phrase ("i'm oduya from billing") or is spelled ("hix with an x")."""
    after = script.next(at)
    if after == "with" and script.next(at, 2) in {"a", "an", "one", "two"}:
        return is_unknown(script, at)
    ends = not after or script.tokens[at].pauses or after in {"from", "with", "calling", "here", "and"}
    plain = script.cores[at].endswith(("ing", "ed", "ly"))
    return script.prev(at) == "i'm" and ends and not plain and is_unknown(script, at)


def _asked_for(script: Script) -> Iterator[Candidate]:
    """Who is asked for at the beginning: "is this joy", "is joy available"."""
    for say in script.says:
        if script.cores[say.first] != "is":
            continue
        at = say.first + (2 if script.next(say.first) == "this" else 1)
        if at >= say.end or not (at == say.first + 2 or script.next(at) in AVAILABLE):
            continue
        if looks_like_name(script, at, bold=True):
            yield Candidate(at, name_end(script, at, say.end, bold=False), "PERSON", 0.7, "asked")


def _opening(script: Script) -> Iterator[Candidate]:
    """Who says at the beginning that it is them: "olu adebayo here"."""
    for here in script.where(HERE):
        say, first = script.span(here), here
        if here - say.first >= LONGEST_OPENING:
            continue
        while first > say.first and _may_be_called(script, first - 1, whole=first - 1 == say.first):
            first -= 1
        if first < here:
            yield Candidate(first, here, "PERSON", 0.7, "introduced:here")


def _may_be_called(script: Script, at: int, *, whole: bool) -> bool:
    """Whether a word may be a name before "here"; an everyday one only where nothing is said before it."""
    token = script.tokens[at]
    if token.pauses or token.sealed or token.core in NEVER or not is_wordlike(script, at):
        return False
    before = script.tokens[at - 1].name if not whole else NO_NAME
    listed = token.name.first or (token.name.last and (not token.name.common or before.everyday))
    return listed or is_unknown(script, at) or is_capital(script, at) or (whole and token.name.everyday)


def _titled(script: Script) -> Iterator[Candidate]:
    for at in script.where(TITLES):
        title, limit = script.cores[at], script.span(at).end
        if at + 1 >= limit or script.tokens[at + 1].sealed:
            continue
        sure = (
            title in SHORT_TITLES
            or _is_initial(script, at + 1)
            or (
                _is_listed(script, at + 1)
                if title in ALSO_WORDS
                else looks_like_name(script, at + 1, bold=True)
            )
        )
        bold = title in SHORT_TITLES or _is_initial(script, at + 1)
        end = name_end(script, at + 1, limit, bold=bold) if sure else at + 1
        if end > at + 1:
            yield Candidate(at, end, "PERSON", 0.85, "title")


def _is_initial(script: Script, at: int) -> bool:
    core = script.cores[at]
    return len(core) == 1 and core.isalpha() and core not in {"a", "i"}


def _is_listed(script: Script, at: int) -> bool:
    reading = script.tokens[at].name
    return reading.first or (reading.last and not reading.common) or is_capital(script, at)
