"""What is looked for where nothing may be left: many texts in one pass, or ids known by their hashes."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from numpy.typing import NDArray

LONGEST: Final = 512
"""Nothing that is looked for is longer: ids and hashes."""

_LEAST: Final = 8
"""Bytes; shorter ids turn up by chance, so only whole values count."""
_FEW: Final = 16
"""So many texts are found sooner one by one: one is looked for at 10 GB/s, any number of them at 0.13."""
_TABLE_BITS: Final = 20
_REMEMBERED: Final = 1 << 16
"""Values: the same words and ids stand in many files."""
_IS_HEX: Final = bytes(ord("1") if byte in b"0123456789abcdef" else ord("0") for byte in range(256))
_SHA256: Final = re.compile(rb"[0-9a-f]{64,4096}")


class Sought(Protocol):
    """Something that can be recognised in bytes, and in values that are known to be whole."""

    def in_bytes(self, seen: bytes) -> bool:
        """Whether it stands in there."""

    def in_values(self, values: Collection[str]) -> bool:
        """Whether one of the values is it, or holds it."""


class Texts:
    """Texts as they are. One inside a longer text of `besides` is not meant: `call-1` in `call-10`."""

    def __init__(self, texts: Iterable[str], besides: Iterable[str] = ()) -> None:
        """Sort the texts by their first eight bytes."""
        self._short = {text for text in texts if len(text.encode()) < _LEAST}
        self._besides = [text.encode() for text in besides]
        self._needles: dict[int, list[bytes]] = defaultdict(list)
        self._all = {text.encode() for text in texts} - {text.encode() for text in self._short}
        for needle in self._all:
            self._needles[int.from_bytes(needle[:_LEAST], "little")].append(needle)
        self._begins = np.zeros(1 << _TABLE_BITS, np.bool_)
        self._begins[_hashed(np.fromiter(self._needles, np.uint64, len(self._needles)))] = True

    def in_bytes(self, seen: bytes) -> bool:
        """Whether one stands in there by itself."""
        if not self._stands_in(seen):
            return False
        for longer in self._besides:
            seen = seen.replace(longer, b"\0" * len(longer))
        return self._stands_in(seen)

    def in_values(self, values: Collection[str]) -> bool:
        """The same; short texts only as whole values."""
        return not self._short.isdisjoint(values) or self.in_bytes("\n".join(values).encode())

    def _stands_in(self, seen: bytes) -> bool:
        if len(self._all) <= _FEW:
            return any(needle in seen for needle in self._all)
        return next(self._hits(seen), None) is not None

    def _hits(self, seen: bytes) -> Iterator[bytes]:
        """A table of hashes tells at once where none begins: that is nearly everywhere."""
        for shift in range(min(_LEAST, max(0, len(seen) - _LEAST + 1)) if self._needles else 0):
            blocks = np.frombuffer(seen, "<u8", count=(len(seen) - shift) // _LEAST, offset=shift)
            for block in np.flatnonzero(self._begins[_hashed(blocks)]):
                place = shift + _LEAST * int(block)
                for needle in self._needles.get(int(blocks[block]), ()):
                    if seen.startswith(needle, place):
                        yield needle


class Hashed:
    """Ids of which keyed hashes are known: whole values, and whatever looks like a SHA-256."""

    def __init__(self, known: Collection[str], hashes_of: Callable[[str], Iterable[str]]) -> None:
        """`hashes_of`: all that an id may be hashed to."""
        self._known, self._hashes_of = set(known), hashes_of
        self._is_known = lru_cache(_REMEMBERED)(self._looked_up)

    def in_bytes(self, seen: bytes) -> bool:
        """Whether the SHA-256 of an erased recording stands in there."""
        if b"1" * 64 not in seen.translate(_IS_HEX):  # tells ten times as fast that there is none
            return False
        return any(self._is_known(text) for run in _SHA256.findall(seen) for text in _windows(run.decode()))

    def in_values(self, values: Collection[str]) -> bool:
        """Whether one of the values is such an id."""
        return any(len(value) <= LONGEST and self._is_known(value) for value in values)

    def _looked_up(self, text: str) -> bool:
        return not self._known.isdisjoint(self._hashes_of(text))


def _windows(run: str) -> Iterator[str]:
    return (run[at : at + 64] for at in range(len(run) - 63))


def _hashed(blocks: NDArray[np.uint64]) -> NDArray[np.uint64]:
    return (blocks * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(64 - _TABLE_BITS)
