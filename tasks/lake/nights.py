"""The relation `nights`: a row when a night begins, replaced by what it came to when it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tasks.lake.catalog import in_turn
from tasks.lake.tables import as_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    import duckdb

    from tasks.lake.catalog import Lake


def keep_night(connection: duckdb.DuckDBPyConnection, lake: Lake, night: Mapping[str, Any]) -> None:
    """Put a night's row in the place of the one that it had."""
    connection.register("landing", as_table("nights", [night]))
    with in_turn(lake):
        connection.execute("begin")
        connection.execute("delete from stored.nights where run_id in (select run_id from landing)")
        connection.execute("insert into stored.nights by name select * from landing")
        connection.execute("commit")
    connection.unregister("landing")
