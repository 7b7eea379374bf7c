"""Proof of removal: where in a lake something still stands that should be gone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.lake.sought import LONGEST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tasks.lake.catalog import Lake
    from tasks.lake.sought import Sought

_BLOCK_BYTES: Final = 1 << 24


def places_with(lake: Lake, sought: Sought) -> list[str]:
    """Files by their path, and tables of the catalog.

    Looked at are the names and the bytes of every file of the lake, the catalog and its log among them, free
    room included; of Parquet files and the catalog also the values. What is encrypted stays unread.
    """
    found = []
    for path in lake.files.paths():
        with lake.files.here(path) as file:
            if sought.in_values(Path(path).parts) or sought.in_bytes(path.encode()) or holds(file, sought):
                found.append(path)
    return found + [name for name, values in lake.catalog.texts() if sought.in_values(values)]


def holds(file: Path, sought: Sought) -> bool:
    """Whether something stands in a file."""
    if _bytes_hold(file, sought):
        return True
    return file.suffix == ".parquet" and any(sought.in_values(values) for values in _columns(file))


def _bytes_hold(file: Path, sought: Sought) -> bool:
    with file.open("rb") as stream:
        before = b""
        while block := stream.read(_BLOCK_BYTES):
            seen = before + block
            if sought.in_bytes(seen):
                return True
            before = seen[-LONGEST:]
    return False


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
