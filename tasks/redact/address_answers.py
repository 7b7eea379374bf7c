"""Answers to "where do you live", whatever form they have: houses and hamlets are in no list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tasks.redact import lexicon, places
from tasks.redact.candidates import Candidate
from tasks.redact.name_words import NEVER
from tasks.redact.wordlists import word_set

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tasks.redact.script import Say, Script

LEADING = word_set("leading")
"""An address begins after one of these, in an answer that is a sentence."""
LONGEST_ANSWER = 40
BRIEF = 6
"""An answer of so few words is an address from its first one: "the old forge church street"."""

_SMALL = NEVER | lexicon.LINKS | lexicon.BACK_CHANNEL
_PLACES = places.STREETS | places.HOUSES | places.UNITS | places.STATES


def find_told_places(script: Script, index: int) -> Iterator[Candidate]:
    """Each part of an answer that holds a word of an address: houses and hamlets are in no list."""
    say = script.says[index]
    if say.end - say.first > LONGEST_ANSWER:
        return
    for first, end in _parts(script, say):
        telling = [at for at in range(first, end) if _tells_place(script, at)]
        if any(_is_place(script, at) for at in telling):
            start = telling[0]
            brief = end - first <= BRIEF
            while start > first and (
                script.cores[start - 1] in places.STREET_NAMES | {"the"}
                or (brief and script.cores[start - 1] not in _SMALL)
            ):
                start -= 1
            yield Candidate(start, telling[-1] + 1, "ADDRESS", 0.6, "answer-window")


def _parts(script: Script, say: Say) -> Iterator[tuple[int, int]]:
    """The stretches between cues, and after the last "it's" or "we're at" of each."""
    cues = (cue for cue in script.cues[script.say_of[say.first]] if cue.entity != "ADDRESS")
    apart = {at for cue in cues for at in range(cue.first, cue.end)}
    start = say.first
    for at in range(say.first, say.end + 1):
        ends = at == say.end or at in apart or script.tokens[at].sealed
        if ends or script.cores[at] in LEADING:
            if ends and at > start:
                yield start, at
            start = at + 1


def _is_place(script: Script, at: int) -> bool:
    """Whether a word says by itself that an address is told."""
    return script.cores[at] in _PLACES or bool(places.city_length(script.cores, at, script.span(at).end))


def _tells_place(script: Script, at: int) -> bool:
    token = script.tokens[at]
    if token.core in lexicon.FILLERS or token.core in lexicon.LINKS or token.core in NEVER:
        return False
    if token.value_like:
        return len(token.core) > 1 or token.core not in {"a", "i"}
    return (
        _is_place(script, at) or not token.name.common or token.core in places.STREET_NAMES or token.capital
    )
