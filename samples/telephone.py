"""The telephone line: 8 kHz legs with line noise, mixed and stored as a call center stores them."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import imageio_ffmpeg
import numpy as np
from scipy import signal

if TYPE_CHECKING:
    from pathlib import Path

SAMPLE_RATE = 8_000
BAND_HZ = (280, 3_450)
NOISE_DBFS = -60.0  # root mean square: a quiet leg hisses, as real ones do
SPEECH_DBFS = -21.0  # root mean square of each utterance before the leg is set to its peak
PEAK_DBFS = (-6.0, -3.5)
CODECS = {
    ".wav": ["-c:a", "pcm_mulaw"],
    ".mp3": ["-c:a", "libmp3lame", "-b:a", "48k"],
    ".ogg": ["-c:a", "libopus", "-b:a", "40k", "-application", "voip"],
    ".m4a": ["-c:a", "aac", "-b:a", "48k"],
}


def to_telephone(samples: np.ndarray, source_rate: int) -> np.ndarray:
    """Speech at 8 kHz, in the telephone band, at an even level."""
    narrow = signal.resample_poly(samples, SAMPLE_RATE, source_rate)
    band = signal.butter(4, BAND_HZ, btype="bandpass", fs=SAMPLE_RATE, output="sos")
    heard = signal.sosfiltfilt(band, narrow)
    return heard * (_amplitude(SPEECH_DBFS) / np.sqrt(np.mean(heard**2)))


def leg(pieces: list[tuple[int, np.ndarray]], length: int, random: np.random.Generator) -> np.ndarray:
    """One party's track: speech at its sample positions over line noise, at the level of its phone."""
    speech = np.zeros(length)
    for start, piece in pieces:
        speech[start : start + len(piece)] += piece * _amplitude(random.uniform(-1.5, 1.5))
    peak = np.abs(speech).max()
    if peak > 0:
        speech *= _amplitude(random.uniform(*PEAK_DBFS)) / peak
    return speech + random.normal(0.0, _amplitude(NOISE_DBFS), length)


def lay_out(layout: str, customer: np.ndarray, agent: np.ndarray) -> np.ndarray:
    """The recording's channels, one column each, for a script's layout."""
    mixed = (customer + agent) * 0.7
    columns = {
        "stereo": (customer, agent),
        "swapped": (agent, customer),
        "mono": (mixed,),
        "dual_mono": (mixed, mixed),
        "dead_leg": (customer, agent),
    }
    return np.column_stack(columns[layout])


def store(channels: np.ndarray, path: Path) -> None:
    """Write the channels in the form that the file's suffix names, the same bytes every time."""
    pcm = np.round(np.clip(channels, -1, 1) * 32_767).astype("<i2").tobytes()
    raw = ["-f", "s16le", "-ar", str(SAMPLE_RATE), "-ac", str(channels.shape[1]), "-i", "pipe:0"]
    exact = ["-map_metadata", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact"]
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", *raw, *exact, *CODECS[path.suffix]]
    subprocess.run([*command, str(path)], input=pcm, check=True)


def _amplitude(decibels: float) -> float:
    return 10 ** (decibels / 20)
