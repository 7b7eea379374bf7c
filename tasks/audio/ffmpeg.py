"""Which ffmpeg to run, what it can do, and the command lines that decode a recording and encode a copy."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tasks.errors import SettingsError
from tasks.schemas import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from tasks.audio.sniff import Sniff

Form = Literal["flac", "opus"]
"""How a redacted copy is stored."""

_ASK_TIMEOUT_S = 30.0
_QUIET = ("-hide_banner", "-nostdin", "-nostats", "-loglevel", "repeat+info", "-threads", "1")
_CLOCK = "async=1:first_pts=0"
_CONTAINERS = {"flac": "flac", "opus": "ogg"}
_OPUS_KBPS_PER_CHANNEL = 24
"""Telephone speech is transparent well below this (Opus, RFC 6716, section 2.1.1: 16-20 kbit/s wideband)."""


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
    return [*_reading(ffmpeg, kind, path, separator), "-af", _resample(ffmpeg), *_writing("pcm_s16le")]


def decode_as_is_command(ffmpeg: Ffmpeg, kind: Sniff, path: Path, separator: str) -> list[str]:
    """The same at the recording's own rate and layout as s32 WAV, every sample of 32 bits or less exact."""
    return [*_reading(ffmpeg, kind, path, separator), "-af", f"aresample={_CLOCK}", *_writing("pcm_s32le")]


def encode_command(ffmpeg: Ffmpeg, form: Form, bits: int, channel_count: int) -> list[str]:
    """Encode s32 WAV from standard input to standard output, without tags; FLAC keeps every sample."""
    if form == "flac":
        kept = ["-sample_fmt", "s16" if bits <= 16 else "s32", "-bits_per_raw_sample", str(bits)]
        codec = ["-c:a", "flac", *kept, "-strict", "experimental"]  # which 32 bits are
    else:
        layout = ["-mapping_family", "255"] if channel_count > 2 else []
        kbps = _OPUS_KBPS_PER_CHANNEL * channel_count
        codec = ["-c:a", "libopus", "-b:a", f"{kbps}k", "-application", "voip", *layout]
    reading = ["-protocol_whitelist", "pipe", "-f", "wav", "-ignore_length", "1", "-i", "pipe:0"]
    untagged = ["-map_metadata", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact"]
    return [
        str(ffmpeg.path), *_QUIET, *reading, *codec, *untagged, "-f", _CONTAINERS[form], "pipe:1",
    ]  # fmt: skip


def _reading(ffmpeg: Ffmpeg, kind: Sniff, path: Path, separator: str) -> list[str]:
    source, allowed = ("fd:", "fd") if ffmpeg.has_fd else (f"file:{path.absolute()}", "file")
    rate = ["-ar", str(kind.rate_hz)] if kind.rate_hz else []
    reading = ["-protocol_whitelist", allowed, "-dump_separator", separator, "-f", str(kind.demuxer)]
    taking = ["-map", "0:a:0", "-vn", "-sn", "-dn", "-map_metadata", "-1", "-map_chapters", "-1"]
    return [str(ffmpeg.path), *_QUIET, *reading, *rate, "-i", source, *taking, "-filter_threads", "1"]


def _writing(codec: str) -> list[str]:
    return ["-c:a", codec, "-fflags", "+bitexact", "-flags:a", "+bitexact", "-f", "wav", "pipe:1"]


def _resample(ffmpeg: Ffmpeg) -> str:
    """Timestamps count from the file's start: a late first sample and gaps become silence (`async`).

    In floating point, because soxr adds random dither to 16-bit work: one file must always give one PCM, or
    no stored answer would ever be found again.
    """
    kernel = "resampler=soxr:precision=20" if ffmpeg.has_soxr else "filter_size=64:phase_shift=10:cutoff=0.97"
    exact = "internal_sample_fmt=fltp:dither_method=none"
    return f"aresample={SAMPLE_RATE_HZ}:{kernel}:{exact}:{_CLOCK}"


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
