"""Join two chunks that both heard the same second: each word once, none lost."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tasks.audio.timeline import middle_ms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tasks.schemas import Word

_SAME_WITHIN_MS = 400.0
"""Two hearings of one word differ less than this; two utterances of it usually differ more."""

_UNTIMED_WORDS = 8
"""Without word times, how many words of each side may be in the overlap (1.5 s of fast speech)."""

_UNTIMED_PROOF = 2
"""Without word times, how many words in a row must agree before any is taken for a repeat."""


@dataclass(frozen=True, slots=True)
class _Run:
    """Words left[i:i+length] and right[j:j+length] that are the same."""

    left: int
    right: int
    length: int
    apart_ms: float


def join_overlap(
    left: Sequence[Word], right: Sequence[Word], start_ms: float, end_ms: float
) -> tuple[list[Word], list[Word]]:
    """What to keep of each side when both heard [start_ms, end_ms) of the recording.

    A run of words heard alike on both sides says where they meet: the left side is kept up to there, the
    right side from there on, so a word cut in half at either edge goes. Without such a run each side owns
    its half of the overlap. A word whose middle lies outside the overlap is never removed.
    """
    tail, head = _tail(left, start_ms), _head(right, end_ms)
    run = _best_run(left[tail:], right[:head])
    if run is not None:
        meet = _meeting(run, left[tail:], (start_ms + end_ms) / 2)
        return list(left[: tail + run.left + meet + 1]), list(right[run.right + meet + 1 :])
    return _halves(left, right, tail, head, (start_ms + end_ms) / 2)


def _tail(words: Sequence[Word], start_ms: float) -> int:
    """Where the words in the overlap begin, on the left side."""
    at = len(words)
    while at > 0 and len(words) - at < _most(words[at - 1]) and _inside(words[at - 1], start_ms, None):
        at -= 1
    return at


def _head(words: Sequence[Word], end_ms: float) -> int:
    """Where the words in the overlap end, on the right side."""
    at = 0
    while at < len(words) and at < _most(words[at]) and _inside(words[at], None, end_ms):
        at += 1
    return at


def _most(word: Word) -> float:
    return _UNTIMED_WORDS if middle_ms(word) is None else float("inf")


def _inside(word: Word, start_ms: float | None, end_ms: float | None) -> bool:
    middle = middle_ms(word)
    if middle is None:
        return True
    return (start_ms is None or middle >= start_ms) and (end_ms is None or middle < end_ms)


def _best_run(left: Sequence[Word], right: Sequence[Word]) -> _Run | None:
    """The longest run heard alike; of equals, the one whose times agree best."""
    runs = [run for i in range(len(left)) for j in range(len(right)) if (run := _run(left, right, i, j))]
    return max(runs, key=lambda run: (run.length, -run.apart_ms), default=None)


def _run(left: Sequence[Word], right: Sequence[Word], i: int, j: int) -> _Run | None:
    length, apart_ms = 0, 0.0
    while i + length < len(left) and j + length < len(right):
        gap = _apart_ms(left[i + length], right[j + length])
        if gap is None:
            break
        length, apart_ms = length + 1, apart_ms + gap
    untimed = length and middle_ms(left[i]) is None
    if length < (_UNTIMED_PROOF if untimed else 1):
        return None
    return _Run(i, j, length, apart_ms / length)


def _apart_ms(left: Word, right: Word) -> float | None:
    """How far two hearings of the same word lie apart; None when they are not the same word."""
    if _normal(left.text) != _normal(right.text):
        return None
    here, there = middle_ms(left), middle_ms(right)
    if here is None or there is None:
        return 0.0
    return abs(here - there) if abs(here - there) <= _SAME_WITHIN_MS else None


def _meeting(run: _Run, left: Sequence[Word], middle: float) -> int:
    """The word of the run nearest the overlap's middle, where both sides hear best."""

    def distance(step: int) -> float:
        at = middle_ms(left[run.left + step])
        return 0.0 if at is None else abs(at - middle)

    return min(range(run.length), key=distance)


def _halves(
    left: Sequence[Word], right: Sequence[Word], tail: int, head: int, middle: float
) -> tuple[list[Word], list[Word]]:
    keep = [*left[:tail], *(word for word in left[tail:] if (middle_ms(word) or 0.0) < middle)]
    rest = [word for word in right[:head] if (at := middle_ms(word)) is None or at >= middle]
    if keep and rest and _same_moment(keep[-1], rest[0]):
        rest = rest[1:]
    return keep, [*rest, *right[head:]]


def _same_moment(left: Word, right: Word) -> bool:
    """Whether two different words were heard in the same place: more than half of the shorter is shared."""
    if None in {left.start_ms, left.end_ms, right.start_ms, right.end_ms}:
        return False
    starts, ends = (left.start_ms or 0, right.start_ms or 0), (left.end_ms or 0, right.end_ms or 0)
    shorter = min(ends[0] - starts[0], ends[1] - starts[1])
    return shorter > 0 and 2 * (min(ends) - max(starts)) > shorter


def _normal(text: str) -> str:
    kept = [char for char in unicodedata.normalize("NFKC", text).casefold() if char.isalnum()]
    return "".join(kept) or text.strip()
