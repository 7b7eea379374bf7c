"""From a chunk's time to the recording's: through its pieces, sample by sample, so that nothing drifts."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from itertools import accumulate
from typing import TYPE_CHECKING

from tasks.schemas import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from tasks.schemas import Chunk, Piece, Word

_PER_MS = SAMPLE_RATE_HZ // 1000


def on_recording_clock(chunk: Chunk, word: Word) -> Word:
    """The word with the recording's times and the chunk's channel; a time the engine gave not stays None.

    The piece that holds the word's middle owns it, and its times are clamped to that piece: engines stretch
    words into the silence beside them, and across a join that silence is elsewhere in the recording.
    """
    known = [time for time in (word.start_ms, word.end_ms) if time is not None]
    text = word.text.strip()
    if not known or not chunk.pieces:
        return replace(word, text=text, channel=chunk.channel, start_ms=None, end_ms=None)
    starts = [0, *accumulate(piece.end - piece.start for piece in chunk.pieces)]
    middle = sum(known) * _PER_MS // len(known)
    at = min(max(bisect_right(starts, middle) - 1, 0), len(chunk.pieces) - 1)
    piece, offset = chunk.pieces[at], chunk.pieces[at].start - starts[at]
    start_ms, end_ms = (_clamped(time, offset, piece) for time in (word.start_ms, word.end_ms))
    if start_ms is not None and end_ms is not None:
        end_ms = max(start_ms, end_ms)
    return replace(word, text=text, channel=chunk.channel, start_ms=start_ms, end_ms=end_ms)


def middle_ms(word: Word) -> float | None:
    """The middle of a word in milliseconds; None where it has no time."""
    known = [time for time in (word.start_ms, word.end_ms) if time is not None]
    return sum(known) / len(known) if known else None


def in_order(words: list[Word]) -> list[Word]:
    """The words with start times that never go back; words are never swapped."""
    ordered, latest = [], 0
    for word in words:
        if word.start_ms is not None and word.start_ms < latest:
            end_ms = None if word.end_ms is None else max(word.end_ms, latest)
            ordered.append(replace(word, start_ms=latest, end_ms=end_ms))
        else:
            latest = latest if word.start_ms is None else word.start_ms
            ordered.append(word)
    return ordered


def _clamped(time_ms: int | None, offset: int, piece: Piece) -> int | None:
    if time_ms is None:
        return None
    sample = min(max(time_ms * _PER_MS + offset, piece.start), piece.end)
    return sample // _PER_MS
