"""Length and encryption of Matroska and WebM files (RFC 9559)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, BinaryIO

from tasks.audio.headers.header import Header

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEAD_BYTES = 256 * 1024
_SEGMENT, _INFO, _SCALE, _DURATION = 0x18538067, 0x1549A966, 0x2AD7B1, 0x4489
_TRACKS, _TRACK, _ENCODINGS, _ENCODING, _ENCRYPTION = 0x1654AE6B, 0xAE, 0x6D80, 0x6240, 0x5035


def read(handle: BinaryIO, size_bytes: int) -> Header:
    """What the header says; the length counts only where the segment is larger than the file.

    The length in a Matroska header is that of the longest track, film included, so it is no promise about
    the sound unless the file itself is shorter than it says.
    """
    top = _segment(handle.read(_HEAD_BYTES))
    if top is None:
        return Header()
    start, length, body = top
    parts = dict(_elements(body))
    encrypted = _is_encrypted(parts.get(_TRACKS, b""))
    cut_off = length is not None and start + length > size_bytes
    return Header(_length_s(parts.get(_INFO, b"")) if cut_off else None, encrypted)


def _segment(head: bytes) -> tuple[int, int | None, bytes] | None:
    at = 0
    while (element := _element(head, at)) is not None:
        name, start, length = element
        if name == _SEGMENT:
            return start, length, head[start:]
        if length is None:
            return None
        at = start + length
    return None


def _elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while (element := _element(data, at)) is not None:
        name, start, length = element
        if length is None:
            return
        yield name, data[start : start + length]
        at = start + length


def _element(data: bytes, at: int) -> tuple[int, int, int | None] | None:
    """(id, where the body starts, its length or None for unknown) of the element at `at`."""
    name = _number(data, at, keep_marker=True)
    length = _number(data, at + name[1], keep_marker=False) if name else None
    if name is None or length is None:
        return None
    unknown = length[0] == (1 << 7 * length[1]) - 1
    return name[0], at + name[1] + length[1], None if unknown else length[0]


def _number(data: bytes, at: int, *, keep_marker: bool) -> tuple[int, int] | None:
    if at >= len(data) or data[at] == 0:
        return None
    size = 9 - data[at].bit_length()
    raw = data[at : at + size]
    if len(raw) < size:
        return None
    value = int.from_bytes(raw, "big")
    return (value if keep_marker else value & (1 << 7 * size) - 1), size


def _length_s(info: bytes) -> float | None:
    parts = dict(_elements(info))
    scale_ns = int.from_bytes(parts.get(_SCALE, b""), "big") or 1_000_000
    raw = parts.get(_DURATION, b"")
    if len(raw) not in {4, 8}:
        return None
    ticks: float = struct.unpack(">f" if len(raw) == 4 else ">d", raw)[0]
    return ticks * scale_ns / 1e9 if 0 < ticks * scale_ns < 1e18 else None


def _is_encrypted(tracks: bytes) -> bool:
    for name, track in _elements(tracks):
        encodings = dict(_elements(track)).get(_ENCODINGS, b"") if name == _TRACK else b""
        if any(
            kind == _ENCODING and _ENCRYPTION in dict(_elements(body)) for kind, body in _elements(encodings)
        ):
            return True
    return False
