"""Words beside a dictated value that hide one of its digits, because the engine misheard it."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from tasks.redact import lexicon
from tasks.redact.name_words import NEVER
from tasks.redact.shapes import USUAL
from tasks.redact.wordlists import word_set

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tasks.redact.candidates import Candidate
    from tasks.redact.runs import Run
    from tasks.redact.script import Script

MAX_GAP = 3
"""So many words between two parts of one value are taken for parts of it."""
MAX_LEAD = 3
"""So many words between a cue and its value are looked at."""
MAX_GROWTH = 3
"""And so many at either end, if that many digits are missing."""
_STOPS = frozenset().union(
    *(word_set("connectives"), lexicon.LINKS, lexicon.CORRECTIONS, lexicon.BACK_CHANNEL, NEVER, lexicon.UNITS)
) - {*lexicon.DIGITS, "plus", "i", "a"}
_PLAIN = lexicon.SMALL_TALK | word_set("carriers") | {"or"}
"""A gap of nothing but these parts two values, or is no part of either."""


def grow(script: Script, named: Sequence[tuple[Run, Candidate]]) -> list[Candidate]:
    """More of each named run: the words between its parts, and at its ends while digits are missing."""
    grown = list(_between(script, [candidate for _, candidate in named]))
    for index, (_, candidate) in enumerate(named):
        missing = _missing(script, named, index)
        first = behind_cue(script, _grow(script, candidate, -1, missing))
        end = _grow(script, candidate, 1, missing - (candidate.first - first))
        if (first, end) != (candidate.first, candidate.end):
            grown.append(candidate._replace(first=first, end=end))
    return grown


def behind_cue(script: Script, first: int) -> int:
    """The start of a value with the odd word between it and its cue: "my landline is <oh want> one three"."""
    at, start = first - 1, first
    while at >= script.span(first).first and first - at <= MAX_LEAD:
        if at in script.cued:
            return start
        token = script.tokens[at]
        if token.closes or token.sealed:
            return first
        if token.core in lexicon.SOUNDS_LIKE or not (token.name.common or token.core in _STOPS):
            start = at
        at -= 1
    return first


def _missing(script: Script, named: Sequence[tuple[Run, Candidate]], index: int) -> int:
    """How many digits the value lacks, its parts in this and the neighbouring breaths together."""
    entity, here = named[index][1].entity, script.say_of[named[index][1].first]
    who = script.says[here].who
    parts = [
        run.digits + run.letters
        for run, other in named
        if other.entity == entity
        and abs(script.say_of[other.first] - here) <= 4
        and script.span(other.first).who == who
    ]
    return USUAL.get(entity, 0) - sum(parts)


def _grow(script: Script, candidate: Candidate, step: int, missing: int) -> int:
    """The start (step -1) or the end (step 1) of a candidate with what belongs to it."""
    say = script.span(candidate.first)
    edge = candidate.first if step < 0 else candidate.end
    for taken in range(MAX_GROWTH):
        at = edge - 1 if step < 0 else edge
        if (
            not say.first <= at < say.end
            or at in script.cued
            or not _hides_digit(script, at, missing - taken)
        ):
            break
        if script.tokens[at if step < 0 else at - 1].closes:
            break
        edge += step
    return edge


def _hides_digit(script: Script, at: int, missing: int) -> bool:
    token = script.tokens[at]
    if token.sealed:
        return False
    if token.core in lexicon.SOUNDS_LIKE and token.core not in lexicon.WORDS_OF_THEIR_OWN:
        return True
    if token.core in lexicon.SOUNDS_LIKE:
        return missing > 0
    return (
        missing > 0
        and token.core not in _STOPS
        and token.atoms[0].kind in {"word", "mark", "letter", "code", "zero"}
    )


def _between(script: Script, named: Sequence[Candidate]) -> Iterator[Candidate]:
    for before, after in itertools.pairwise(named):
        gap = range(before.end, after.first)
        same = before.entity == after.entity and script.say_of[before.first] == script.say_of[after.first]
        if not same or not 0 < len(gap) <= MAX_GAP or any(script.tokens[word].sealed for word in gap):
            continue
        told = [script.cores[word] for word in gap if script.cores[word] not in _PLAIN]
        if told and not any(word in script.cued for word in gap):
            yield before._replace(first=gap.start, end=gap.stop)
