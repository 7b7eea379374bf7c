"""Step: finished calls -> the lake, whole or not at all. What breaks a promise of the lake does not land."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from tasks.lake.landing import Batch, land_batch
from tasks.lake.scratch import scratch
from tasks.lake.tables import PARTITIONED, TABLES, as_table
from tasks.questions.loader import CHECKS, load_questions
from tasks.rows import call_tables

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb

    from tasks.lake.catalog import Lake
    from tasks.questions.question import Question
    from tasks.rows import FinishedCall


@dataclass(frozen=True, slots=True)
class Landing:
    """What a batch brings: calls with their ledger rows; of those that failed, ledger rows and expenses."""

    calls: Sequence[tuple[FinishedCall, Mapping[str, Any]]]
    others: Sequence[Mapping[str, Any]]
    sightings: Sequence[Mapping[str, Any]]
    expenses: Sequence[Mapping[str, Any]] = ()
    """Rows of engine_usage for recordings that did not land."""
    reviews: Sequence[Mapping[str, Any]] = ()
    """What people decided; a decision that was there is replaced."""


def land(connection: duckdb.DuckDBPyConnection, lake: Lake, landing: Landing) -> None:
    """One transaction over all tables; calls and recordings that were there are replaced."""
    tables = _together([call_tables(call) for call, _ in landing.calls])
    expenses = as_table("engine_usage", landing.expenses)
    tables["engine_usage"] = pa.concat_tables([tables["engine_usage"], expenses])
    rows = [*(row for _, row in landing.calls), *landing.others]
    tables["recordings"] = as_table("recordings", rows)
    tables["sightings"] = as_table("sightings", landing.sightings)
    tables["reviews"] = as_table("reviews", landing.reviews)
    land_batch(connection, lake, Batch(tables))


def broken_promises(calls: Sequence[tuple[FinishedCall, Mapping[str, Any]]]) -> dict[str, str]:
    """The checks of sql/checks, run over calls before they land: call id -> the check it fails."""
    broken = {call.call_id: "storable" for call, row in calls if not _storable(call, row)}
    storable = [(call, row) for call, row in calls if call.call_id not in broken]
    if not storable:
        return broken
    tables = _together([call_tables(call) for call, _ in storable])
    tables["recordings"] = as_table("recordings", [row for _, row in storable])
    with scratch() as connection:
        for name, table in tables.items():
            connection.register("landing", table)
            connection.execute(f"insert into stored.{name} select * from landing")
            connection.unregister("landing")
        for check in _checks_of_calls():
            rows = connection.execute(f"select distinct call_id from ({check.sql})").fetchall()
            broken |= {call_id: check.name for (call_id,) in rows if call_id}
    return broken


def _storable(call: FinishedCall, row: Mapping[str, Any]) -> bool:
    """Whether the lake's tables can hold a call at all."""
    try:
        call_tables(call)
        as_table("recordings", [row])
    except (pa.ArrowException, UnicodeError, OverflowError):
        return False
    return True


def _checks_of_calls() -> list[Question]:
    """The checks that name the call that breaks them; the others are about the ledger and the books."""
    return [
        check for check in load_questions(CHECKS).values() if any(c.name == "call_id" for c in check.columns)
    ]


def _together(tables: Sequence[Mapping[str, pa.Table]]) -> dict[str, pa.Table]:
    return {
        name: pa.concat_tables([TABLES[name].empty_table(), *(one[name] for one in tables)])
        for name in PARTITIONED
    }
