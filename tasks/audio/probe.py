"""Look at a recording before decoding it, and refuse politely what cannot be used."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from tasks.audio.headers import asf, chunked, flac, matroska, mp3, mp4, ogg, wav
from tasks.audio.headers.header import Header
from tasks.audio.sniff import HEAD_BYTES, Sniff, id3_size, sniff
from tasks.errors import Quarantined

if TYPE_CHECKING:
    from collections.abc import Callable

    from tasks.audio.limits import AudioLimits

_READERS: dict[str, Callable[[BinaryIO, int], Header]] = {
    "wav": wav.read,
    "flac": flac.read,
    "mp3": mp3.read,
    "mov": mp4.read,
    "matroska": matroska.read,
    "asf": asf.read,
    "aiff": chunked.read_aiff,
    "au": chunked.read_au,
    "ogg": ogg.read,
}


@dataclass(frozen=True, slots=True)
class Probe:
    """How to decode a file, and what its header promises."""

    kind: Sniff
    header: Header


def probe(sound: BinaryIO, name: str, limits: AudioLimits) -> Probe:
    """What this open file is and promises; raises Quarantined with a reason and a way out."""
    size_bytes = os.fstat(sound.fileno()).st_size
    if size_bytes == 0:
        raise Quarantined("the file is empty (0 bytes): export or upload it again")
    if size_bytes > limits.max_size_bytes:
        raise Quarantined(_too_big(size_bytes, limits))
    kind = _sniff(sound, name)
    if kind.demuxer is None:
        raise Quarantined(_not_sound(kind))
    sound.seek(0)
    header = _header(sound, kind.demuxer, size_bytes)
    sound.seek(0)
    _refuse(header, limits)
    return Probe(kind, header)


def _sniff(sound: BinaryIO, name: str) -> Sniff:
    head = sound.read(HEAD_BYTES)
    tag = id3_size(head)
    if tag >= len(head):  # a tag with a picture in it: what follows it tells the format
        sound.seek(tag)
        after = sniff(sound.read(HEAD_BYTES))
        return after if after.demuxer else sniff(head, name)
    return sniff(head, name)


def _header(sound: BinaryIO, demuxer: str, size_bytes: int) -> Header:
    reader = _READERS.get(demuxer)
    return reader(sound, size_bytes) if reader else Header()


def _refuse(header: Header, limits: AudioLimits) -> None:
    if header.encrypted:
        raise Quarantined("the sound is encrypted (protected by DRM): export it without protection")
    if header.problem:
        raise Quarantined(f"the file is broken: {header.problem}; export or upload it again")
    if header.promised_s is not None and header.promised_s > limits.max_duration_s:
        raise Quarantined(too_long(limits, header.promised_s))


def too_long(limits: AudioLimits, promised_s: float | None = None) -> str:
    """The reason for a recording over the cap, with the setting that raises it."""
    found = f" ({promised_s / 3600:.1f} h by its header)" if promised_s is not None else ""
    return (
        f"longer than the cap of {limits.max_duration_s / 3600:g} h{found}: split it, "
        "or raise CALLARCHIVE_MAX_DURATION_S"
    )


def _too_big(size_bytes: int, limits: AudioLimits) -> str:
    gib = 1024**3
    return (
        f"{size_bytes / gib:.1f} GiB is over the cap of {limits.max_size_bytes / gib:.3g} GiB: split it, "
        "or raise CALLARCHIVE_MAX_SIZE_BYTES"
    )


def _not_sound(kind: Sniff) -> str:
    if "encrypted" in kind.word:
        return f"not sound that can be read: it is an {kind.word}; decrypt it first"
    if kind.word.startswith("headerless"):
        return f"{kind.word}: convert it to WAV, or name it for its format (.ulaw, .alaw, .sln16 ...)"
    looks = _article(kind.word)
    return f"not a sound file: it looks like {looks}; take it out of the archive, or export it again"


def _article(word: str) -> str:
    if word in {"text", "MIDI notes", "unknown data"}:
        return word
    return f"an {word}" if word[0] in "aeioHSXR" and not word.startswith(("SQ", "HT")) else f"a {word}"
