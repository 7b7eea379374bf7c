"""The lake's Parquet files: one a day, sorted by call, with the encodings measured to be smallest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import pyarrow.compute as pc
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    import duckdb
    import pyarrow as pa

    from tasks.lake.catalog import Lake

_ROW_GROUP_ROWS: Final = 1_000_000
_DELTA: Final = ("start_ms", "end_ms", "word_index", "turn_index", "start_word", "end_word")
_UNKNOWN_DATE: Final = "__HIVE_DEFAULT_PARTITION__"


def write_days(lake: Lake, name: str, table: pa.Table, order: Sequence[str]) -> Iterator[str]:
    """The rows of a table as one new file per day, sorted; nobody reads it before it is registered.

    What comes back is its path below the lake's data.
    """
    for day, rows in _by_day(table):
        path = f"main/{name}/call_date={day or _UNKNOWN_DATE}/{uuid4().hex}.parquet"
        with lake.data.new(path) as file:
            pq.write_table(rows.sort_by([(column, "ascending") for column in order]), file, **encoding(rows))
        yield path


def register(connection: duckdb.DuckDBPyConnection, lake: Lake, name: str, written: Sequence[str]) -> None:
    """Make files part of a table, in the transaction that is open."""
    if written:
        paths = [f"{lake.data.address}/{path}" for path in written]
        connection.execute("call ducklake_add_data_files('stored', ?, ?)", [name, paths])


def registered_files(connection: duckdb.DuckDBPyConnection, lake: Lake) -> set[str]:
    """Every file that the catalog knows, by its path below the lake's data: earlier versions' as well."""
    folder = "if(schemas.path_is_relative, schemas.path, '') || tables.path"
    rows = connection.execute(
        f"""
        with files as (
            select table_id, path, path_is_relative from __ducklake_metadata_stored.ducklake_data_file
            union all
            select table_id, path, path_is_relative from __ducklake_metadata_stored.ducklake_delete_file
        )
        select if(files.path_is_relative, {folder} || files.path, files.path)
        from files
        inner join __ducklake_metadata_stored.ducklake_table as tables using (table_id)
        inner join __ducklake_metadata_stored.ducklake_schema as schemas using (schema_id)
        union
        select path from __ducklake_metadata_stored.ducklake_files_scheduled_for_deletion
        """
    ).fetchall()
    return {str(path).removeprefix(f"{lake.data.address}/") for (path,) in rows}


def encoding(table: pa.Table) -> dict[str, Any]:
    """How a table's columns are written."""
    delta = [name for name in table.column_names if name in _DELTA]
    return {
        "compression": "zstd",
        "compression_level": 3,
        "row_group_size": _ROW_GROUP_ROWS,
        "use_dictionary": [name for name in table.column_names if name not in delta],
        "column_encoding": dict.fromkeys(delta, "DELTA_BINARY_PACKED"),
    }


def _by_day(table: pa.Table) -> Iterator[tuple[date | None, pa.Table]]:
    days = table["call_date"]
    for day in pc.unique(days).to_pylist():
        yield day, table.filter(pc.is_null(days) if day is None else pc.equal(days, day))
