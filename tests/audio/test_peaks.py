"""Peaks of a redacted copy: sound of a known level, silence where it is muted, each channel on its own."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import imageio_ffmpeg
import numpy as np
import pytest

from tasks.audio.limits import AudioLimits
from tasks.audio.peaks import STEP_MS, Peaks, peaks_of
from tasks.errors import Quarantined

if TYPE_CHECKING:
    from pathlib import Path

RATE_HZ = 16_000


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Three seconds: left at half of full scale but for the second in the middle, right silent."""
    times = np.arange(3 * RATE_HZ) / RATE_HZ
    left = 0.5 * 32_767 * np.sin(2 * np.pi * 440 * times)
    left[RATE_HZ : 2 * RATE_HZ] = 0
    pcm = np.stack([left, np.zeros_like(left)], axis=1).astype("<i2").tobytes()
    path = tmp_path / "copy.flac"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "s16le", "-ar", str(RATE_HZ), "-ac", "2"]
    subprocess.run([*command, "-i", "pipe:0", str(path)], input=pcm, check=True)
    return path


def test_each_channel_has_the_level_of_its_sound_and_silence_where_it_is_muted(copy: Path) -> None:
    peaks = peaks_of(copy, AudioLimits())
    left, right = peaks.between(0, 3_000, 3)
    assert left == [pytest.approx(128, abs=2), pytest.approx(0, abs=1), pytest.approx(128, abs=2)]
    assert right == [0, 0, 0]
    assert peaks.duration_ms == 3_000


def test_a_column_is_never_shorter_than_a_step_and_what_lies_beyond_the_sound_is_silent() -> None:
    peaks = Peaks(np.array([[10, 20, 30]], np.uint8))
    assert peaks.between(0, 3 * STEP_MS, 1_000) == [[10, 20, 30]]
    assert peaks.between(-STEP_MS, 5 * STEP_MS, 100) == [[0, 10, 20, 30, 0, 0]]
    assert peaks.between(STEP_MS, STEP_MS, 5) == [[20]]
    assert peaks.between(10 * STEP_MS, 12 * STEP_MS, 5) == [[0, 0]]
    assert peaks.between(0, 3 * STEP_MS, 2) == [[10, 30]]


def test_what_is_no_sound_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "copy.flac"
    path.write_text("nothing to hear")
    with pytest.raises(Quarantined):
        peaks_of(path, AudioLimits())
