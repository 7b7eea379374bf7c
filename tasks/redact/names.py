"""Names of persons: introduced, answered, spelled, or known from lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tasks.redact import lexicon, places
from tasks.redact.candidates import Candidate
from tasks.redact.expectations import asked
from tasks.redact.introduced_names import find_introduced
from tasks.redact.name_forms import (
    followed_by_last_name,
    is_capital,
    is_company,
    is_plain,
    is_unknown,
    is_wordlike,
    looks_like_name,
    name_end,
)
from tasks.redact.name_words import (
    ARTICLES,
    AUXILIARIES,
    NAME_VERBS,
    NEVER,
    NO_NAME_BEFORE,
    PERSON_VERBS,
    TELLING,
    TITLES,
)
from tasks.redact.refusals import refuses
from tasks.redact.spelled_names import find_initials, find_spelled

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tasks.redact.runs import Run
    from tasks.redact.script import Say, Script


_NO_NAME = AUXILIARIES | NEVER


def find_names(script: Script, runs: Sequence[Run]) -> list[Candidate]:
    """Names by what introduces them, as answers to "who", and by lists; each with the spelling behind it."""
    found = [*find_introduced(script), *_known(script), *_told(script)]
    for index, say in enumerate(script.says):
        if index in script.answering and "PERSON" in asked(script, index) and not refuses(script, say):
            found += _answered(script, say)
    return [*found, *find_spelled(script, runs, found), *_beside(script, found), *find_initials(script, runs)]


def _beside(script: Script, found: Sequence[Candidate]) -> Iterator[Candidate]:
    """An everyday name that is said in one breath with another: "mike or sandy"."""
    for one in found:
        at = one.end + 1
        if script.next(one.end - 1) not in {"and", "or"} or not script.next(one.end - 1, 2):
            continue
        if script.tokens[at].name.everyday and script.cores[at] not in _NO_NAME:
            yield Candidate(at, at + 1, "PERSON", 0.55, "beside")


def _known(script: Script) -> Iterator[Candidate]:
    """Listed first names: with a last name behind, or alone where they are hardly ever anything else."""
    taken = 0
    for at in script.marked:
        reading = script.tokens[at].name
        if not (reading.first or reading.everyday) or at < taken or script.in_cue(at):
            continue
        unit = script.cores[at] in lexicon.UNITS and script.tokens[at - 1].number
        if script.cores[at] in NEVER or not is_wordlike(script, at) or unit or _is_a_thing(script, at):
            continue
        if (reading.everyday or reading.mostly_last) and _acts(script, at):
            yield Candidate(at, at + 1, "PERSON", 0.6, "acts")
        end = (
            name_end(script, at, script.span(at).end, bold=False)
            if reading.first or followed_by_last_name(script, at)
            else at
        )
        if end - at > 1 and is_company(script, at, end):
            taken = end
            continue
        if end - at > 1:
            yield Candidate(at, end, "PERSON", 0.7, "listed")
        elif end - at == 1 and _stands_alone(script, at):
            yield Candidate(at, end, "PERSON", 0.55, "listed-first")
        taken = end


def _is_a_thing(script: Script, at: int) -> bool:
    """Whether a rare name stands behind an article, as an abbreviation or a brand does: "the emi"."""
    token = script.tokens[at]
    return token.name.mostly_last and not token.capital and script.prev(at) in ARTICLES


def _acts(script: Script, at: int) -> bool:
    """Whether an everyday word does what only persons do, or is told: "tell grace that mark called"."""
    if script.cores[at] in AUXILIARIES or (script.prev(at) in NO_NAME_BEFORE and script.prev(at) != "that"):
        return False
    if script.next(at) in {"in", "from", "at"} and script.next(at, 3) in PERSON_VERBS:
        return True
    told_of = script.prev(at) in PERSON_VERBS and script.next(at) in NAME_VERBS
    return told_of or script.next(at) in PERSON_VERBS or script.prev(at) in TELLING


def _told(script: Script) -> Iterator[Candidate]:
    """Who is told or asked something, where a capital shows that it is somebody: "tell Piet that ..."."""
    for before in script.where(TELLING):
        at = before + 1
        if script.next(before) and is_capital(script, at) and looks_like_name(script, at, bold=False):
            yield Candidate(at, name_end(script, at, script.span(at).end, bold=False), "PERSON", 0.6, "told")


def _stands_alone(script: Script, at: int) -> bool:
    """A plain first name by itself; in text with capitals it must have one."""
    core = script.cores[at]
    if script.tokens[at].name.mostly_last or core in lexicon.MONTHS or len(core) < 3:
        return False
    if core in places.KNOWN:
        return False
    cased = script.tokens[script.span(at).first].capital
    return script.tokens[at].capital or not cased


def _answered(script: Script, say: Say) -> Iterator[Candidate]:
    """The names in an answer to "who": ordinary words count where the answer is little else."""
    short = say.end - say.first <= 8
    if say.end - say.first == 1 and len(script.cores[say.first]) == 1:
        yield Candidate(say.first, say.end, "PERSON", 0.6, "answer")
    at = say.first
    while at < say.end:
        brief = _phrase_end(script, say, at) - at <= 3
        bold = short and _opens(script, say, at) and (brief or not is_plain(script, at))
        if (
            script.cores[at].removesuffix("'s") in NEVER
            or not is_wordlike(script, at)
            or not (bold or looks_like_name(script, at, bold=True) or is_unknown(script, at))
        ):
            at += 1
            continue
        end = name_end(script, at, say.end, bold=bold or is_unknown(script, at))
        if end > at:
            yield Candidate(at, end, "PERSON", 0.8, "answer")
        at = max(end, at + 1)


def _phrase_end(script: Script, say: Say, at: int) -> int:
    """The end of the sentence at a word."""
    return next((word + 1 for word in range(at, say.end) if script.tokens[word].closes), say.end)


def _opens(script: Script, say: Say, at: int) -> bool:
    """Nothing but "yes, it's" and the like before."""
    return all(
        core in NEVER or core in lexicon.LINKS or core in TITLES for core in script.cores[say.first : at]
    )
