"""A long conversation in parts of some ten minutes, each a page: an hour has ten thousand words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tasks.read_call import Outlined

_WORDS: Final = 1_200
"""About so many words are a part; a call of fewer than half as many again is one."""


@dataclass(frozen=True, slots=True)
class Part:
    """Turns `first` to `last`; its number counts from 1. Times are those of its first and last word."""

    number: int
    first: int
    last: int
    start_ms: int | None
    end_ms: int | None


def parts_of(turns: Sequence[Outlined]) -> list[Part]:
    """All turns in parts of much the same number of words; none where nobody speaks."""
    total = sum(turn.word_count for turn in turns)
    count = max(round(total / _WORDS), 1)
    parted: list[list[Outlined]] = [[] for _ in range(count)]
    before = 0
    for turn in turns:
        parted[min(before * count // max(total, 1), count - 1)].append(turn)
        before += turn.word_count
    return [_part(number, own) for number, own in enumerate(filter(None, parted), 1)]


def part_at(parts: Sequence[Part], at_ms: int) -> Part | None:
    """The part that holds a time: the last that has begun by then, or else the first."""
    begun = [part for part in parts if part.start_ms is not None and part.start_ms <= at_ms]
    return next(reversed(begun), next(iter(parts), None))


def part_of(parts: Sequence[Part], turn: int) -> Part | None:
    """The part that holds a turn."""
    return next((part for part in parts if part.first <= turn <= part.last), None)


def _part(number: int, turns: Sequence[Outlined]) -> Part:
    ends = [turn.end_ms for turn in turns if turn.end_ms is not None]
    return Part(number, turns[0].index, turns[-1].index, turns[0].start_ms, max(ends, default=None))
