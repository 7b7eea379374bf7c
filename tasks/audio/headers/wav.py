"""The length that RIFF, RF64, BW64 and RIFX WAV headers promise (EBU Tech 3306 for the 64-bit sizes)."""

from __future__ import annotations

import struct
from typing import BinaryIO

from tasks.audio.headers.header import Header

_STREAMING_BYTES = 0x7FFF0000
"""Recorders that cannot seek back leave a size between this and 0xFFFFFFFF: no promise."""
_MOST_CHUNKS = 1_000


def read(handle: BinaryIO, size_bytes: int) -> Header:
    """What the header says; a size of 0, a streaming marker and malformed bytes promise nothing."""
    order = ">" if handle.read(12)[:4] == b"RIFX" else "<"
    byte_rate, long_size = 0, 0
    for _ in range(_MOST_CHUNKS):
        head = handle.read(8)
        if len(head) < 8:
            break
        name, length = head[:4], struct.unpack(order + "I", head[4:])[0]
        if name == b"data":
            return _promise(long_size if length == 0xFFFFFFFF else length, byte_rate, long_size)
        body = handle.read(min(length, 64))
        if name == b"fmt " and len(body) >= 16:
            byte_rate = struct.unpack_from(order + "I", body, 8)[0]
        if name == b"ds64" and len(body) >= 16:
            long_size = struct.unpack_from("<Q", body, 8)[0]
        handle.seek(min(length + length % 2 - len(body), size_bytes), 1)
    return Header()


def _promise(data_bytes: int, byte_rate: int, long_size: int) -> Header:
    if byte_rate == 0 or data_bytes == 0 or (data_bytes >= _STREAMING_BYTES and not long_size):
        return Header()
    return Header(promised_s=data_bytes / byte_rate)
