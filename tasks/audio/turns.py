"""Who spoke when: words of several channels into turns in time order."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tasks.schemas import Word

UTTERANCE_GAP_MS = 700
"""A pause this long ends an utterance. Gaps between speakers are 200 ms in the median and rarely over 700 ms
(Heldner and Edlund 2010, Journal of Phonetics 38), so a shorter one is a speaker's own breath."""

TURN_GAP_MS = 1_500
"""A speaker whom nobody interrupts keeps the turn over a pause shorter than this."""


def order_turns(words_by_channel: Mapping[int, Sequence[Word]]) -> list[list[Word]]:
    """Turns in order of their start, each the words of one speaker of one channel, text stripped."""
    utterances = [
        utterance
        for channel in sorted(words_by_channel)
        for utterance in _utterances(words_by_channel[channel])
    ]
    turns: list[list[Word]] = []
    for utterance in sorted(utterances, key=_start_ms):
        if turns and _continues(turns[-1], utterance):
            turns[-1].extend(utterance)
        else:
            turns.append(utterance)
    return turns


def _utterances(words: Sequence[Word]) -> Iterator[list[Word]]:
    current: list[Word] = []
    for word in words:
        clean = replace(word, text=word.text.strip())
        if current and (clean.speaker != current[-1].speaker or _gap_ms(current, clean) >= UTTERANCE_GAP_MS):
            yield current
            current = []
        current.append(clean)
    if current:
        yield current


def _continues(turn: Sequence[Word], utterance: Sequence[Word]) -> bool:
    same = (turn[-1].channel, turn[-1].speaker) == (utterance[0].channel, utterance[0].speaker)
    return same and _gap_ms(turn, utterance[0]) < TURN_GAP_MS


def _gap_ms(spoken: Sequence[Word], word: Word) -> int:
    """Silence before the word, 0 where a time is not known."""
    before = next((end for end in map(_end_ms, reversed(spoken)) if end is not None), None)
    return 0 if before is None or word.start_ms is None else word.start_ms - before


def _end_ms(word: Word) -> int | None:
    return word.start_ms if word.end_ms is None else word.end_ms


def _start_ms(utterance: Sequence[Word]) -> float:
    """When it begins by the first word with a time; an utterance without any goes first."""
    return next((float(word.start_ms) for word in utterance if word.start_ms is not None), -1.0)
