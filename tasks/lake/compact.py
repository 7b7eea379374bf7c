"""Compaction: many small files of a day become few, and what no version needs any more is deleted.

Rows are read by DuckDB and written by pyarrow, in smaller encodings than DuckLake's own rewrite would choose.
A new file enters and the ones it replaces leave in one transaction; killed before it, the new file belongs to
nobody and the next ingest removes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyarrow.parquet as pq

from tasks.errors import CheckFailed
from tasks.lake.catalog import in_turn, rewriting
from tasks.lake.layout import CATALOG
from tasks.lake.parquet_files import (
    data_files,
    encoding,
    new_path,
    register,
    row_group_rows,
    rows_in_catalog,
)
from tasks.lake.stored_marts import mart_names, mart_order
from tasks.lake.tables import LEDGER, ORDER, PARTITIONED, TABLES
from tasks.lake.versions import drop_versions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import duckdb

    from tasks.lake.catalog import Lake
    from tasks.lake.parquet_files import DataFile

    Choose = Callable[[Sequence[DataFile]], Iterable[list[DataFile]]]

FULL_ROWS: Final = 2_500_000
"""A file of so many rows is not merged further: a large day has four, and replacing a call touches one."""

_DELETED_SHARE: Final = 0.1
"""A file with more deleted rows than that is written anew."""

_CATALOG_ROWS: Final = 5_000
"""So many rows of a small table may stay in the catalog."""

_MEMORY: Final = "1GiB"
"""For sorting one file's rows; what is beyond goes to the disk."""


@dataclass(frozen=True, slots=True)
class Compacted:
    """What a compaction did."""

    files_merged: int
    files_written: int
    rows_written: int
    files_deleted: int
    """Of these, merged and replaced earlier; those merged now stay until their readers have ended."""


def compact(lake: Lake, *, most_files: int = 1, keep_hours: float = 24) -> Compacted:
    """Merge the small files of every table and day that has more than `most_files` of them.

    Versions of the lake that were replaced more than `keep_hours` ago can no longer be read afterwards, and
    the files that only they needed are gone.

    Raises:
        SettingsError: there is no lake at this place.
        CheckFailed: the catalog contradicts itself; nothing was deleted.
    """
    with rewriting(lake) as connection:
        connection.execute(f"set memory_limit = '{_MEMORY}'")
        _empty_catalog(connection, lake)
        done = rewrite_files(connection, lake, lambda files: _groups(files, most_files))
        deleted = drop_versions(connection, lake, keep_hours)
    return Compacted(sum(files for files, _ in done), len(done), sum(rows for _, rows in done), deleted)


def rewrite_files(connection: duckdb.DuckDBPyConnection, lake: Lake, choose: Choose) -> list[tuple[int, int]]:
    """Replace the files that `choose` puts together by one each: how many they were, and its rows.

    Files without a row are dropped with those they are put together with.
    """
    done = []
    for name, files in data_files(connection, lake).items():
        for group in choose(files):
            done.append((len(group), _rewrite(connection, lake, name, group)))  # noqa: PERF401  (work, not a list)
    return done


def _empty_catalog(connection: duckdb.DuckDBPyConnection, lake: Lake) -> None:
    """Move rows that the catalog itself holds into files, where they have become many.

    Not by DuckLake's own flush, which takes rows and deletions away from under who is reading.
    """
    for name in TABLES:
        if many := _many_in_catalog(connection, name):
            _rewrite(connection, lake, name, many)


def _many_in_catalog(connection: duckdb.DuckDBPyConnection, name: str) -> list[DataFile]:
    return [rows for rows in rows_in_catalog(connection, name) if rows.rows > _CATALOG_ROWS]


def crowded(connection: duckdb.DuckDBPyConnection, lake: Lake, most_files: int) -> bool:
    """Whether a table has more than so many small files of a day, or the catalog too much of the ledger."""
    return any(_many_in_catalog(connection, name) for name in LEDGER) or any(
        len(_small(of_day)) > most_files
        for files in data_files(connection, lake).values()
        for of_day in _by_day(files)
    )


def _rewrite(connection: duckdb.DuckDBPyConnection, lake: Lake, name: str, group: Sequence[DataFile]) -> int:
    """Replace files of one table and day by one with the rows that are left in them; how many these are.

    Raises:
        CheckFailed: the rows that were written are not the rows that were dropped; nothing was changed.
    """
    old = [file.name for file in group]
    path = new_path(name, group[0].day, divided=name in (*PARTITIONED, *mart_names()))
    with in_turn(lake):
        connection.execute("begin")
        try:
            rows = _write(connection, lake, name, old, path)
            _replace(connection, lake, name, old, [path] if rows else [], rows)
            connection.execute("commit")
        except BaseException:
            connection.execute("rollback")
            lake.data.remove(path)
            raise
        if not rows:
            lake.data.remove(path)
        _end(connection, [file.id for file in group if file.id is not None])
    return rows


def _end(connection: duckdb.DuckDBPyConnection, numbers: list[int]) -> None:
    """Drop files all of whose rows are deleted: with notes in the catalog about some, DuckLake keeps them.

    No version shows other rows for it: those before this one have the files still, this one nothing of them.
    """
    for kind in ("data", "delete"):
        connection.execute(
            f"update {CATALOG}.ducklake_{kind}_file "
            f"set end_snapshot = (select max(snapshot_id) from {CATALOG}.ducklake_snapshot) "
            "where end_snapshot is null and data_file_id in (select unnest(?))",
            [numbers],
        )


def _replace(  # noqa: PLR0913, PLR0917  (both sides of the exchange)
    connection: duckdb.DuckDBPyConnection, lake: Lake, name: str, old: list[str], new: list[str], rows: int
) -> None:
    (dropped,) = connection.execute(
        f"delete from stored.{name} where filename in (select unnest(?))", [old]
    ).fetchall()[0]
    if rows != dropped:
        raise CheckFailed(f"{name}: {rows} rows were written to replace {dropped}; nothing was changed")
    register(connection, lake, name, new)


def _write(
    connection: duckdb.DuckDBPyConnection, lake: Lake, name: str, old: Sequence[str], path: str
) -> int:
    order = ", ".join(mart_order(name) if name in mart_names() else ORDER.get(name, ("all",)))
    reader = connection.execute(
        f"from stored.{name} where filename in (select unnest(?)) order by {order}", [old]
    ).to_arrow_reader(row_group_rows(name))
    rows = 0
    with (
        lake.data.new(path) as file,
        pq.ParquetWriter(file, reader.schema, **encoding(reader.schema.names)) as writer,
    ):
        for batch in reader:
            writer.write_batch(batch, row_group_size=row_group_rows(name))
            rows += batch.num_rows
    return rows


def _groups(files: Sequence[DataFile], most_files: int) -> Iterator[list[DataFile]]:
    """What to write as one file: a day's small files up to a full one, and files with many deleted rows."""
    for of_day in _by_day(files):
        small = _small(of_day)
        worn = [file for file in of_day if file.deleted_rows > file.rows * _DELETED_SHARE]
        yield from _up_to_full(small if len(small) > most_files else worn)


def _by_day(files: Sequence[DataFile]) -> Iterable[list[DataFile]]:
    days: dict[str | None, list[DataFile]] = {}
    for file in files:
        days.setdefault(file.day, []).append(file)
    return days.values()


def _small(files: Sequence[DataFile]) -> list[DataFile]:
    return [file for file in files if file.rows_left < FULL_ROWS / 2]


def _up_to_full(files: Sequence[DataFile]) -> Iterator[list[DataFile]]:
    group: list[DataFile] = []
    rows = 0
    for file in files:
        group.append(file)
        rows += file.rows_left
        if rows >= FULL_ROWS:
            yield group
            group, rows = [], 0
    if group:
        yield group
