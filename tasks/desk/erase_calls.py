"""The desk without some calls: what is about them goes, the audit log keeps who did what and when."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from tasks.desk.audit import chained

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tasks.desk.store import Desk


def erase_calls(desk: Desk, names: Mapping[str, str]) -> dict[str, int]:
    """How many rows of which table went, or in the log lost their call; `names` is what stands for each.

    The log is chained anew from the first row that was changed. What was deleted is overwritten in the file.
    """
    with desk.connection(write=True) as connection:
        removed = {
            table: sum(_delete(connection, table, call_id) for call_id in names)
            for table in _tables_of_calls(connection)
        }
        removed["audit"] = _rename_in_log(connection, names)
    if any(removed.values()):
        with closing(sqlite3.connect(desk.path)) as connection:
            connection.execute("vacuum")
            connection.execute("pragma wal_checkpoint(truncate)")
    return {table: count for table, count in removed.items() if count}


def _tables_of_calls(connection: sqlite3.Connection) -> list[str]:
    rows = connection.execute(
        "select tables.name from sqlite_master as tables join pragma_table_info(tables.name) as columns "
        "where tables.type = 'table' and columns.name = 'call_id' and tables.name <> 'audit'"
    ).fetchall()
    return [row["name"] for row in rows]


def _delete(connection: sqlite3.Connection, table: str, call_id: str) -> int:
    return connection.execute(f"delete from {table} where call_id = ?", [call_id]).rowcount


def _rename_in_log(connection: sqlite3.Connection, names: Mapping[str, str]) -> int:
    """Only here is a row of the log changed; its triggers are back when the transaction ends."""
    triggers = connection.execute(
        "select name, sql from sqlite_master where type = 'trigger' and tbl_name = 'audit'"
    ).fetchall()
    for trigger in triggers:
        connection.execute(f"drop trigger {trigger['name']}")
    changed = sum(
        connection.execute(
            "update audit set call_id = ?, detail = null where call_id = ?", [name, call_id]
        ).rowcount
        for call_id, name in names.items()
    )
    if changed:
        _chain_anew(connection)
    for trigger in triggers:
        connection.execute(trigger["sql"])
    return changed


def _chain_anew(connection: sqlite3.Connection) -> None:
    chain = ""
    rows = connection.execute(
        "select seq, at, account, action, call_id, detail, chain from audit order by seq"
    )
    for seq, *facts, before in rows.fetchall():
        chain = chained(chain, tuple(facts))
        if chain != before:
            connection.execute("update audit set chain = ? where seq = ?", [chain, seq])
