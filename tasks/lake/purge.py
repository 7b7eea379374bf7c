"""Take what no call says any more from the disk: replaced rows stay in old files until somebody does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tasks.lake.catalog import in_turn, rewriting
from tasks.lake.compact import rewrite_files
from tasks.lake.layout import CATALOG
from tasks.lake.versions import drop_versions

if TYPE_CHECKING:
    import duckdb

    from tasks.lake.catalog import Lake


def purge(lake: Lake) -> None:
    """Rewrite every file with a deleted row, drop the lake's earlier versions, and empty their room.

    Only for a process that holds the lake's lock. Who is reading an earlier version at this moment loses it.
    """
    with rewriting(lake) as connection:
        with in_turn(lake):
            _flush(connection)
        rewrite_files(connection, lake, lambda files: [[file] for file in files if file.deleted_rows])
        drop_versions(connection, lake, keep_hours=0)
        with in_turn(lake):
            _narrow_statistics(connection)
    with in_turn(lake):
        lake.catalog.empty_free_room()


def _flush(connection: duckdb.DuckDBPyConnection) -> None:
    """Write the catalog's rows into files, on one thread: on several, DuckLake 1.5.5 now and then aborts."""
    connection.execute("set threads = 1")
    connection.execute("call ducklake_flush_inlined_data('stored')")
    connection.execute("reset threads")


def _narrow_statistics(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the catalog forget texts that are gone: DuckLake only ever widens what it knows of a whole table.

    Afterwards it knows what the files say, so all rows have to be in files first.
    """
    _flush(connection)
    connection.execute(
        f"""
        update {CATALOG}.ducklake_table_column_stats as known
        set min_value = said.lowest, max_value = said.highest
        from (
            select columns.table_id, columns.column_id, min(min_value) as lowest, max(max_value) as highest
            from {CATALOG}.ducklake_column as columns
            left join {CATALOG}.ducklake_file_column_stats using (table_id, column_id)
            where columns.column_type in ('varchar', 'blob')
            group by columns.table_id, columns.column_id
        ) as said
        where known.table_id = said.table_id and known.column_id = said.column_id
        """
    )
