"""FLAC that came through a pipe says neither how long it is nor what it decodes to: fill that in."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, BinaryIO, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SIZES_AT: Final = 18
_MD5_AT: Final = 26


class FlacInfo:
    """Counts and digests the samples that go into a FLAC file (RFC 9639, section 8.2)."""

    def __init__(self, bits: int) -> None:
        """For samples of so many bits."""
        self._bytes = bits // 8
        self.frames = 0
        self._md5 = hashlib.md5(usedforsecurity=False)

    def add(self, block: NDArray[np.int32]) -> None:
        """Count frames in: rows of one sample per channel."""
        self.frames += len(block)
        little = np.ascontiguousarray(block, "<i4").view(np.uint8).reshape(-1, 4)
        self._md5.update(np.ascontiguousarray(little[:, : self._bytes]).tobytes())

    def write(self, file: BinaryIO) -> None:
        """Put the count and the digest where a decoder looks for them."""
        file.seek(_SIZES_AT)
        packed = int.from_bytes(file.read(8), "big") | self.frames
        file.seek(_SIZES_AT)
        file.write(packed.to_bytes(8, "big") + self._md5.digest())
        file.seek(0, 2)
