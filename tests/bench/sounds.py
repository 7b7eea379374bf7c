"""Recordings for measurements, cut and joined from the bundled samples."""

from __future__ import annotations

import subprocess
from pathlib import Path

import imageio_ffmpeg

ARCHIVE = Path(__file__).parents[2] / "samples" / "archive"
_STEREO = ("0001", "0002", "0005", "0007", "0008", "0013", "0016", "0018")


def long_call(target: Path, minutes: int) -> Path:
    """A stereo 8 kHz mu-law call of so many minutes: the stereo samples one after another, repeated."""
    listed = target.with_suffix(".txt")
    calls = [ARCHIVE / f"call-{number}.wav" for number in _STEREO]
    listed.write_text("".join(f"file '{call}'\n" for call in calls * (minutes // 7 + 1)))
    _ffmpeg(
        "-f", "concat", "-safe", "0", "-i", str(listed), "-t", str(minutes * 60), "-c", "copy", str(target)
    )
    listed.unlink()
    return target


def short_recordings(folder: Path, count: int, seconds: float = 5.0) -> Path:
    """So many different mono recordings of a few seconds each, from one long call."""
    folder.mkdir(parents=True, exist_ok=True)
    whole = long_call(folder.parent / "whole.wav", int(count * seconds // 60) + 1)
    pattern = str(folder / "part-%05d.wav")
    _ffmpeg(
        "-i", str(whole), "-af", "pan=mono|c0=c1", "-f", "segment", "-segment_time", str(seconds), pattern
    )
    whole.unlink()
    for extra in sorted(folder.iterdir())[count:]:
        extra.unlink()
    return folder


def two_sided_recordings(folder: Path, count: int, seconds: float = 8.0) -> Path:
    """So many different stereo recordings, from one long call."""
    folder.mkdir(parents=True, exist_ok=True)
    whole = long_call(folder.parent / "whole.wav", int(count * seconds // 60) + 1)
    pattern = str(folder / "part-%05d.wav")
    _ffmpeg("-i", str(whole), "-f", "segment", "-segment_time", str(seconds), pattern)
    whole.unlink()
    for extra in sorted(folder.iterdir())[count:]:
        extra.unlink()
    return folder


def _ffmpeg(*arguments: str) -> None:
    program = imageio_ffmpeg.get_ffmpeg_exe()
    subprocess.run([program, "-v", "error", "-nostdin", "-y", *arguments], check=True)
