"""Looks for values in everything that was written: in any spelling, encoding, hash or compression.

A value is looked for as it is written and as it is spoken, whatever stands between its letters and digits;
percent-encoded; in hexadecimal and base64, wherever it begins in there; and as the MD5, SHA-1 and SHA-256 of
any of its spellings, whole or cut. What can be opened is opened: Parquet, SQLite, zip, gzip, zstd and others.
"""

from __future__ import annotations

import base64
import bz2
import gzip
import hashlib
import io
import lzma
import re
import sqlite3
import string
import tempfile
import zipfile
from collections import defaultdict
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, quote_plus, unquote_to_bytes

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from numpy.typing import NDArray

_LEAST: Final = 8
"""Bytes that a needle has at least: shorter ones turn up by chance."""
_LEAST_DIGITS: Final = 10
_WINDOW_WORDS: Final = 5
_HASHES: Final = ("md5", "sha1", "sha256")
_HASH_BYTES: Final = 8
"""So much of a hash's beginning gives it away."""
_TABLE_BITS: Final = 20
_DEEPEST: Final = 4
_ALPHANUMERIC: Final = frozenset((string.ascii_letters + string.digits).encode())
_OTHERS: Final = bytes(set(range(256)) - _ALPHANUMERIC)


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that must not be found, in all of its spellings: `4111 1111 ...`, `four one one one ...`."""

    name: str
    spellings: tuple[str, ...] = ()
    context: str = ""
    """What stands before the value, where it is too short to be looked for without."""
    raw: tuple[bytes, ...] = ()
    """To be looked for as they are: stretches of sound."""


@dataclass(frozen=True, slots=True, order=True)
class Leak:
    """Where something was found, and in what form; the value itself is not in here."""

    place: str
    secret: str
    form: str


def leaks(secrets: Iterable[Secret], folders: Iterable[Path], said: Mapping[str, str]) -> list[Leak]:
    """What is found below folders, in the names there, and in what was said (stdout and stderr)."""
    needles = _Needles(secrets)
    found: set[Leak] = set()
    for place, content in _everything(folders, said):
        found |= {Leak(place, name, form) for name, form in needles.found_in(content)}
    return sorted(found)


class _Needles:
    """All forms of all values, by their first eight bytes and by the view in which they are looked for."""

    def __init__(self, secrets: Iterable[Secret]) -> None:
        self._by_view: dict[str, dict[int, list[tuple[bytes, str, str]]]] = {
            view: defaultdict(list) for view in _VIEWS
        }
        for secret in secrets:
            for view, form, needle in _forms(secret):
                if len(needle) >= _LEAST:
                    start = int.from_bytes(needle[:_LEAST], "little")
                    self._by_view[view][start].append((needle, secret.name, form))

    def found_in(self, content: bytes) -> Iterator[tuple[str, str]]:
        """The names of the values, and the forms in which they are there."""
        for view, needles in self._by_view.items():
            if needles and (seen := _VIEWS[view](content)) is not None:
                yield from _hits(seen, needles)


def _hits(content: bytes, needles: Mapping[int, list[tuple[bytes, str, str]]]) -> Iterator[tuple[str, str]]:
    """A table of hashes tells at once where no needle begins: that is nearly everywhere."""
    begins = np.zeros(1 << _TABLE_BITS, np.bool_)
    begins[_hashed(np.fromiter(needles, np.uint64, len(needles)))] = True
    for shift in range(min(_LEAST, max(0, len(content) - _LEAST + 1))):
        blocks = np.frombuffer(content, "<u8", count=(len(content) - shift) // _LEAST, offset=shift)
        for block in np.flatnonzero(begins[_hashed(blocks)]):
            place = shift + _LEAST * int(block)
            for needle, name, form in needles.get(int(blocks[block]), ()):
                if content.startswith(needle, place):
                    yield name, form


def _hashed(blocks: NDArray[np.uint64]) -> NDArray[np.uint64]:
    return (blocks * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(64 - _TABLE_BITS)


def _squeezed(content: bytes) -> bytes:
    """Letters and digits alone, in lower case: spaces, dashes, quotes and NULs of UTF-16 are gone."""
    return content.translate(None, _OTHERS).lower()


_VIEWS: Final[dict[str, Callable[[bytes], bytes | None]]] = {
    "bytes": lambda content: content,
    "one line": lambda content: content.translate(None, b"\r\n"),
    "squeezed": _squeezed,
    "decoded": lambda content: _squeezed(unquote_to_bytes(content)) if b"%" in content else None,
}


def _forms(secret: Secret) -> Iterator[tuple[str, str, bytes]]:
    """View, form and needle."""
    for stretch in secret.raw:
        yield "bytes", "raw", stretch
    for spelling in _spellings(secret):
        written = spelling.encode()
        for needle in _plain(secret.context, spelling):
            yield "squeezed", "as it is", needle
            yield "decoded", "percent-encoded", needle
        for quoted in {quote(spelling, safe=""), quote_plus(spelling)} - {spelling}:
            yield "bytes", "percent-encoded", quoted.encode()
        yield "squeezed", "hex", written.hex().encode()
        yield from _in_base64("base64", written)
        for name in _HASHES:
            digest = hashlib.new(name, written, usedforsecurity=False).digest()[:_HASH_BYTES]
            yield "bytes", name, digest
            yield "squeezed", f"{name} in hex", digest.hex().encode()
            yield from _in_base64(f"{name} in base64", digest)


def _spellings(secret: Secret) -> set[str]:
    changes: tuple[Callable[[str], str], ...] = (str, str.lower, str.upper, str.title, _together)
    return {change(spelling) for spelling in secret.spellings for change in changes}


def _together(spelling: str) -> str:
    """A number without the spaces and dashes that group it."""
    return re.sub(r"[ -]", "", spelling) if _is_number(spelling) else spelling


def _is_number(spelling: str) -> bool:
    return _squeezed(spelling.encode()).isdigit()


def _plain(context: str, spelling: str) -> Iterator[bytes]:
    """The value without what stands between its parts, and every stretch of it that is long enough."""
    words = spelling.split()
    yield _squeezed(f"{context}{spelling}".encode())
    if context:
        return
    for at in range(len(words) - _WINDOW_WORDS + 1):
        yield _squeezed(" ".join(words[at : at + _WINDOW_WORDS]).encode())
    digits = _together(spelling) if _is_number(spelling) else ""
    for at in range(len(digits) - _LEAST_DIGITS + 1):
        yield digits[at : at + _LEAST_DIGITS].encode()


def _in_base64(form: str, content: bytes) -> Iterator[tuple[str, str, bytes]]:
    """What is the same wherever the value begins in the bytes that are encoded."""
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + content)
        whole = (before + len(content)) * 8 // 6
        sure = encoded[-(-before * 8 // 6) : whole]
        yield "one line", form, sure
        yield "one line", form, sure.translate(bytes.maketrans(b"+/", b"-_"))


def _everything(folders: Iterable[Path], said: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    for name, text in said.items():
        yield name, text.encode(errors="surrogateescape")
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder).as_posix()
            yield f"name of {path.suffix or 'a file'}", name.encode(errors="surrogateescape")
            if path.is_file() and not path.is_symlink():
                yield from _opened(name, path.read_bytes())
                yield from ((name, part) for part in _with_log(path))


def _opened(place: str, content: bytes, depth: int = 0) -> Iterator[tuple[str, bytes]]:
    """The bytes, and what is packed in them."""
    yield place, content
    if depth == _DEEPEST:
        return
    for magic, unpack in _PACKED.items():
        if content.startswith(magic):
            for part in unpack(content):
                yield from _opened(place, part, depth + 1)


def _parquet(content: bytes) -> Iterator[bytes]:
    """Each column's values one after another."""
    for column in pq.read_table(pa.BufferReader(content)).columns:
        yield from _values(column.to_pylist())


def _with_log(path: Path) -> Iterator[bytes]:
    """A database as its readers see it: with what is still in its write-ahead log."""
    log = path.with_name(f"{path.name}-wal")
    if log.exists():
        yield from _sqlite(path.read_bytes(), log.read_bytes())


def _sqlite(content: bytes, log: bytes = b"") -> Iterator[bytes]:
    """Each column's values: long ones lie in pieces in the file. What is deleted is in the file's bytes."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        copy.write_bytes(content)
        copy.with_name("copy-wal").write_bytes(log)
        with closing(sqlite3.connect(copy)) as connection:
            connection.text_factory = bytes
            tables = connection.execute("select name from sqlite_master where type = 'table'").fetchall()
            for (table,) in tables:
                rows = connection.execute(f'select * from "{table.decode()}"').fetchall()
                for column in zip(*rows, strict=True):
                    yield from _values(column)


def _values(column: Iterable[object]) -> Iterator[bytes]:
    """The values one after another, and those that are packed unpacked."""
    values = [value if isinstance(value, bytes) else str(value).encode(errors="replace") for value in column]
    yield b"\n".join(values)
    for value in values:
        if value.startswith(tuple(_PACKED)):
            yield from (part for _, part in _opened("", value, 1))


def _zip(content: bytes) -> Iterator[bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for info in archive.infolist():
            yield info.filename.encode()
            yield archive.read(info)


def _with_arrow(compression: str) -> Callable[[bytes], Iterator[bytes]]:
    def unpack(content: bytes) -> Iterator[bytes]:
        with pa.input_stream(pa.BufferReader(content), compression=compression) as stream:
            yield stream.read()

    return unpack


_PACKED: Final[dict[bytes, Callable[[bytes], Iterator[bytes]]]] = {
    b"PAR1": _parquet,
    b"SQLite format 3\0": _sqlite,
    b"PK\x03\x04": _zip,
    b"\x1f\x8b": lambda content: iter([gzip.decompress(content)]),
    b"BZh": lambda content: iter([bz2.decompress(content)]),
    b"\xfd7zXZ": lambda content: iter([lzma.decompress(content)]),
    b"\x28\xb5\x2f\xfd": _with_arrow("zstd"),
}
