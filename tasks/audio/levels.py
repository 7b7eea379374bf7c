"""How loud sound is, frame by frame, in dB below full scale."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

FRAME = 512
"""Samples in a frame (32 ms at 16 kHz): what the speech detector looks at."""

FLOOR_DBFS = -100.0
"""Digital silence, and anything quieter than a 16-bit sample can hold."""

_WINDOW_FRAMES = 2_000
_FULL_SCALE = 32_768.0


def samples_of(pcm: bytes) -> NDArray[np.int16]:
    """The PCM as 16-bit samples, without a copy."""
    return np.frombuffer(pcm, dtype="<i2", count=len(pcm) // 2)


def windows(pcm: bytes, frames: int = _WINDOW_FRAMES) -> Iterator[NDArray[np.int16]]:
    """The samples in runs of whole frames (about a minute each); the last is filled up with zeros."""
    samples = samples_of(pcm)
    for start in range(0, len(samples), frames * FRAME):
        window = samples[start : start + frames * FRAME]
        short = -len(window) % FRAME
        yield np.pad(window, (0, short)) if short else window


def frame_levels(pcm: bytes) -> NDArray[np.float32]:
    """RMS of every frame in dBFS (a full-scale sine is -3); FLOOR_DBFS for silence."""
    parts = [_rms_db(window.reshape(-1, FRAME)) for window in windows(pcm)]
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)


def _rms_db(frames: NDArray[np.int16]) -> NDArray[np.float32]:
    power = np.mean(np.square(frames, dtype=np.float32), axis=1) / _FULL_SCALE**2
    level: NDArray[np.float32] = 10 * np.log10(np.maximum(power, 1e-10)).astype(np.float32)
    return level
