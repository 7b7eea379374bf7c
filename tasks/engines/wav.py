"""Sound as engines take it: 16 kHz s16le in a WAV file, one channel or several."""

from __future__ import annotations

import io
import wave

from tasks.schemas import SAMPLE_RATE_HZ

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


def length_s(pcm: bytes, channels: int = 1) -> float:
    """How long a sound is."""
    return len(pcm) / (_SAMPLE_BYTES * channels * SAMPLE_RATE_HZ)
