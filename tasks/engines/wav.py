"""Sound as engines take it: 16 kHz s16le in a WAV file, one channel or several."""

from __future__ import annotations

import io
import wave
from typing import TYPE_CHECKING

import numpy as np

from tasks.schemas import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from collections.abc import Sequence

CONTENT_TYPE = "audio/wav"
_SAMPLE_BYTES = 2


def as_wav(pcm: bytes, channels: int = 1) -> bytes:
    """The sound with a WAV header; with several channels, their samples interleaved."""
    file = io.BytesIO()
    with wave.open(file, "wb") as wav:
        wav.setnchannels(channels)
        wav.setsampwidth(_SAMPLE_BYTES)
        wav.setframerate(SAMPLE_RATE_HZ)
        wav.writeframes(pcm)
    return file.getvalue()


def interleaved(channels: Sequence[bytes]) -> bytes:
    """Several channels of the same length as one sound, sample by sample."""
    if len(channels) == 1:
        return channels[0]
    return np.stack([np.frombuffer(pcm, "<i2") for pcm in channels], axis=1).tobytes()


def length_s(pcm: bytes, channels: int = 1) -> float:
    """How long a sound is."""
    return len(pcm) / (_SAMPLE_BYTES * channels * SAMPLE_RATE_HZ)
