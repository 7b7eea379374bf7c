"""Proof of removal: where in a lake something still stands that should be gone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from tasks.lake.catalog import Lake

_BLOCK_BYTES: Final = 1 << 20


def residue(lake: Lake, texts: Collection[str]) -> list[str]:
    """The places that hold one of these texts, ids say: files by their path, and tables of the catalog.

    Looked at are the names and the bytes of every file of the lake, the catalog and its log among them, and
    of Parquet files also what they say when they are unpacked. What is encrypted stays unread.
    """
    found = []
    for path in lake.files.paths():
        with lake.files.here(path) as file:
            if any(text in path for text in texts) or _holds(file, texts):
                found.append(path)
    return found + lake.catalog.tables_with(texts)


def _holds(file: Path, texts: Collection[str]) -> bool:
    if _bytes_hold(file, [text.encode() for text in texts]):
        return True
    return file.suffix == ".parquet" and any(_column_holds(column, texts) for column in _columns(file))


def _bytes_hold(file: Path, needles: Collection[bytes]) -> bool:
    longest = max(map(len, needles), default=0)
    with file.open("rb") as stream:
        before = b""
        while block := stream.read(_BLOCK_BYTES):
            seen = before + block
            if any(needle in seen for needle in needles):
                return True
            before = seen[-longest:]
    return False


def _columns(file: Path) -> Iterator[pa.ChunkedArray[Any]]:
    """The texts of each column, a row group at a time."""
    with pq.ParquetFile(file) as parquet:
        texts = [field.name for field in parquet.schema_arrow if field.type in (pa.string(), pa.binary())]
        for group in range(parquet.num_row_groups):
            for name in texts:
                yield parquet.read_row_group(group, [name])[name]


def _column_holds(column: pa.ChunkedArray[Any], texts: Collection[str]) -> bool:
    return any(pc.any(pc.match_substring(column, text)).as_py() for text in texts)
