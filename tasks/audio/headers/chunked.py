"""Lengths that AIFF and AU headers promise, where their sound chunk is larger than the file."""

from __future__ import annotations

from typing import BinaryIO

from tasks.audio.headers.header import Header

_MOST_CHUNKS = 1_000
_AU_SAMPLE_BYTES = {1: 1, 2: 1, 3: 2, 4: 3, 5: 4, 6: 4, 7: 8, 27: 1}


def read_aiff(handle: BinaryIO, size_bytes: int) -> Header:
    """The frame count over the rate, from COMM (Apple, AIFF 1.3)."""
    handle.read(12)
    length_s: float | None = None
    for _ in range(_MOST_CHUNKS):
        head = handle.read(8)
        if len(head) < 8:
            break
        name, length = head[:4], int.from_bytes(head[4:], "big")
        if name == b"SSND":
            return Header(length_s) if handle.tell() + length > size_bytes else Header()
        body = handle.read(min(length, 64))
        if name == b"COMM" and len(body) >= 18:
            length_s = _aiff_length_s(body)
        handle.seek(min(length + length % 2 - len(body), size_bytes), 1)
    return Header()


def read_au(handle: BinaryIO, size_bytes: int) -> Header:
    """The data size over the byte rate; 0xFFFFFFFF means unknown (Sun, au(4))."""
    handle.seek(4)
    fields = handle.read(20)
    start, length, encoding, rate_hz, channels = (
        int.from_bytes(fields[at : at + 4], "big") for at in range(0, 20, 4)
    )
    byte_rate = _AU_SAMPLE_BYTES.get(encoding, 0) * rate_hz * channels
    if not byte_rate or length >= 0x7FFF0000 or start + length <= size_bytes:
        return Header()
    return Header(length / byte_rate)


def _aiff_length_s(body: bytes) -> float | None:
    frames = int.from_bytes(body[2:6], "big")
    exponent, mantissa = int.from_bytes(body[8:10], "big") & 0x7FFF, int.from_bytes(body[10:18], "big")
    if not frames or not mantissa or not 0x3FFF <= exponent <= 0x4020:
        return None
    return float(frames / (mantissa * 2.0 ** (exponent - 0x3FFF - 63)))
