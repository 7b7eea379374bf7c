"""Text that comes in segments with times of their own, but without times for its words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tasks.engines.reading import span_ms
from tasks.schemas import Segment, Word

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Stretch:
    """A segment's text with what is known about all of it; times in seconds."""

    text: str
    start: float | None
    end: float | None
    speaker: str | None = None
    confidence: float | None = None


def words_of(text: str, stretches: Sequence[Stretch]) -> tuple[Word, ...]:
    """Every word, without times: from the stretches if they tell the text or know speakers, else the text's.

    Examples leave segments out ("..."), and diarized texts carry names ("Agent: ...") that nobody said.
    """
    told = [word for stretch in stretches for word in stretch.text.split()]
    if told == text.split() or any(stretch.speaker for stretch in stretches) or not text.strip():
        return tuple(_words(stretches))
    return tuple(Word(word, None, None) for word in text.split())


def segments_of(
    words: Sequence[Word], stretches: Iterable[Stretch], last: float | None = None
) -> tuple[Segment, ...]:
    """Where the words lie, as far as the stretches tell the same words; ends do not go behind `last`."""
    segments, first = [], 0
    for stretch in stretches:
        told = stretch.text.split()
        end = first + len(told)
        start_ms, end_ms = span_ms(stretch.start, stretch.end, last)
        if [word.text for word in words[first:end]] != told:
            break
        if start_ms is not None and end_ms is not None and told:
            segments.append(Segment(start_ms, end_ms, first, end))
        first = end
    return tuple(segments)


def _words(stretches: Iterable[Stretch]) -> Iterable[Word]:
    for stretch in stretches:
        for word in stretch.text.split():
            yield Word(word, None, None, confidence=stretch.confidence, speaker=stretch.speaker)
