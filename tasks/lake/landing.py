"""Landing: Parquet written beside, then registered in one transaction over all tables."""

from __future__ import annotations

import os
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.lake.catalog import in_turn
from tasks.lake.sound_files import landed_copies, remove_copies, remove_stray_copies
from tasks.lake.tables import TABLES
from tasks.lake.whole_file import whole_or_gone

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date
    from pathlib import Path

    import duckdb

    from tasks.lake.catalog import Lake

PARTITIONED: Final = ("words", "turns", "calls", "redactions", "certificates", "envelopes", "engine_usage")
"""Tables of calls, one file a day and batch. The ledger's few rows go into the catalog instead."""

REPLACED: Final = ("words", "turns", "calls", "redactions", "certificates", "envelopes")
"""What landing a call again removes first. What was spent stays on the books: engine_usage only grows."""

_ROW_GROUP_ROWS: Final = 1_000_000
_ORDER: Final = {
    "words": ("call_id", "word_index"),
    "turns": ("call_id", "turn_index"),
    "calls": ("call_id",),
    "redactions": ("call_id", "start_word"),
    "certificates": ("call_id",),
    "envelopes": ("call_id", "finding_id"),
    "engine_usage": ("call_id", "channel", "chunk_index"),
}
_DELTA: Final = ("start_ms", "end_ms", "word_index", "turn_index", "start_word", "end_word")
_UNKNOWN_DATE: Final = "__HIVE_DEFAULT_PARTITION__"


@dataclass(frozen=True, slots=True)
class Batch:
    """What one transaction lands: rows by relation; `recordings` and `sightings` are the ledger's."""

    tables: Mapping[str, pa.Table]


def land_batch(connection: duckdb.DuckDBPyConnection, lake: Lake, batch: Batch) -> None:
    """Land a batch whole or not at all; calls and recordings that were there are replaced.

    The redacted copies that its calls name go with it: they are removed when it does not land.
    """
    with in_turn(lake):
        _land(connection, lake, batch)


def _land(connection: duckdb.DuckDBPyConnection, lake: Lake, batch: Batch) -> None:
    files: dict[str, list[Path]] = {name: [] for name in PARTITIONED}
    copies = set(batch.tables["calls"]["audio_path"].to_pylist())
    new = copies - landed_copies(connection)
    connection.execute("begin")
    try:
        for name, written in files.items():
            written.extend(_write(lake, name, batch.tables[name]))
        before = _remove_replaced(connection, batch.tables["calls"])
        for name, written in files.items():
            _register(connection, name, written)
        _replace_rows(connection, "recordings", "recording_sha256", batch.tables["recordings"])
        _replace_rows(connection, "sightings", "uri_key", batch.tables["sightings"])
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        for path in chain.from_iterable(files.values()):
            path.unlink(missing_ok=True)
        remove_copies(lake, new)
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
    known: set[str] = set()
    for name in TABLES:
        rows = connection.execute(f"from ducklake_list_files('stored', '{name}')").fetchall()
        known.update(os.path.realpath(value) for row in rows for value in row if isinstance(value, str))
    scheduled = connection.execute(
        "select path from __ducklake_metadata_stored.ducklake_files_scheduled_for_deletion"
    ).fetchall()
    known.update(os.path.realpath(lake.data / "main" / str(path)) for (path,) in scheduled)
    orphans = [path for path in lake.data.rglob("*.parquet") if os.path.realpath(path) not in known]
    return sum(_removed(path) for path in orphans) + remove_stray_copies(connection, lake)


def _register(connection: duckdb.DuckDBPyConnection, name: str, written: list[Path]) -> None:
    if written:
        paths = [str(path) for path in written]
        connection.execute("call ducklake_add_data_files('stored', ?, ?)", [name, paths])


def _removed(path: Path) -> bool:
    path.unlink(missing_ok=True)
    return True


def _write(lake: Lake, name: str, table: pa.Table) -> Iterator[Path]:
    """One file per day, sorted by call, with the encodings measured to be smallest."""
    for day, rows in _by_day(table):
        folder = lake.data / "main" / name / f"call_date={day or _UNKNOWN_DATE}"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{uuid4().hex}.parquet"
        with whole_or_gone(path) as file:
            pq.write_table(
                rows.sort_by([(column, "ascending") for column in _ORDER[name]]), file, **_encoding(rows)
            )
        yield path


def _by_day(table: pa.Table) -> Iterator[tuple[date | None, pa.Table]]:
    days = table["call_date"]
    for day in pc.unique(days).to_pylist():
        yield day, table.filter(pc.is_null(days) if day is None else pc.equal(days, day))


def _encoding(table: pa.Table) -> dict[str, Any]:
    delta = [name for name in table.column_names if name in _DELTA]
    return {
        "compression": "zstd",
        "compression_level": 3,
        "row_group_size": _ROW_GROUP_ROWS,
        "use_dictionary": [name for name in table.column_names if name not in delta],
        "column_encoding": dict.fromkeys(delta, "DELTA_BINARY_PACKED"),
    }


def _remove_replaced(connection: duckdb.DuckDBPyConnection, calls: pa.Table) -> set[str | None]:
    """Delete every row of calls that the batch brings again, under their old or their new id.

    What comes back are the redacted copies that these rows named.
    """
    connection.register("landing", calls.select(["call_id", "recording_sha256"]))
    rows = connection.execute(
        "select call_id, audio_path from stored.calls where call_id in (select call_id from landing) "
        "or recording_sha256 in (select recording_sha256 from landing)"
    ).fetchall()
    connection.unregister("landing")
    for name in REPLACED if rows else ():
        connection.execute(
            f"delete from stored.{name} where call_id in (select unnest(?))",
            [[call_id for call_id, _ in rows]],
        )
    return {path for _, path in rows}


def _replace_rows(connection: duckdb.DuckDBPyConnection, name: str, key: str, table: pa.Table) -> None:
    if not table.num_rows:
        return
    connection.register("landing", table)
    connection.execute(f"delete from stored.{name} where {key} in (select {key} from landing)")
    connection.execute(f"insert into stored.{name} select * from landing")
    connection.unregister("landing")
