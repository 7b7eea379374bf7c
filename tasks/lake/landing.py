"""Landing: Parquet written beside, then registered in one transaction over all tables."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from tasks.lake.catalog import in_turn
from tasks.lake.parquet_files import register, registered_files, write_days
from tasks.lake.sound_files import remove_copies, remove_stray_copies
from tasks.lake.stored_marts import computed, mart_names, mart_order
from tasks.lake.tables import ORDER, REPLACED

if TYPE_CHECKING:
    from collections.abc import Mapping

    import duckdb
    import pyarrow as pa

    from tasks.lake.catalog import Lake


@dataclass(frozen=True, slots=True)
class Batch:
    """What one transaction lands: rows by relation; `recordings` and `sightings` are the ledger's."""

    tables: Mapping[str, pa.Table]


def land_batch(connection: duckdb.DuckDBPyConnection, lake: Lake, batch: Batch) -> None:
    """Land a batch whole or not at all; calls and recordings that were there are replaced.

    The stored marts' rows of its calls are computed and land with it. The redacted copies that its calls name
    go with it: they are removed when it does not land.
    """
    marts = computed(batch.tables) if batch.tables["calls"].num_rows else {}
    with in_turn(lake):
        _land(connection, lake, batch, marts)


def _land(
    connection: duckdb.DuckDBPyConnection, lake: Lake, batch: Batch, marts: Mapping[str, pa.Table]
) -> None:
    orders = ORDER | {name: mart_order(name) for name in marts}
    files: dict[str, list[str]] = {name: [] for name in orders}
    replaced = _replaced(connection, batch.tables["calls"])
    before, copies = set(replaced.values()), set(batch.tables["calls"]["audio_path"].to_pylist())
    connection.execute("begin")
    try:
        for name, written in files.items():
            written.extend(write_days(lake, name, {**batch.tables, **marts}[name], orders[name]))
        _remove(connection, list(replaced))
        for name, written in files.items():
            register(connection, lake, name, written)
        _replace_rows(connection, "recordings", "recording_sha256", batch.tables["recordings"])
        _replace_rows(connection, "sightings", "uri_key", batch.tables["sightings"])
        _replace_rows(connection, "reviews", "review_id", batch.tables["reviews"])
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        for path in chain.from_iterable(files.values()):
            lake.data.remove(path)
        remove_copies(lake, copies - before)
        raise
    remove_copies(lake, before - copies)


def add_rows(connection: duckdb.DuckDBPyConnection, name: str, table: pa.Table) -> None:
    """Add rows to a small table, all or none of them."""
    connection.register("landing", table)
    connection.execute(f"insert into stored.{name} by name select * from landing")
    connection.unregister("landing")


def remove_orphans(connection: duckdb.DuckDBPyConnection, lake: Lake) -> int:
    """Delete files that a killed run wrote but never registered; the number of files removed.

    Only for a process that holds the lake's lock: nobody else may be landing.
    """
    with in_turn(lake):  # a compaction's next file is registered before it lets go
        known = registered_files(connection, lake)
        files = lake.data.paths()
        orphans = [path for path in files if path.endswith(".parquet") and path not in known]
        return sum(lake.data.remove(path) for path in orphans) + remove_stray_copies(connection, lake)


def _replaced(connection: duckdb.DuckDBPyConnection, calls: pa.Table) -> dict[str, str | None]:
    """The calls that the batch brings again, under their old or their new id, with their redacted copies."""
    connection.register("landing", calls.select(["call_id", "recording_sha256"]))
    rows = connection.execute(
        "select call_id, audio_path from stored.calls where call_id in (select call_id from landing) "
        "or recording_sha256 in (select recording_sha256 from landing)"
    ).fetchall()
    connection.unregister("landing")
    return dict(rows)


def _remove(connection: duckdb.DuckDBPyConnection, call_ids: list[str]) -> None:
    for name in (*REPLACED, *mart_names()) if call_ids else ():
        connection.execute(f"delete from stored.{name} where call_id in (select unnest(?))", [call_ids])


def _replace_rows(connection: duckdb.DuckDBPyConnection, name: str, key: str, table: pa.Table) -> None:
    if not table.num_rows:
        return
    connection.register("landing", table)
    connection.execute(f"delete from stored.{name} where {key} in (select {key} from landing)")
    connection.execute(f"insert into stored.{name} by name select * from landing")
    connection.unregister("landing")
