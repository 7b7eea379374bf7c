"""Find the same voice in two channels: how late, how loud, and where. Works on sound, never on text."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from tasks.audio.levels import FRAME, samples_of
from tasks.schemas import SAMPLE_RATE_HZ, Piece

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

MAX_LAG_MS = 400
"""Echo over a long-distance or packet line comes back within this."""

BLOCK = SAMPLE_RATE_HZ // 2
"""Samples over which two channels are compared (half a second)."""

_WINDOW = SAMPLE_RATE_HZ
_MAX_LAG = MAX_LAG_MS * SAMPLE_RATE_HZ // 1000
_FFT = 1 << 15
_WINDOWS_ASKED = 48
_SAME_LAG = 32
_SHARPEST_NOISE = 6.0
"""A peak this many times the correlation's RMS does not come from unrelated voices (those stay near 4)."""
_LEAST_VOTES = 0.2
_MOST_LAGS = 3
_BAND_HZ = (200, 3_800)
_WHITENING = 0.7
_STFT, _HOP = 512, 128


@dataclass(frozen=True, slots=True)
class Likeness:
    """One block of one channel against another: which share of it is a copy, and how much louder it is."""

    piece: Piece
    explained: float
    """0-1: the share of its power that a filtered copy of the other channel accounts for."""
    gain_db: float
    """Its level against the other channel's in the same place."""


def find_lags(one: bytes, other: bytes, both_speak: Sequence[Piece]) -> list[int]:
    """By how many samples `other` repeats `one` (negative: it leads), likeliest first; none if unrelated.

    Windows where both channels have speech vote with the peak of their whitened cross-correlation: unrelated
    voices vote for lags all over the range, a copy for one and the same. Bleed in both directions has two.
    """
    here, there = samples_of(one), samples_of(other)
    starts = _window_starts(both_speak)
    votes = [vote for start in starts if (vote := _vote(here, there, start)) is not None]
    needed = max(1 if len(starts) < 3 else 2, _LEAST_VOTES * len(starts))
    lags: list[int] = []
    while votes and len(lags) < _MOST_LAGS:
        lag = max(votes, key=lambda vote: sum(abs(vote - near) <= _SAME_LAG for near in votes))
        agreeing = [vote for vote in votes if abs(vote - lag) <= _SAME_LAG]
        if len(agreeing) < needed:
            break
        lags.append(int(np.median(agreeing)))
        votes = [vote for vote in votes if abs(vote - lag) > _SAME_LAG]
    return lags


def compare(
    channel: bytes, other: bytes, lags: Sequence[int], regions: Sequence[Piece], voiced: Sequence[Piece]
) -> list[Likeness]:
    """The regions of `channel`, in blocks, against `other`; `lags` say by how much `channel` is later.

    Where `other` has no speech (`voiced` says where it has) there is nothing to be a copy of.
    """
    here, there, spoken = samples_of(channel), samples_of(other), _frames_of(voiced, len(other) // 2)
    return [
        _likest(here, there, [lag for lag in lags if _speaks(spoken, piece, lag)], piece)
        for region in regions
        for piece in _blocks(region)
    ]


def together(one: Sequence[Piece], other: Sequence[Piece]) -> list[Piece]:
    """Where both sets of regions have speech."""
    found, left, right = [], 0, 0
    while left < len(one) and right < len(other):
        start, end = max(one[left].start, other[right].start), min(one[left].end, other[right].end)
        if start < end:
            found.append(Piece(start, end))
        if one[left].end < other[right].end:
            left += 1
        else:
            right += 1
    return found


def _blocks(region: Piece) -> list[Piece]:
    count = max(round((region.end - region.start) / BLOCK), 1)
    edges = np.linspace(region.start, region.end, count + 1).astype(int).tolist()
    return [Piece(start, end) for start, end in pairwise(edges)]


def _window_starts(regions: Sequence[Piece]) -> list[int]:
    long_enough = [region for region in regions if region.end - region.start >= 4 * FRAME]
    starts = [start for region in long_enough for start in range(region.start, region.end, _WINDOW)]
    return starts[:: -(-len(starts) // _WINDOWS_ASKED)] if starts else []


def _vote(here: NDArray[np.int16], there: NDArray[np.int16], start: int) -> int | None:
    window = here[start : start + _WINDOW].astype(np.float32)
    around = _slice(there, start - _MAX_LAG, start + _WINDOW + _MAX_LAG)
    cross = np.conj(np.fft.rfft(window, _FFT)) * np.fft.rfft(around, _FFT)
    cross[~_in_band(_FFT)] = 0
    strength = np.abs(cross)
    cross /= np.maximum(strength, 1e-9) ** _WHITENING
    correlation = np.abs(np.fft.irfft(cross, _FFT)[: 2 * _MAX_LAG + 1])
    spread = float(np.sqrt(np.mean(np.square(correlation))))
    peak = int(np.argmax(correlation))
    return peak - _MAX_LAG if spread > 0 and correlation[peak] >= _SHARPEST_NOISE * spread else None


def _frames_of(regions: Sequence[Piece], length: int) -> NDArray[np.bool_]:
    frames = np.zeros(length // FRAME + 1, np.bool_)
    for region in regions:
        frames[region.start // FRAME : -(-region.end // FRAME)] = True
    return frames


def _speaks(spoken: NDArray[np.bool_], piece: Piece, lag: int) -> bool:
    first, last = max(piece.start - lag, 0) // FRAME, max(piece.end - lag, 0) // FRAME
    return bool(np.any(spoken[first : last + 1]))


def _likest(here: NDArray[np.int16], there: NDArray[np.int16], lags: Sequence[int], piece: Piece) -> Likeness:
    found = [_likeness(here, there, lag, piece) for lag in lags]
    return max(found, key=lambda likeness: likeness.explained, default=Likeness(piece, 0.0, 0.0))


def _likeness(channel: NDArray[np.int16], other: NDArray[np.int16], lag: int, piece: Piece) -> Likeness:
    here, there = (
        _spectra(_slice(channel, piece.start, piece.end)),
        _spectra(_slice(other, piece.start - lag, piece.end - lag)),
    )
    power_here, power_there = np.mean(np.abs(here) ** 2, axis=0), np.mean(np.abs(there) ** 2, axis=0)
    crossed = np.abs(np.mean(here * np.conj(there), axis=0)) ** 2
    coherence = crossed / np.maximum(power_here * power_there, 1e-9)
    total, other_total = float(np.sum(power_here)), float(np.sum(power_there))
    if total <= 0 or other_total <= 0:
        return Likeness(piece, 0.0, 0.0)
    explained = float(np.sum(coherence * power_here)) / total
    return Likeness(piece, explained, 10 * float(np.log10(total / other_total)))


def _spectra(samples: NDArray[np.float32]) -> NDArray[np.complexfloating]:
    padded = np.pad(samples, (0, max(_STFT - len(samples), 0)))
    frames = np.lib.stride_tricks.sliding_window_view(padded, _STFT)[::_HOP]
    spectra: NDArray[np.complexfloating] = np.fft.rfft(frames * np.hanning(_STFT).astype(np.float32))
    return spectra[:, _in_band(_STFT)]


def _in_band(size: int) -> NDArray[np.bool_]:
    frequency = np.fft.rfftfreq(size, 1 / SAMPLE_RATE_HZ)
    in_band: NDArray[np.bool_] = (frequency >= _BAND_HZ[0]) & (frequency <= _BAND_HZ[1])
    return in_band


def _slice(samples: NDArray[np.int16], start: int, end: int) -> NDArray[np.float32]:
    """Samples [start, end), zeros where that reaches over either end."""
    cut = samples[max(start, 0) : max(end, 0)].astype(np.float32)
    return np.pad(cut, (max(-start, 0), max(end - start - max(-start, 0) - len(cut), 0)))
