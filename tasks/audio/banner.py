"""Read what ffmpeg logs about its input, without being fooled by what the file says of itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_STREAM = re.compile(r"^\s*Stream #0:\d+.*?: (Audio|Video|Subtitle|Data|Attachment): (\w+)")
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


def input_streams(log: Iterable[str], separator: str) -> list[Stream]:
    """The input's streams; only lines with the unguessable separator count, so no tag can forge one."""
    found = []
    for line in log:
        head, cut, tail = line.partition(separator)
        stream = _STREAM.match(head) if cut else None
        if stream:
            start = _START.search(tail)
            found.append(Stream(stream.group(1), stream.group(2), float(start.group(1)) if start else 0.0))
    return found


def reason(log: Iterable[str]) -> str:
    """Why decoding failed, in words for a person; a general one where the log does not tell."""
    text = "".join(log)
    for sign, meaning in REASONS:
        if sign in text:
            return meaning
    return "it is broken, or not the format it looks like: export it again"
