"""An erasure's row in `erasures`, from its beginning to its end."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING

from tasks.lake.catalog import in_turn
from tasks.lake.landing import add_rows
from tasks.lake.tables import as_table

if TYPE_CHECKING:
    import duckdb

    from tasks.erasure.plan import Plan
    from tasks.keys import Keyring
    from tasks.lake.catalog import Lake


def note_begun(connection: duckdb.DuckDBPyConnection, lake: Lake, plan: Plan, keyring: Keyring) -> None:
    """The erasure's row, unless it has one."""
    with in_turn(lake):
        rows = connection.execute(
            "select 1 from stored.erasures where erasure_id = ?", [plan.erasure_id]
        ).fetchall()
        if not rows:
            row = {
                "erasure_id": plan.erasure_id,
                "asked": plan.asked,
                "subject": plan.subject,
                "asked_by": plan.asked_by,
                "asked_at": datetime.fromisoformat(plan.asked_at),
                "state": "begun",
                "calls": len(plan.recordings),
                "held_calls": plan.held,
                "names_key_id": keyring.first,
            }
            add_rows(connection, "erasures", as_table("erasures", [row]))


def note_withdrawn(connection: duckdb.DuckDBPyConnection, lake: Lake, plan: Plan) -> None:
    """The erasure was not carried out: a legal hold came first."""
    with in_turn(lake):
        connection.execute(
            "update stored.erasures set state = 'withdrawn' where erasure_id = ?", [plan.erasure_id]
        )


def noted(connection: duckdb.DuckDBPyConnection, plan: Plan) -> dict[str, dict[str, int]]:
    """What has been removed, as it was noted together with the removal."""
    row = connection.execute(
        "select receipt from stored.erasures where erasure_id = ?", [plan.erasure_id]
    ).fetchone()
    found: dict[str, dict[str, int]] = json.loads(row[0]) if row and row[0] else {}
    return found


def rows_are_gone(connection: duckdb.DuckDBPyConnection, plan: Plan) -> bool:
    """Whether the plan's rows were removed."""
    return "rows_removed" in noted(connection, plan)


def note_removed(connection: duckdb.DuckDBPyConnection, plan: Plan, facts: dict[str, dict[str, int]]) -> None:
    """What was removed; where it is rows of the lake, in the transaction that removes them."""
    connection.execute(
        "update stored.erasures set receipt = ? where erasure_id = ?", [json.dumps(facts), plan.erasure_id]
    )


def is_done(connection: duckdb.DuckDBPyConnection, plan: Plan) -> bool:
    """Whether its receipt is written."""
    row = connection.execute(
        "select state from stored.erasures where erasure_id = ?", [plan.erasure_id]
    ).fetchone()
    return bool(row == ("done",))
