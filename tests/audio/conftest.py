"""Sound made on the spot: voices that a speech detector takes for speech, and ffmpeg to encode them."""

from __future__ import annotations

import io
import subprocess
import wave
from typing import TYPE_CHECKING

import imageio_ffmpeg
import numpy as np
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

RATE_HZ = 16_000
FORMANTS_HZ = ((730, 1090, 2440), (270, 2290, 3010), (300, 870, 2240), (530, 1840, 2480), (660, 1720, 2410))


def _syllable(rng: np.random.Generator, length: int, pitch_hz: float) -> NDArray[np.float64]:
    pitch = pitch_hz * rng.uniform(0.85, 1.2) * np.linspace(1, rng.uniform(0.85, 1.1), length)
    pulses = np.diff(np.floor(np.cumsum(pitch / RATE_HZ)), prepend=0) + rng.normal(0, 0.01, length)
    spectrum, frequency = np.fft.rfft(pulses, 2 * length), np.fft.rfftfreq(2 * length, 1 / RATE_HZ)
    gain = np.zeros(len(frequency))
    formants = FORMANTS_HZ[rng.integers(len(FORMANTS_HZ))]
    for centre, width, loudness in zip(formants, (80, 100, 140), (1, 0.6, 0.3), strict=True):
        gain += loudness * width**2 / ((frequency - centre) ** 2 + width**2)
    sound = (
        np.fft.irfft(spectrum * gain / (1 + frequency / 900), 2 * length)[:length] * np.hanning(length) ** 0.5
    )
    return sound / np.abs(sound).max() * rng.uniform(0.6, 1)


def make_voice(seconds: float, seed: int, pitch_hz: float = 120.0) -> NDArray[np.float64]:
    rng = np.random.default_rng(seed)
    voice = np.zeros(int(seconds * RATE_HZ))
    at = 0
    while at < len(voice):
        length = min(int(RATE_HZ * rng.uniform(0.12, 0.28)), len(voice) - at)
        if length > 800:
            voice[at : at + length] = _syllable(rng, length, pitch_hz)
        at += length + int(RATE_HZ * rng.uniform(0.0, 0.05))
    return voice * 9_000


@pytest.fixture
def voice() -> Callable[..., NDArray[np.float64]]:
    return make_voice


@pytest.fixture
def talk() -> Callable[..., NDArray[np.float64]]:
    """Sound of a given length with voices at given (start, seconds), over a faint line noise."""

    def make(
        seconds: float, *spoken: tuple[float, float], seed: int = 1, pitch_hz: float = 120.0
    ) -> NDArray[np.float64]:
        track = np.random.default_rng(seed + 100).normal(0, 8, int(seconds * RATE_HZ))
        for number, (start, length) in enumerate(spoken):
            at = int(start * RATE_HZ)
            sound = make_voice(length, seed * 50 + number, pitch_hz)[: len(track) - at]
            track[at : at + len(sound)] += sound
        return track

    return make


@pytest.fixture
def pcm() -> Callable[[NDArray[np.float64]], bytes]:
    return lambda sound: np.clip(sound, -32_768, 32_767).astype("<i2").tobytes()


@pytest.fixture(scope="session")
def ffmpeg() -> str:
    return str(imageio_ffmpeg.get_ffmpeg_exe())


def _wav(sound: bytes, channels: int) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as wav:
        wav.setparams((channels, 2, RATE_HZ, 0, "NONE", ""))
        wav.writeframes(sound)
    return file.getvalue()


@pytest.fixture
def encode(ffmpeg: str, tmp_path: Path) -> Callable[..., Path]:
    """Write channels of 16 kHz sound to a file of the given name, with the given encoder arguments."""

    def write(
        name: str, *channels: NDArray[np.float64], args: tuple[str, ...] = (), before: tuple[str, ...] = ()
    ) -> Path:
        path = tmp_path / name
        sound = np.clip(np.stack(channels, axis=1), -32_768, 32_767).astype("<i2").tobytes()
        command = [ffmpeg, "-y", "-v", "error", *before, "-f", "wav", "-i", "pipe:0", *args, str(path)]
        subprocess.run(command, input=_wav(sound, len(channels)), check=True, capture_output=True)
        return path

    return write
