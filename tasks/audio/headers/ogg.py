"""Whether an Ogg file ends where its maker ended it (RFC 3533)."""

from __future__ import annotations

from typing import BinaryIO

from tasks.audio.headers.header import Header

_TAIL_BYTES = 128 * 1024
_END_OF_STREAM = 4
_NOTE = "the file stops without Ogg's end mark: its end may be missing"


def read(handle: BinaryIO, size_bytes: int) -> Header:
    """A note where the last page is cut or not marked as the last; Ogg promises no length."""
    handle.seek(max(size_bytes - _TAIL_BYTES, 0))
    tail = handle.read(_TAIL_BYTES)
    at = tail.rfind(b"OggS")
    page = tail[at:]
    if at < 0 or len(page) < 27:
        return Header(note=_NOTE)
    length = 27 + page[26] + sum(page[27 : 27 + page[26]])
    ended = page[5] & _END_OF_STREAM and len(page) >= length
    return Header() if ended else Header(note=_NOTE)
