"""Length and protection of WMA files (Microsoft, Advanced Systems Format 1.20, section 3)."""

from __future__ import annotations

from typing import BinaryIO

from tasks.audio.headers.header import Header

_HEAD_BYTES = 256 * 1024
_FILE_PROPERTIES = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
_PROTECTED = {
    bytes.fromhex("fbb3112223bdd211b4b700a0c955fc6e"),  # content encryption
    bytes.fromhex("14e68a292226174cb935dae07ee9289c"),  # extended content encryption
}


def read(handle: BinaryIO, size_bytes: int) -> Header:
    """What the header says; the length counts only where the file is shorter than its header says."""
    head = handle.read(_HEAD_BYTES)
    at, promised_s, encrypted = 30, None, False
    while at + 24 <= len(head):
        guid, length = head[at : at + 16], int.from_bytes(head[at + 16 : at + 24], "little")
        if guid == _FILE_PROPERTIES:
            promised_s = _length_s(head[at : at + length], size_bytes)
        encrypted = encrypted or guid in _PROTECTED
        if length < 24:
            break
        at += length
    return Header(promised_s, encrypted)


def _length_s(properties: bytes, size_bytes: int) -> float | None:
    file_bytes, play, preroll = (int.from_bytes(properties[at : at + 8], "little") for at in (40, 64, 80))
    if file_bytes <= size_bytes or not play:
        return None
    return max(play / 1e7 - preroll / 1e3, 0.0) or None
