"""Earlier versions of the lake: each change leaves one, and its files stay until it is dropped."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tasks.errors import CheckFailed
from tasks.lake.catalog import in_turn
from tasks.lake.layout import CATALOG
from tasks.lake.parquet_files import dropped_files, kept_files

if TYPE_CHECKING:
    import duckdb

    from tasks.lake.catalog import Lake


def drop_versions(connection: duckdb.DuckDBPyConnection, lake: Lake, keep_hours: float) -> int:
    """Drop versions that were replaced more than `keep_hours` ago, with their files; how many files went.

    What counts is when the next version came, not when a version was made: somebody may have been reading it
    until then.

    Raises:
        CheckFailed: a file to be deleted is part of a version that stays, as bugs of DuckLake have had it
            (ducklake#527, #669, #815), or a file of such a version is missing. Nothing is deleted.
    """
    with in_turn(lake):
        old = _replaced_before(connection, datetime.now(UTC) - timedelta(hours=keep_hours))
        if old:
            connection.execute("call ducklake_expire_snapshots('stored', versions => ?)", [old])
            _forget_rows(connection)
        files = dropped_files(connection, lake)
        _need_kept(connection, lake, files)
        connection.execute("call ducklake_cleanup_old_files('stored', cleanup_all => true)")
        left = files & set(lake.data.paths())
        _need_kept(connection, lake, left)
    return len(files) - len(left)


def _replaced_before(connection: duckdb.DuckDBPyConnection, moment: datetime) -> list[int]:
    rows = connection.execute(
        "select snapshot_id from ("
        "  select snapshot_id, lead(snapshot_time) over (order by snapshot_id) as replaced_at"
        "  from ducklake_snapshots('stored')"
        ") where replaced_at < ?",
        [moment],
    ).fetchall()
    return [version for (version,) in rows]


def _forget_rows(connection: duckdb.DuckDBPyConnection) -> None:
    """Delete the rows in the catalog itself that no version shows any more, which DuckLake keeps for ever."""
    tables = connection.execute(f"select table_name from {CATALOG}.ducklake_inlined_data_tables").fetchall()
    for (name,) in tables:
        connection.execute(
            f"delete from {CATALOG}.{name} "
            f"where end_snapshot <= (select min(snapshot_id) from {CATALOG}.ducklake_snapshot)"
        )


def _need_kept(connection: duckdb.DuckDBPyConnection, lake: Lake, dropped: set[str]) -> None:
    kept = kept_files(connection, lake)
    if kept & dropped:
        raise CheckFailed(f"the catalog would delete {len(kept & dropped)} files that are in use; none was")
    missing = kept - set(lake.data.paths())
    if missing:
        raise CheckFailed(f"{len(missing)} files of the lake are missing; restore them from a backup")
