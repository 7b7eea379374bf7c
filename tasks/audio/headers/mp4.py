"""Length, encryption and completeness of MP4, M4A, 3GP and QuickTime files (ISO/IEC 14496-12)."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from tasks.audio.headers.header import Header

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_BOXES = 10_000
_MOST_INDEX_BYTES = 64 * 1024**2
_ENCRYPTED = {b"enca", b"drms", b"aavd"}
NO_INDEX = "it was cut off before its index was written (no moov box), so no sound can be found in it"


def read(handle: BinaryIO, size_bytes: int) -> Header:
    """What the index says of the first sound track; fragmented files promise nothing."""
    index = _index(handle, size_bytes)
    if index is None:
        return Header(problem=NO_INDEX)
    boxes = dict(_boxes(index))
    tracks = [body for name, body in _boxes(index) if name == b"trak" and _is_sound(body)]
    if not tracks:
        return Header()
    encrypted = _codec(tracks[0]) in _ENCRYPTED
    fragmented = b"mvex" in boxes
    return Header(None if fragmented else _length_s(boxes.get(b"mvhd", b""), tracks[0]), encrypted)


def _index(handle: BinaryIO, size_bytes: int) -> bytes | None:
    at = 0
    for _ in range(_MOST_BOXES):
        handle.seek(at)
        head = handle.read(16)
        if len(head) < 8:
            return None
        length, name = int.from_bytes(head[:4], "big"), head[4:8]
        if length == 1:
            length = int.from_bytes(head[8:16], "big")
        if name == b"moov":
            handle.seek(at + 8)
            return handle.read(min(max(length - 8, 0), _MOST_INDEX_BYTES))
        if length < 8 or at + length >= size_bytes:
            return None
        at += length
    return None


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        if length < 8:
            return
        yield data[at + 4 : at + 8], data[at + 8 : at + length]
        at += length


def _inside(data: bytes, *path: bytes) -> bytes:
    for wanted in path:
        data = next((body for name, body in _boxes(data) if name == wanted), b"")
    return data


def _is_sound(track: bytes) -> bool:
    return _inside(track, b"mdia", b"hdlr")[8:12] == b"soun"


def _codec(track: bytes) -> bytes:
    return _inside(track, b"mdia", b"minf", b"stbl", b"stsd")[12:16]


def _length_s(movie: bytes, track: bytes) -> float | None:
    """The track's presented length: its edit list is counted in, which mdhd would not."""
    scale = _field(movie, 12, 20, 4, 4)
    length = _field(_inside(track, b"tkhd"), 20, 28, 4, 8)
    if not scale or not length or length in {0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF}:
        return None
    return length / scale


def _field(box: bytes, at: int, long_at: int, size: int, long_size: int) -> int:
    if box[:1] == b"\x01":
        at, size = long_at, long_size
    return int.from_bytes(box[at : at + size], "big")
