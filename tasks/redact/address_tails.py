"""What follows a street: the unit, the city, the state and the post code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tasks.redact import lexicon, places
from tasks.redact.candidates import Candidate
from tasks.redact.name_words import NEVER
from tasks.redact.wordlists import word_set

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tasks.redact.runs import Run
    from tasks.redact.script import Say, Script

MAX_CITY_WORDS = 3
LATER = 8
"""So many words behind an address its next part may come."""
BUILDINGS = word_set("buildings")
_NO_CITY = places.NOT_IN_NAMES | lexicon.LINKS | word_set("no_city")
_NO_TOWN = NEVER | lexicon.SMALL_TALK


def extended(script: Script, say: Say, here: Sequence[Candidate]) -> Iterator[Candidate]:
    """Each address with its unit, city and state; the next stretch may come after a few words."""
    for found in here:
        end = _place_end(script, say, found.end)
        yield Candidate(found.first, end, found.entity, found.score, found.reason)
        yield from _later_parts(script, say, end)
        yield from _town(script, say, end)


def unit_end(script: Script, say: Say, at: int) -> int | None:
    """The end of "flat three b" that begins at a word, None where it does not."""
    if script.cores[at] not in places.UNITS or at + 1 >= say.end or not script.tokens[at + 1].value_like:
        return None
    end = at + 1
    while end < say.end and script.tokens[end].value_like and end - at <= 4:
        end += 1
    return end


def find_post_codes(script: Script, runs: Sequence[Run], found: Sequence[Candidate]) -> Iterator[Candidate]:
    """A run of about the right length soon after an address or a state."""
    ends = {one.end for one in found}
    for run in runs:
        after_state = run.digits == 5 and script.prev(run.first) in places.STATES
        if after_state or (ends and 4 <= len(run.value) <= 9 and _is_behind(script, run, ends)):
            yield Candidate(run.first, run.end, "POSTAL_CODE", 0.8, "after-address")


def _place_end(script: Script, say: Say, at: int) -> int:
    end = at
    while end < say.end:
        step = unit_end(script, say, end) or _building_end(script, say, end) or _city_end(script, say, end)
        if step is None:
            return end
        end = step
    return end


def _building_end(script: Script, say: Say, at: int) -> int | None:
    """Past the building behind a flat: "flat nine um <cobalt house>"."""
    while at < say.end and script.cores[at] in lexicon.FILLERS:
        at += 1
    for end in range(at + 1, min(at + MAX_CITY_WORDS, say.end)):
        if not _may_be_city(script, end - 1):
            return None
        if script.cores[end] in BUILDINGS:
            return end + 1
    return None


def _town(script: Script, say: Say, at: int) -> Iterator[Candidate]:
    """What stands between an address and the words that announce its post code."""
    behind = (cue.first for cue in script.cues[script.say_of[say.first]] if cue.entity == "POSTAL_CODE")
    cue = next((first for first in behind if at < first <= at + LATER), at)
    told = [word for word in range(at, cue) if script.cores[word] not in _NO_TOWN]
    if 0 < len(told) <= MAX_CITY_WORDS and all(_may_be_city(script, word) for word in told):
        yield Candidate(told[0], told[-1] + 1, "ADDRESS", 0.6, "town")


def _city_end(script: Script, say: Say, at: int) -> int | None:
    """Past a city or a state: known ones, capitalised ones, and unusual words that a state follows."""
    for state in range(at, min(at + 1 + MAX_CITY_WORDS, say.end)):
        length = places.city_length(script.cores, state, say.end) or script.cores[state] in places.STATES
        if length:
            return state + length
        if not _may_be_city(script, state):
            break
    token = script.tokens[at]
    if (
        _may_be_city(script, at)
        and (token.capital or not token.name.common)
        and token.core.isalpha()
        and len(token.core) > 2
    ):
        return at + 1
    return (
        at + 1 if script.cores[at] == "in" and at + 1 < say.end and _city_end(script, say, at + 1) else None
    )


def _may_be_city(script: Script, at: int) -> bool:
    token = script.tokens[at]
    return not (token.sealed or token.value_like or token.core in _NO_CITY)


def _later_parts(script: Script, say: Say, at: int) -> Iterator[Candidate]:
    """Units, streets and known places a few words on: "... it's unit six", "... out by tulsa oklahoma"."""
    for word in range(at, min(at + LATER, say.end)):
        end = unit_end(script, say, word)
        city = places.city_length(script.cores, word, say.end) or script.cores[word] in places.STATES
        if end is None and city:
            first = word
            while first > at and _may_be_city(script, first - 1) and not script.tokens[first - 1].name.common:
                first -= 1
            yield Candidate(first, word + city, "ADDRESS", 0.6, "place")
        elif end is not None:
            yield Candidate(word, end, "ADDRESS", 0.7, "unit")
        elif script.cores[word] in places.PLAIN_STREETS:
            first = word
            while first > at and word - first < MAX_CITY_WORDS and _may_be_city(script, first - 1):
                first -= 1
            if first < word:
                yield Candidate(first, word + 1, "ADDRESS", 0.6, "street")


def _is_behind(script: Script, run: Run, ends: set[int]) -> bool:
    """Whether a run comes directly behind one of these words, or up to three words later."""
    near = ends.intersection(range(run.first - 3, run.first + 1))
    return any(script.say_of[end - 1] == script.say_of[run.first] for end in near)
