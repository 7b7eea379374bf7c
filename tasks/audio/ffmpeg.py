"""Which ffmpeg to run, what it can do, and the one command line that decodes a recording."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from tasks.errors import SettingsError
from tasks.schemas import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from tasks.audio.sniff import Sniff

_ASK_TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True)
class Ffmpeg:
    """An ffmpeg and the two abilities that builds differ in."""

    path: Path
    has_soxr: bool
    has_fd: bool
    """Whether it can seek in a file handed over as a descriptor (ffmpeg 6 and later)."""


@lru_cache(maxsize=4)
def find_ffmpeg(path: Path | None = None) -> Ffmpeg:
    """The given ffmpeg, or the one of imageio-ffmpeg; raises SettingsError when it does not run."""
    found = path or _bundled()
    return Ffmpeg(found, "--enable-libsoxr" in _ask(found, "-version"), " fd" in _ask(found, "-protocols"))


def decode_command(ffmpeg: Ffmpeg, kind: Sniff, path: Path, separator: str) -> list[str]:
    """Decode the first audio stream to 16 kHz s16 WAV on standard output.

    The demuxer is forced to the one that fits the content, so no playlist, concat or manifest reader is ever
    tried; with the descriptor protocol as the only one allowed, the decoder cannot open any file by name.
    `separator` is an unguessable word that ffmpeg puts between a stream's properties, so that a line in its
    log can be told from the same words in a hostile tag.
    """
    source, allowed = ("fd:", "fd") if ffmpeg.has_fd else (f"file:{path.absolute()}", "file")
    quiet = ["-hide_banner", "-nostdin", "-nostats", "-loglevel", "repeat+info", "-threads", "1"]
    rate = ["-ar", str(kind.rate_hz)] if kind.rate_hz else []
    reading = ["-protocol_whitelist", allowed, "-dump_separator", separator, "-f", str(kind.demuxer)]
    taking = ["-map", "0:a:0", "-vn", "-sn", "-dn", "-map_metadata", "-1", "-map_chapters", "-1"]
    writing = ["-c:a", "pcm_s16le", "-fflags", "+bitexact", "-flags:a", "+bitexact", "-f", "wav", "pipe:1"]
    return [
        str(ffmpeg.path), *quiet, *reading, *rate, "-i", source,
        *taking, "-filter_threads", "1", "-af", _resample(ffmpeg), *writing,
    ]  # fmt: skip


def _resample(ffmpeg: Ffmpeg) -> str:
    """Timestamps count from the file's start: a late first sample and gaps become silence (`async`).

    In floating point, because soxr adds random dither to 16-bit work: one file must always give one PCM, or
    no stored answer would ever be found again.
    """
    kernel = "resampler=soxr:precision=20" if ffmpeg.has_soxr else "filter_size=64:phase_shift=10:cutoff=0.97"
    exact = "internal_sample_fmt=fltp:dither_method=none"
    return f"aresample={SAMPLE_RATE_HZ}:{kernel}:{exact}:async=1:first_pts=0"


def _bundled() -> Path:
    import imageio_ffmpeg  # noqa: PLC0415  (heavy; only where sound is decoded)

    return Path(imageio_ffmpeg.get_ffmpeg_exe())


def _ask(path: Path, question: str) -> str:
    try:
        answer = subprocess.run(
            [str(path), "-hide_banner", question],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_ASK_TIMEOUT_S,
            env={},
            cwd=os.sep,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise SettingsError(
            f"ffmpeg does not run: check CALLARCHIVE_FFMPEG ({type(error).__name__})"
        ) from error
    return answer.stdout.decode("ascii", "replace")
