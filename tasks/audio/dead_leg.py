"""What a channel without speech holds, in a word for a person."""

from __future__ import annotations

import numpy as np

from tasks.audio.levels import FLOOR_DBFS, frame_levels, samples_of
from tasks.schemas import SAMPLE_RATE_HZ

_LOUD_DBFS = -45.0
_FFT = 1 << 14
_NARROW_SHARE = 0.6
_NARROW_BINS = 5
_LOW_HZ = 500


def what_it_holds(pcm: bytes) -> str:
    """Digital silence, line noise, hum, a tone, or other sound without speech."""
    levels = frame_levels(pcm)
    if not len(levels) or float(levels.max()) <= FLOOR_DBFS + 1:
        return "digital silence"
    share, frequency_hz = _strongest_tone(pcm)
    if share >= _NARROW_SHARE:
        return "hum" if frequency_hz < _LOW_HZ else "a tone"
    return "line noise" if float(np.percentile(levels, 95)) < _LOUD_DBFS else "sound, but no voice"


def _strongest_tone(pcm: bytes) -> tuple[float, float]:
    """The share of the power around the strongest frequency, and that frequency in Hz."""
    samples = samples_of(pcm)[: 30 * SAMPLE_RATE_HZ]
    padded = np.pad(samples, (0, -len(samples) % _FFT)).reshape(-1, _FFT).astype(np.float32)
    power = np.mean(np.abs(np.fft.rfft(padded * np.hanning(_FFT).astype(np.float32))) ** 2, axis=0)
    power[:4] = 0.0  # an offset is not a tone
    peak, total = int(np.argmax(power)), float(np.sum(power))
    near = float(np.sum(power[max(peak - _NARROW_BINS, 0) : peak + _NARROW_BINS + 1]))
    return (near / total if total > 0 else 0.0), peak * SAMPLE_RATE_HZ / _FFT
