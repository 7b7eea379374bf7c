"""A night's row: there when it begins, replaced when it ends; a killed night leaves the first."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flows.summary import Summary
from tasks.lake.catalog import Lake, reading, writing
from tasks.lake.nights import keep_night
from tasks.lake.query import run_query
from tasks.schemas import Outcome

if TYPE_CHECKING:
    from typing import Any


def nights(place: Lake) -> list[dict[str, Any]]:
    with reading(place) as connection:
        rows: list[dict[str, Any]] = run_query(connection, "select * from nights").to_pylist()
        return rows


def test_a_night_has_one_row_from_its_beginning_on(lake: Lake) -> None:
    summary = Summary("run-1", purpose="backfill")
    with writing(lake) as connection:
        keep_night(connection, lake, summary.as_begun_night("pulse"))
        (begun,) = nights(lake)
        summary.add([Outcome("a", "1", "landed", duration_ms=61_000, cost_usd=0.5, requests=2)])
        summary.add([Outcome("b", "2", "skipped", stage="transcribe"), Outcome("c", "3", "failed")])
        keep_night(connection, lake, summary.as_night("pulse"))
    (ended,) = nights(lake)
    assert begun["ended_at"] is None
    assert begun["found"] is None
    assert (ended["engine"], ended["purpose"]) == ("pulse", "backfill")
    assert ended["begun_at"] == begun["begun_at"] <= ended["ended_at"] <= datetime.now(UTC)
    counts = {name: ended[name] for name in ("found", "landed", "skipped", "quarantined", "failed")}
    assert counts == {"found": 3, "landed": 1, "skipped": 1, "quarantined": 0, "failed": 1}
    assert (ended["over_budget"], ended["duration_ms"], ended["cost_usd"]) == (1, 61_000, 0.5)
