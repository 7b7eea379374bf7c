"""The lake's Parquet files: one a day, sorted by call, with the encodings measured to be smallest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import duckdb

from tasks.lake.layout import CATALOG

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    import pyarrow as pa

    from tasks.lake.catalog import Lake

ROW_GROUP_ROWS: Final = 500_000
_SMALLER_GROUPS: Final = {"token_places": 20_000, "call_words": 32}
"""Who looks for a phrase wants a few tokens of the one and a few calls of the other."""

_LISTS: Final = {
    "places": ["places.list.element"],
    "starts_ms": ["starts_ms.list.element"],
    "durations_ms": ["durations_ms.list.element"],
    "texts": ["texts.list.element"],
    "word_texts": ["word_texts.list.element"],
    "voice_words": ["voice_words.list.element"],
}
"""What Parquet calls the values of a list; an encoding is stated for these."""
_DELTA: Final = (
    "start_ms", "end_ms", "word_index", "turn_index", "start_word", "end_word", "places.list.element",
    "starts_ms.list.element", "voice_words.list.element",
)  # fmt: skip
_UNKNOWN_DATE: Final = "__HIVE_DEFAULT_PARTITION__"
_FOLDER: Final = "if(schemas.path_is_relative, schemas.path, '') || tables.path"
_PATH: Final = f"if(files.path_is_relative, {_FOLDER}, '') || files.path"


def write_days(lake: Lake, name: str, table: pa.Table, order: Sequence[str]) -> Iterator[str]:
    """The rows of a table as one new file per day, sorted; nobody reads it before it is registered.

    What comes back is its path below the lake's data.
    """
    for day, rows in _by_day(table):
        path = new_path(name, str(day) if day else None)
        _write(lake, name, rows, order, path)
        yield path


def write_together(lake: Lake, name: str, table: pa.Table, order: Sequence[str]) -> str:
    """The rows of a table that is not divided by day as one new file, as write_days does."""
    path = new_path(name, None, divided=False)
    _write(lake, name, table, order, path)
    return path


def new_path(name: str, day: str | None, *, divided: bool = True) -> str:
    """Where a new file of a table goes, below the lake's data."""
    folder = f"call_date={day or _UNKNOWN_DATE}/" if divided else ""
    return f"main/{name}/{folder}{uuid4().hex}.parquet"


def register(connection: duckdb.DuckDBPyConnection, lake: Lake, name: str, written: Sequence[str]) -> None:
    """Make files part of a table, in the transaction that is open."""
    if written:
        paths = [f"{lake.data.address}/{path}" for path in written]
        connection.execute("call ducklake_add_data_files('stored', ?, ?)", [name, paths])


@dataclass(frozen=True, slots=True)
class DataFile:
    """A file that is part of a table now."""

    id: int | None
    """The catalog's number for it."""
    name: str
    """What DuckDB calls it: its whole path; of rows that the catalog itself holds, their table in there."""
    day: str | None
    """Its rows' call_date; None also for tables that are not divided by day."""
    rows: int
    deleted_rows: int
    """Of these, as delete files and the catalog say."""

    @property
    def rows_left(self) -> int:
        """Rows that can be read."""
        return self.rows - self.deleted_rows


def data_files(connection: duckdb.DuckDBPyConnection, lake: Lake) -> dict[str, list[DataFile]]:
    """The files of each table that has any, the oldest first."""
    rows = connection.execute(
        f"""
        select
            tables.table_name,
            tables.table_id,
            files.data_file_id,
            {_PATH},
            days.partition_value,
            files.record_count,
            coalesce(deletes.delete_count, 0)
        from {CATALOG}.ducklake_data_file as files
        inner join {CATALOG}.ducklake_table as tables using (table_id)
        inner join {CATALOG}.ducklake_schema as schemas using (schema_id)
        left join {CATALOG}.ducklake_file_partition_value as days using (data_file_id)
        left join {CATALOG}.ducklake_delete_file as deletes
            on files.data_file_id = deletes.data_file_id and deletes.end_snapshot is null
        where tables.end_snapshot is null and files.end_snapshot is null
        order by files.data_file_id
        """
    ).fetchall()
    deletions = {table: _deletions(connection, table) for table in {row[1] for row in rows}}
    found: dict[str, list[DataFile]] = {}
    for name, table, number, path, day, count, deleted in rows:
        whole = f"{lake.data.address}/{_below(lake, path)}"
        gone = deleted + deletions[table].get(number, 0)
        found.setdefault(name, []).append(DataFile(number, whole, day, count, gone))
    return found


def _deletions(connection: duckdb.DuckDBPyConnection, table: int) -> dict[int, int]:
    """How many rows of each file of a table are deleted by a note in the catalog itself."""
    try:
        rows = connection.execute(
            f"select file_id, count(*) from {CATALOG}.ducklake_inlined_delete_{table} group by file_id"
        ).fetchall()
    except duckdb.CatalogException:  # DuckLake makes it for the first deletion
        return {}
    return dict(rows)


def rows_in_catalog(connection: duckdb.DuckDBPyConnection, name: str) -> list[DataFile]:
    """What the catalog itself holds of a table, as if it were a file."""
    rows = connection.execute(
        f"select null, filename, null, count(*), 0 from stored.{name} "
        "where starts_with(filename, 'ducklake_inlined') group by filename"
    ).fetchall()
    return [DataFile(*row) for row in rows]


def registered_files(connection: duckdb.DuckDBPyConnection, lake: Lake) -> set[str]:
    """Every file that the catalog knows, by its path below the lake's data: earlier versions' as well."""
    return kept_files(connection, lake) | dropped_files(connection, lake)


def kept_files(connection: duckdb.DuckDBPyConnection, lake: Lake) -> set[str]:
    """The files of all versions of the lake that can still be read."""
    rows = connection.execute(
        f"""
        with files as (
            select table_id, path, path_is_relative from {CATALOG}.ducklake_data_file
            union all
            select table_id, path, path_is_relative from {CATALOG}.ducklake_delete_file
        )
        select {_PATH}
        from files
        inner join {CATALOG}.ducklake_table as tables using (table_id)
        inner join {CATALOG}.ducklake_schema as schemas using (schema_id)
        """
    ).fetchall()
    return {_below(lake, path) for (path,) in rows}


def dropped_files(connection: duckdb.DuckDBPyConnection, lake: Lake) -> set[str]:
    """The files that no version needs any more, and that nobody has deleted yet."""
    rows = connection.execute(f"select path from {CATALOG}.ducklake_files_scheduled_for_deletion").fetchall()
    return {_below(lake, path) for (path,) in rows}


def row_group_rows(name: str) -> int:
    """How many rows of a table are read together."""
    return _SMALLER_GROUPS.get(name, ROW_GROUP_ROWS)


def encoding(columns: Sequence[str]) -> dict[str, Any]:
    """How a table's columns are written."""
    paths = [path for name in columns for path in _LISTS.get(name, [name])]
    delta = [path for path in paths if path in _DELTA]
    return {
        "compression": "zstd",
        "compression_level": 3,
        "use_dictionary": [path for path in paths if path not in delta],
        "column_encoding": dict.fromkeys(delta, "DELTA_BINARY_PACKED"),
    }


def _write(lake: Lake, name: str, rows: pa.Table, order: Sequence[str], path: str) -> None:
    import pyarrow.parquet as pq  # noqa: PLC0415  (who only reads does without)

    with lake.data.new(path) as file:
        pq.write_table(
            rows.sort_by([(column, "ascending") for column in order]),
            file,
            row_group_size=row_group_rows(name),
            **encoding(rows.column_names),
        )


def _below(lake: Lake, path: str) -> str:
    return path.removeprefix(f"{lake.data.address}/")


def _by_day(table: pa.Table) -> Iterator[tuple[date | None, pa.Table]]:
    import pyarrow.compute as pc  # noqa: PLC0415  (who only reads does without)

    days = table["call_date"]
    for day in pc.unique(days).to_pylist():
        yield day, table.filter(pc.is_null(days) if day is None else pc.equal(days, day))
