"""The frame count that encoders leave in an MP3's first frame (Xing, Info and VBRI tags)."""

from __future__ import annotations

from typing import BinaryIO

from tasks.audio.frames import mpeg_frame
from tasks.audio.headers.header import Header
from tasks.audio.sniff import id3_size

_HAS_FRAMES = 1


def read(handle: BinaryIO, size_bytes: int) -> Header:
    """What the tag says; an MP3 without one promises nothing."""
    del size_bytes
    start = id3_size(handle.read(10))
    handle.seek(start)
    head = handle.read(4096)
    frame = mpeg_frame(head, 0)
    count = _frame_count(head[: frame[0]]) if frame else None
    if frame is None or not count:
        return Header()
    return Header(promised_s=count * frame[1] / frame[2])


def _frame_count(frame: bytes) -> int | None:
    for tag in (b"Xing", b"Info"):
        at = frame.find(tag, 4, 48)
        if at > 0 and len(frame) >= at + 12 and frame[at + 7] & _HAS_FRAMES:
            return int.from_bytes(frame[at + 8 : at + 12], "big")
    if frame[36:40] == b"VBRI" and len(frame) >= 54:
        return int.from_bytes(frame[50:54], "big")
    return None
