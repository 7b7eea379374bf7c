"""Read what ffmpeg logs about its input, without being fooled by what the file says of itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_STREAM = re.compile(r"^\s*Stream #0:\d+.*?: (Audio|Video|Subtitle|Data|Attachment): (\w+)")
_FORMAT = re.compile(r"\b(u8|s16|s32|s64|flt|dbl)p?(?: \((\d+) bit\))?")
_START = re.compile(r", start (\d{1,7}\.\d{6})(?: \([a-z ]+\))*\s*$")

REASONS = (
    ("matches no streams", "it has no audio stream: export it with its sound"),
    ("does not contain any stream", "it has no audio stream: export it with its sound"),
    ("moov atom not found", "it was cut off before its index was written: export it again"),
    ("Invalid sample rate", "its header is wrong (an impossible sampling rate): export it again"),
    ("Decoder not found", "its codec is not one that ffmpeg reads: export it in another format"),
    ("no decoder found", "its codec is not one that ffmpeg reads: export it in another format"),
    ("Cannot allocate memory", "decoding it takes more memory than is allowed: export it as WAV"),
)
"""Words of ffmpeg's that tell a cause; its own text is never shown, for tags and paths are in it."""


@dataclass(frozen=True, slots=True)
class Stream:
    """One stream as ffmpeg's demuxer sees it."""

    kind: str
    codec: str
    start_s: float
    bits: int = 16
    """What keeps a sample exactly; 16 for codecs that lose something, 24 for floating-point PCM."""


def input_streams(log: Iterable[str], separator: str) -> list[Stream]:
    """The input's streams; only lines with the unguessable separator count, so no tag can forge one."""
    found = []
    for line in log:
        head, cut, tail = line.partition(separator)
        stream = _STREAM.match(head) if cut else None
        if stream:
            start = _START.search(tail)
            start_s = float(start.group(1)) if start else 0.0
            found.append(Stream(stream.group(1), stream.group(2), start_s, _bits(stream.group(2), tail)))
    return found


def _bits(codec: str, properties: str) -> int:
    found = _FORMAT.search(properties)
    if found is None or found.group(1) in {"u8", "s16"}:
        return 16
    if found.group(1) in {"flt", "dbl"}:
        return 24 if codec.startswith("pcm_") else 16
    stated = int(found.group(2) or 32)
    return 16 if stated <= 16 else 24 if stated <= 24 else 32


def reason(log: Iterable[str]) -> str:
    """Why decoding failed, in words for a person; a general one where the log does not tell."""
    text = "".join(log)
    for sign, meaning in REASONS:
        if sign in text:
            return meaning
    return "it is broken, or not the format it looks like: export it again"
