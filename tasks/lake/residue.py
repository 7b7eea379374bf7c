"""Proof of removal: where in a lake something still stands that should be gone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.lake.sought import LONGEST

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tasks.lake.catalog import Lake
    from tasks.lake.sought import Sought

_BLOCK_BYTES: Final = 1 << 24


def places_with(lake: Lake, sought: Sought) -> list[str]:
    """Files by their path, and tables of the catalog.

    Looked at are the names and the bytes of every file of the lake, the catalog and its log among them, free
    room included; of Parquet files and the catalog also the values. What is encrypted stays unread.
    """
    paths = lake.files.paths()
    named = {path for path in paths if _names_hold([path], sought)} if _names_hold(paths, sought) else set()
    found = sorted(named | _files_that_hold(lake, paths, sought))
    return found + [name for name, values in lake.catalog.texts() if sought.in_values(values)]


def holds(file: Path, sought: Sought) -> bool:
    """Whether something stands in a file."""
    return any(sought.in_bytes(block) for block in _blocks(file)) or _values_hold(file, sought)


def _names_hold(paths: list[str], sought: Sought) -> bool:
    parts = {part for path in paths for part in path.split("/")}
    return sought.in_values(parts) or sought.in_bytes("\n".join(paths).encode())


def _files_that_hold(lake: Lake, paths: list[str], sought: Sought) -> set[str]:
    """Many small files are looked through together: to look at a few bytes takes as long as at many."""
    found: set[str] = set()
    read: list[tuple[str, bytes]] = []
    size_bytes = 0
    for path in paths:
        with lake.files.here(path) as file:
            for block in _blocks(file):
                read.append((path, block))
                size_bytes += len(block)
                if size_bytes >= _BLOCK_BYTES:
                    found |= _that_hold(read, sought)
                    read, size_bytes = [], 0
            if _values_hold(file, sought):
                found.add(path)
    return found | _that_hold(read, sought)


def _that_hold(read: list[tuple[str, bytes]], sought: Sought) -> set[str]:
    if not sought.in_bytes(b"\n".join(block for _, block in read)):
        return set()
    return {path for path, block in read if sought.in_bytes(block)}


def _blocks(file: Path) -> Iterator[bytes]:
    """All of a file; each block begins with the end of the one before."""
    with file.open("rb") as stream:
        before = b""
        while block := stream.read(_BLOCK_BYTES):
            yield before + block
            before = block[-LONGEST:]


def _values_hold(file: Path, sought: Sought) -> bool:
    return file.suffix == ".parquet" and any(sought.in_values(values) for values in _columns(file))


def _columns(file: Path) -> Iterator[list[str]]:
    """The different texts of each column, a row group at a time; bytes as hexadecimal digits."""
    with pq.ParquetFile(file) as parquet:
        texts = [field.name for field in parquet.schema_arrow if _has_texts(field.type)]
        for group in range(parquet.num_row_groups):
            for name in texts:
                column: Any = parquet.read_row_group(group, [name])[name]
                flat = pc.list_flatten(column) if pa.types.is_list(column.type) else column
                values = flat.unique().to_pylist()
                yield [one.hex() if isinstance(one, bytes) else one for one in values if one is not None]


def _has_texts(kind: pa.DataType) -> bool:
    return kind in (pa.string(), pa.binary()) or (pa.types.is_list(kind) and kind.value_type == pa.string())
