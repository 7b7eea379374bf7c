"""Speech that was not heard, and words that nobody spoke: intervals against intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tasks.intervals import length, union

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tasks.intervals import Interval
    from tasks.schemas import Word

NEAR_MS: Final = 500
"""As far as this a word covers speech, and speech excuses a word: references and engines are not exact."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Milliseconds of speech without a word near, and words without speech near."""

    speech_ms: int = 0
    unheard_ms: int = 0
    words: int = 0
    on_silence: int = 0

    def __add__(self, other: Coverage) -> Coverage:
        """Both together."""
        return Coverage(
            self.speech_ms + other.speech_ms,
            self.unheard_ms + other.unheard_ms,
            self.words + other.words,
            self.on_silence + other.on_silence,
        )


def coverage(speech: Iterable[Interval], words: Sequence[Word]) -> Coverage:
    """How words lie on speech. Words without times count nowhere."""
    timed = [
        (word.start_ms, max(word.end_ms, word.start_ms + 1))
        for word in words
        if word.start_ms is not None and word.end_ms is not None
    ]
    spoken = union(speech)
    return Coverage(
        speech_ms=length(spoken),
        unheard_ms=length(spoken) - _shared(spoken, _wider(timed)),
        words=len(timed),
        on_silence=_outside(timed, _wider(spoken)),
    )


def unheard(speech: Iterable[Interval], words: Sequence[Word]) -> list[Interval]:
    """Where there is speech without a word near. Words without times cover nothing."""
    near = _wider(
        (word.start_ms, word.end_ms)
        for word in words
        if word.start_ms is not None and word.end_ms is not None
    )
    return [gap for span in union(speech) for gap in _without(span, near)]


def _without(span: Interval, others: Sequence[Interval]) -> Iterator[Interval]:
    at, end = span
    for start, until in others:
        if until <= at or start >= end:
            continue
        if start > at:
            yield at, start
        at = until
    if at < end:
        yield at, end


def _wider(spans: Iterable[Interval]) -> list[Interval]:
    return union((start - NEAR_MS, end + NEAR_MS) for start, end in spans)


def _shared(one: list[Interval], other: list[Interval]) -> int:
    """Milliseconds in both."""
    return length(one) + length(other) - length(union([*one, *other]))


def _outside(spans: Iterable[Interval], others: list[Interval]) -> int:
    """How many of the spans touch none of the others."""
    remaining, count = iter(others), 0
    here = next(remaining, None)
    for start, end in sorted(spans):
        while here and here[1] <= start:
            here = next(remaining, None)
        count += here is None or end <= here[0]
    return count
