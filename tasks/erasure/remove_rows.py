"""One transaction: the rows of calls go, the books lose their calls, the ledger keeps keyed hashes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from tasks.erasure.asked import name_known_recordings
from tasks.erasure.erasure_row import note_removed, rows_are_gone
from tasks.erasure.holds import held_recordings
from tasks.errors import OnHold
from tasks.lake import erased_names
from tasks.lake.catalog import in_turn
from tasks.lake.landing import add_rows
from tasks.lake.ledger import Sighting
from tasks.lake.parquet_files import register, write_days
from tasks.lake.tables import ORDER, TABLES, as_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from tasks.erasure.plan import Plan
    from tasks.keys import Keyring
    from tasks.lake.catalog import Lake

_STAY: Final = ("recordings", "engine_usage", "reveals")
"""Tables with calls in them whose rows stay, without their calls."""

_OF_THE_RECORDINGS: Final = "recording_sha256 in (select sha256 from erased)"
_OF_THE_CALLS: Final = "call_id in (select call_id from erased where call_id is not null)"
_USAGE: Final = f"""
select * replace (
    null::varchar as call_id, null::varchar as recording_sha256, null::utinyint as channel,
    null::integer as chunk_index, null::varchar as answer_key, date_trunc('day', requested_at) as requested_at
)
from stored.engine_usage where {_OF_THE_RECORDINGS}
"""
_SILENCED: Final = "select * replace (null::varchar as audio_path) from stored.calls where call_id in ({})"


def remove_rows(connection: duckdb.DuckDBPyConnection, lake: Lake, plan: Plan, keyring: Keyring) -> None:
    """Take the plan's rows out and note what they were, in one transaction. A second time does nothing.

    Raises:
        OnHold: a legal hold has come since the plan was made; nothing was removed.
    """
    written: list[str] = []
    with in_turn(lake):
        if rows_are_gone(connection, plan):
            return
        _refuse_held(connection, plan)
        _register(connection, plan)
        connection.execute("begin")
        try:
            removed = _remove(connection, plan, keyring)
            kept = _keep_the_books(connection, lake, keyring, written)
            kept |= {"reveals": _nameless_reveals(connection)}
            _silence(connection, lake, plan, written)
            note_removed(connection, plan, {"rows_removed": removed, "rows_without_call": kept})
            connection.execute("commit")
        except BaseException:
            connection.execute("rollback")
            for path in written:
                lake.data.remove(path)
            raise
        finally:
            connection.unregister("erased")


def _refuse_held(connection: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    name_known_recordings(connection)
    if not held_recordings(connection).isdisjoint(plan.touched):
        raise OnHold("a legal hold has come meanwhile; nothing was erased. Ask again for what is not on hold")


def _register(connection: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    listed = {"sha256": list(plan.recordings), "call_id": list(plan.recordings.values())}
    schema = pa.schema([("sha256", pa.string()), ("call_id", pa.string())])
    connection.register("erased", pa.table(listed, schema=schema))


def _remove(connection: duckdb.DuckDBPyConnection, plan: Plan, keyring: Keyring) -> dict[str, int]:
    """Rows of calls, of every table that has any; the ledger's are replaced by their hashed likes."""
    removed = {
        name: _delete(connection, name, _OF_THE_CALLS)
        for name in tables_of_calls(connection)
        if name not in _STAY
    }
    removed["envelopes"] += _delete(
        connection, "envelopes", "finding_id in (select unnest(?))", [list(plan.values)]
    )
    at = datetime.now(UTC)
    seen = _sightings(connection)
    rows = [row for sha256, one in seen for row in erased_names.sighting_rows([one], sha256, keyring)]
    removed["sightings"] = _delete(connection, "sightings", _OF_THE_RECORDINGS)
    add_rows(connection, "sightings", as_table("sightings", rows))
    removed["recordings"] = _delete(connection, "recordings", _OF_THE_RECORDINGS)
    rows = erased_names.ledger_rows(plan.recordings, keyring, plan.erasure_id, at)
    add_rows(connection, "recordings", as_table("recordings", rows))
    _rename_in_holds(connection, keyring)
    return {name: count for name, count in removed.items() if count}


def _rename_in_holds(connection: duckdb.DuckDBPyConnection, keyring: Keyring) -> None:
    """Holds that were lifted before: that there was one stays, on which call does not."""
    subjects = connection.execute(
        "select distinct subject from stored.holds "
        "where kind = 'call' and subject in (select call_id from erased)"
    ).fetchall()
    for (call_id,) in subjects:
        connection.execute(
            "update stored.holds set subject = ? where kind = 'call' and subject = ?",
            [erased_names.call_name(keyring, call_id), call_id],
        )


def tables_of_calls(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Every table of the lake whose rows say which call they are of, stored marts among them."""
    rows = connection.execute(
        "select table_name from duckdb_columns() "
        "where database_name = 'stored' and column_name = 'call_id' order by table_name"
    ).fetchall()
    return [name for (name,) in rows]


def _delete(
    connection: duckdb.DuckDBPyConnection, name: str, where: str, values: Sequence[object] = ()
) -> int:
    ((count,),) = connection.execute(f"delete from stored.{name} where {where}", list(values)).fetchall()
    return int(count)


def _sightings(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, Sighting]]:
    rows = connection.execute(
        "select recording_sha256, uri_key, size_bytes, modified_at from stored.sightings "
        f"where {_OF_THE_RECORDINGS}"
    ).fetchall()
    return [(sha256, Sighting(*facts)) for sha256, *facts in rows]


def _keep_the_books(
    connection: duckdb.DuckDBPyConnection, lake: Lake, keyring: Keyring, written: list[str]
) -> dict[str, int]:
    """Requests stay on the books, row by row, with the day they were made and of no call."""
    rows = connection.execute(_USAGE).to_arrow_table().select(TABLES["engine_usage"].names)
    names = [keyring.pseudonym("erased usage", usage_id) for usage_id in _texts(rows["usage_id"])]
    rows = rows.set_column(rows.schema.get_field_index("usage_id"), "usage_id", pa.array(names, pa.string()))
    _replace(connection, lake, "engine_usage", _OF_THE_RECORDINGS, rows, written)
    return {"engine_usage": rows.num_rows}


def _texts(column: pa.ChunkedArray[Any]) -> list[str]:
    return [str(text) for text in column.to_pylist()]


def _nameless_reveals(connection: duckdb.DuckDBPyConnection) -> int:
    """Who looked at a value, and when, stays; of whom it was does not."""
    ((count,),) = connection.execute(
        f"update stored.reveals set call_id = null, finding_id = null, reason = null where {_OF_THE_CALLS}"
    ).fetchall()
    return int(count)


def _silence(connection: duckdb.DuckDBPyConnection, lake: Lake, plan: Plan, written: list[str]) -> None:
    """Calls that stay and lose their sound: the digest of what there was remains for their certificate."""
    staying = sorted(plan.copies.keys() - set(plan.calls))
    where = "select unnest(?)"
    rows = connection.execute(_SILENCED.format(where), [staying]).to_arrow_table()
    _replace(connection, lake, "calls", f"call_id in ({where})", rows, written, [staying])


def _replace(  # noqa: PLR0913, PLR0917  (which rows, and what comes instead)
    connection: duckdb.DuckDBPyConnection,
    lake: Lake,
    name: str,
    where: str,
    rows: pa.Table,
    written: list[str],
    values: Sequence[object] = (),
) -> None:
    """Rows of a table that is divided by day, by others: into files like all of its rows."""
    if not rows.num_rows:
        return
    rows = rows.select(TABLES[name].names).cast(TABLES[name])
    _delete(connection, name, where, values)
    before = len(written)
    written.extend(write_days(lake, name, rows, ORDER[name]))
    register(connection, lake, name, written[before:])
