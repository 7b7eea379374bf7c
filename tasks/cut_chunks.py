"""Cut a track into what one engine request hears: speech laid end to end, silence left out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from tasks.audio.levels import FRAME, frame_levels
from tasks.schemas import SAMPLE_RATE_HZ, Bundle, Chunk, Piece, Track

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_SEARCH_SHARE = 0.6
"""A forced cut is looked for between this share of the maximum and the maximum."""

_DIP_DB = 15.0
"""A frame this far below the stretch's median is a pause between words: no overlap is needed there."""


@dataclass(frozen=True, slots=True)
class ChunkLimits:
    """How long a chunk may be, and how much silence stays around speech.

    The target stays five seconds under Whisper's window of 30 s: speech that touches the window's end is
    what it drops. Target and padding were chosen on real telephone calls (word error rate 9-11% over
    targets of 20-30 s with 300-450 ms of padding, 13-14% with 200-250 ms, 14-16% for whole channels).
    """

    target_s: float = 25.0
    max_s: float = 60.0
    pad_ms: int = 400
    overlap_ms: int = 1_500

    def __post_init__(self) -> None:
        """Refuse limits that cannot be kept: a chunk must be longer than what surrounds its speech."""
        if not 1.0 <= self.target_s <= self.max_s:
            raise ValueError("target_s must lie between 1 and max_s")
        around_ms = self.overlap_ms + 2 * self.pad_ms
        if min(self.overlap_ms, self.pad_ms) < 0 or around_ms > self.max_s * 400:
            raise ValueError("overlap_ms and pad_ms must stay under 40% of max_s")


@dataclass(frozen=True, slots=True)
class _Span:
    """A stretch of speech to send, in samples; `overlap` of its beginning was sent before."""

    start: int
    end: int
    overlap: int = 0


def cut_chunks(track: Track, limits: ChunkLimits | None = None) -> list[Chunk]:
    """Chunks of a track in time order; together they hold all its speech, and no long silence.

    Cuts fall in silence. Speech without a pause for `max_s` is cut at its quietest point; where even that
    is not quiet, the next chunk repeats `overlap_ms`. A track nobody has looked at counts as all speech.
    """
    limits = limits or ChunkLimits()
    spans = [span for region in _regions(track) for span in _fit(track.pcm, region, limits)]
    reach = _reach(spans, len(track.pcm) // 2, limits)
    return [_chunk(track, index, group) for index, group in enumerate(_packed(spans, reach, limits))]


def cut_together(tracks: Sequence[Track], limits: ChunkLimits | None = None) -> list[Bundle]:
    """Bundles of all tracks at once, for an engine that hears several channels in one request.

    A piece is sent when anybody speaks in it; all tracks are cut at the same places. While one side speaks,
    the channel of the other is silenced: engines hear words in its noise.
    """
    limits = limits or ChunkLimits()
    if len(tracks) == 1:
        return [Bundle((chunk,)) for chunk in cut_chunks(tracks[0], limits)]
    chunks = cut_chunks(_mixed(tracks), limits)
    quiet = [replace(track, pcm=_only_speech(track, limits)) for track in tracks]
    return [Bundle(tuple(_same_pieces(track, chunk) for track in quiet)) for chunk in chunks]


def _mixed(tracks: Sequence[Track]) -> Track:
    """One track of all voices: what is quiet in it is quiet in each."""
    shortest = min(len(track.pcm) for track in tracks) // 2
    mix = np.zeros(shortest, np.int16)
    for track in tracks:
        mix += np.frombuffer(track.pcm, "<i2", shortest) // np.int16(len(tracks))
    speech: list[Piece] = []
    for piece in sorted((piece for track in tracks for piece in _regions(track)), key=lambda it: it.start):
        if speech and piece.start <= speech[-1].end:
            speech[-1] = Piece(speech[-1].start, max(speech[-1].end, piece.end))
        else:
            speech.append(piece)
    return Track(tracks[0].channel, mix.tobytes(), tuple(speech))


def _only_speech(track: Track, limits: ChunkLimits) -> bytes:
    """The sound with zeros where the track's own side does not speak, padding apart."""
    pad, sound = _samples(limits.pad_ms), bytearray(len(track.pcm))
    for piece in _regions(track):
        kept = slice(max(piece.start - pad, 0) * 2, (piece.end + pad) * 2)
        sound[kept] = track.pcm[kept]
    return bytes(sound)


def _same_pieces(track: Track, chunk: Chunk) -> Chunk:
    view = memoryview(track.pcm)
    pcm = b"".join(view[piece.start * 2 : piece.end * 2] for piece in chunk.pieces)
    return Chunk(track.channel, chunk.index, chunk.pieces, pcm, chunk.overlap_ms)


def _regions(track: Track) -> Sequence[Piece]:
    if track.speech is not None:
        return track.speech
    return (Piece(0, len(track.pcm) // 2),) if track.pcm else ()


def _fit(pcm: bytes, region: Piece, limits: ChunkLimits) -> Iterator[_Span]:
    """The region, cut until each part fits the maximum with its padding."""
    longest = _samples(limits.max_s * 1000 - 2 * limits.pad_ms)
    start, overlap = region.start, 0
    while region.end - start > longest:
        cut, in_pause = _quietest(pcm, start + int(longest * _SEARCH_SHARE), start + longest)
        yield _Span(start, cut, overlap)
        overlap = 0 if in_pause else _samples(limits.overlap_ms)
        start = cut - overlap
    yield _Span(start, region.end, overlap)


def _quietest(pcm: bytes, start: int, end: int) -> tuple[int, bool]:
    """The middle of the quietest 96 ms in between, and whether that is a pause between words."""
    levels = frame_levels(pcm[start * 2 : end * 2])
    smooth = np.convolve(levels, np.ones(3) / 3, "valid")
    at = int(np.argmin(smooth))
    return start + at * FRAME + FRAME * 3 // 2, bool(smooth[at] <= np.median(levels) - _DIP_DB)


def _reach(spans: Sequence[_Span], length: int, limits: ChunkLimits) -> list[Piece]:
    """Each span with silence around it: `pad_ms`, or half the gap to its neighbour where that is less.

    Nothing is added on a side where speech itself was cut.
    """
    pad = _samples(limits.pad_ms)
    before, after = [spans[0].start if spans else 0], []
    for left, right in pairwise(spans):
        gap = max(right.start - left.end, 0)
        after.append(min(pad, gap // 2))
        before.append(min(pad, gap - gap // 2))
    after.append(length - spans[-1].end if spans else 0)
    return [
        Piece(span.start - min(pad, lead), span.end + min(pad, trail))
        for span, lead, trail in zip(spans, before, after, strict=False)
    ]


def _packed(
    spans: Sequence[_Span], reach: Sequence[Piece], limits: ChunkLimits
) -> Iterator[list[tuple[_Span, Piece]]]:
    """Consecutive spans together while they fit the target; a repeated beginning always begins a chunk."""
    group: list[tuple[_Span, Piece]] = []
    target = _samples(limits.target_s * 1000)
    for span, piece in zip(spans, reach, strict=True):
        while group and (_length(group) + piece.end - piece.start > target or span.overlap):
            kept = len(group) if span.overlap else _best_end([*group, (span, piece)], limits)
            yield group[:kept]
            group = group[kept:]
        group.append((span, piece))
    if group:
        yield group


def _best_end(group: Sequence[tuple[_Span, Piece]], limits: ChunkLimits) -> int:
    """How many spans to close a chunk with, the last given being too many.

    The latest one with a real pause behind it, or else with the longest, so that sentences stay whole; never
    so early that less than half the target is used.
    """
    pause, half = _samples(2 * limits.pad_ms), _samples(limits.target_s * 500)
    gaps = {
        count: min(group[count][0].start - group[count - 1][0].end, pause)
        for count in range(1, len(group))
        if _length(group[:count]) >= half
    }
    return max(gaps or [len(group) - 1], key=lambda count: (gaps.get(count, 0), count))


def _length(group: Sequence[tuple[_Span, Piece]]) -> int:
    return sum(piece.end - piece.start for _, piece in group)


def _chunk(track: Track, index: int, group: Sequence[tuple[_Span, Piece]]) -> Chunk:
    pieces = _joined([piece for _, piece in group])
    view = memoryview(track.pcm)
    pcm = b"".join(view[piece.start * 2 : piece.end * 2] for piece in pieces)
    overlap_ms = group[0][0].overlap * 1000 // SAMPLE_RATE_HZ
    return Chunk(track.channel, index, tuple(pieces), pcm, overlap_ms)


def _joined(pieces: Sequence[Piece]) -> list[Piece]:
    """Pieces that touch become one, so that a piece boundary is always a jump in the recording's time."""
    joined: list[Piece] = []
    for piece in pieces:
        if joined and piece.start <= joined[-1].end:
            joined[-1] = Piece(joined[-1].start, piece.end)
        else:
            joined.append(piece)
    return joined


def _samples(milliseconds: float) -> int:
    return int(milliseconds * SAMPLE_RATE_HZ / 1000)
