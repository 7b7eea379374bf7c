"""The length and rate in FLAC's STREAMINFO (RFC 9639, section 8.2)."""

from __future__ import annotations

from typing import BinaryIO

from tasks.audio.headers.header import Header


def read(handle: BinaryIO, size_bytes: int) -> Header:
    """What STREAMINFO says; a count of 0 samples means unknown."""
    del size_bytes
    info = handle.read(42)[8:]
    if len(info) < 18:
        return Header()
    packed = int.from_bytes(info[10:18], "big")
    rate_hz, samples = packed >> 44, packed & (1 << 36) - 1
    return Header(promised_s=samples / rate_hz) if rate_hz and samples else Header()
