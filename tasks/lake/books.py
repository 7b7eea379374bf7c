"""The books: what engines were paid. A payment enters once, however often its answer is used again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    import duckdb

    from tasks.schemas import Usage


def spent_since(connection: duckdb.DuckDBPyConnection, begin: datetime) -> float:
    """USD on the books since a moment, answers that got lost included: they may have been charged."""
    row = connection.execute(
        "select coalesce(sum(cost_usd + coalesce(uncertain_cost_usd, 0)), 0) "
        "from stored.engine_usage where requested_at >= ?",
        [begin],
    ).fetchone()
    return float(row[0]) if row else 0.0


def payments_booked(connection: duckdb.DuckDBPyConnection, usage: Iterable[Usage]) -> set[str]:
    """Those answers from the store whose payment is on the books already."""
    ids = [one.answer_id for one in usage if one.cache_hit and one.answer_id]
    if not ids:
        return set()
    rows = connection.execute(
        "select usage_id from stored.engine_usage where usage_id in (select unnest(?))", [ids]
    ).fetchall()
    return {usage_id for (usage_id,) in rows}


def settled(calls: Sequence[Sequence[Usage]], booked: set[str]) -> list[tuple[Usage, ...]]:
    """The same usage with every payment in it once: at its first use that is not on the books.

    An answer that a killed run paid for, and never booked, is booked by the run that finds it in the store.
    """
    seen = booked | {one.answer_id for usage in calls for one in usage if not one.cache_hit and one.answer_id}
    return [tuple(_settle(one, seen) for one in usage) for usage in calls]


def _settle(one: Usage, seen: set[str]) -> Usage:
    if not one.cache_hit or one.answer_id is None:
        return one
    if one.answer_id in seen:
        return replace(one, billed_ms=0, cost_usd=0.0, uncertain_cost_usd=0.0, latency_ms=0, attempts=0)
    seen.add(one.answer_id)
    return replace(one, cache_hit=False)
