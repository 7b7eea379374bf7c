"""One speaker faintly audible in the other's channel: keep the voice where it belongs, send it once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from tasks.schemas import SAMPLE_RATE_HZ, Piece, Track

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tasks.audio.copies import Likeness

_COPY_EXPLAINED = 0.5
_COPY_QUIETER_DB = 4.0
_MIXED_EXPLAINED = 0.8
"""At equal level nothing tells original from copy but likeness, so more of it is asked for."""

_LEAST_COPIED_MS = 700
"""Less bleed than this, over a whole recording, is chance."""

_MARGIN = SAMPLE_RATE_HZ // 10
"""What is kept of a copy on each side of real speech, so that no syllable is clipped."""


def without_copies(
    tracks: tuple[Track, Track], likeness: Sequence[Sequence[Likeness]]
) -> tuple[list[Track], str | None]:
    """The tracks without the regions that repeat the other channel, and a note; no note when there are none.

    A region goes only where the other channel explains it and is louder there, so double-talk stays: a
    second voice is not explained. A channel with nothing left is not sent.
    """
    mixed = _mixed_channel(tracks)
    copied = [
        [_is_copy(block, is_mixed=track is mixed) for block in blocks]
        for track, blocks in zip(tracks, likeness, strict=True)
    ]
    copied_ms = [_length_ms(blocks, flags) for blocks, flags in zip(likeness, copied, strict=True)]
    if max(copied_ms) < _LEAST_COPIED_MS:
        return list(tracks), None
    cleaned = [_cleaned(*parts) for parts in zip(tracks, likeness, copied, strict=True)]
    note = "; ".join(
        _note(track.channel, blocks, flags, ms)
        for track, blocks, flags, ms in zip(tracks, likeness, copied, copied_ms, strict=True)
        if ms >= _LEAST_COPIED_MS
    )
    return [track for track in cleaned if track.speech], note


def _mixed_channel(tracks: tuple[Track, Track]) -> Track:
    """The channel with more speech: where both are equally loud, the one that holds both speakers."""
    return max(tracks, key=lambda track: sum(piece.end - piece.start for piece in track.speech or ()))


def _is_copy(block: Likeness, *, is_mixed: bool) -> bool:
    if block.gain_db <= -_COPY_QUIETER_DB:
        return block.explained >= _COPY_EXPLAINED
    return is_mixed and block.gain_db < _COPY_QUIETER_DB and block.explained >= _MIXED_EXPLAINED


def _cleaned(track: Track, blocks: Sequence[Likeness], copied: Sequence[bool]) -> Track:
    kept = []
    for region in track.speech or ():
        inside = [
            (block.piece, flag)
            for block, flag in zip(blocks, copied, strict=True)
            if region.start <= block.piece.start < region.end
        ]
        kept.extend(_kept(region, inside))
    return replace(track, speech=tuple(kept))


def _kept(region: Piece, blocks: Sequence[tuple[Piece, bool]]) -> list[Piece]:
    """What of the region is not a copy, with a margin where a copy was cut away beside it."""
    kept: list[Piece] = []
    for piece, is_copy in blocks:
        if is_copy:
            continue
        wide = Piece(max(piece.start - _MARGIN, region.start), min(piece.end + _MARGIN, region.end))
        if kept and wide.start <= kept[-1].end:
            kept[-1] = Piece(kept[-1].start, wide.end)
        else:
            kept.append(wide)
    return kept


def _length_ms(blocks: Sequence[Likeness], flags: Sequence[bool]) -> int:
    samples = sum(
        block.piece.end - block.piece.start for block, flag in zip(blocks, flags, strict=True) if flag
    )
    return samples * 1000 // SAMPLE_RATE_HZ


def _note(channel: int, blocks: Sequence[Likeness], flags: Sequence[bool], ms: int) -> str:
    gains = [block.gain_db for block, flag in zip(blocks, flags, strict=True) if flag]
    return (
        f"channel {channel} repeats the other channel's voice for {ms / 1000:.1f} s "
        f"({float(np.median(gains)):+.0f} dB): not sent twice"
    )
