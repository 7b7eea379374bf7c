"""Tell what a file is from its first bytes: which demuxer reads it, or what it is instead of sound."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath

from tasks.audio import frames
from tasks.audio.signatures import BY_NAME, CONTAINERS, FOREIGN, NAMELESS

HEAD_BYTES = 64 * 1024
"""How much of a file's beginning recognition looks at."""

_PRINTABLE_SHARE = 0.95


@dataclass(frozen=True, slots=True)
class Sniff:
    """What a file is. `demuxer` is None when it is not sound; `word` is what a person would call it."""

    word: str
    demuxer: str | None = None
    rate_hz: int | None = None
    """Set for headerless telephony formats, whose rate is known from the name alone."""


def sniff(head: bytes, name: str = "") -> Sniff:
    """What the file with these first bytes (64 KiB are enough) and this name is: by content first.

    The name counts only for headerless telephony formats (.ulaw, .alaw, .g722, .sln16 ...).
    """
    if not head:
        return Sniff("empty file")
    return _by_content(_after_id3(head)) or _foreign(head) or _by_name(head, name)


def id3_size(head: bytes) -> int:
    """Bytes that an ID3v2 tag takes at the beginning, 0 when there is none (id3.org, 2.4.0, section 3.1)."""
    if not head.startswith(b"ID3") or len(head) < 10 or max(head[6:10]) > 0x7F:
        return 0
    return 10 + (head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9])


def _after_id3(head: bytes) -> bytes:
    size = id3_size(head)
    return head[size:] if 0 < size < len(head) else head


def _by_content(head: bytes) -> Sniff | None:
    for signature in CONTAINERS:
        if signature.matches(head):
            return Sniff(signature.word, signature.demuxer)
    if head.startswith(b"ID3") or frames.is_mpeg(head):
        return Sniff("MP3 sound", "mp3")
    if frames.is_adts(head):
        return Sniff("AAC sound", "aac")
    if frames.is_gsm(head):
        return Sniff("raw GSM", "gsm")
    return None


def _foreign(head: bytes) -> Sniff | None:
    for word, magic in FOREIGN:
        if head.startswith(magic):
            return Sniff(word)
    if head[:4] == b"RIFF":
        return Sniff("RIFF file without sound")
    if not any(head):
        return Sniff("file of zero bytes")
    return _as_text(head)


def _as_text(head: bytes) -> Sniff | None:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:64].lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return Sniff("HTML page")
    if start.startswith((b"<?xml", b"<svg", b"<mpd", b"<smil")):
        return Sniff("XML document")
    printable = sum(byte in b"\t\r\n" or 0x20 <= byte < 0x7F for byte in head[:4096])
    return Sniff("text") if printable >= _PRINTABLE_SHARE * len(head[:4096]) else None


def _by_name(head: bytes, name: str) -> Sniff:
    ending = PurePath(name).suffix.lower()
    if ending in BY_NAME:
        raw = BY_NAME[ending]
        return Sniff(raw.word, raw.demuxer, raw.rate_hz)
    if ending in NAMELESS:
        return Sniff(f"headerless sound (perhaps {NAMELESS[ending]}; nothing in it tells its sampling rate)")
    if frames.find_mpeg(head) is not None:
        return Sniff("MP3 sound after foreign bytes", "mp3")
    return Sniff("unknown data")
