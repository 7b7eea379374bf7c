"""`callarchive status`: the last nights, what waits or did not land, money, freshness, drift."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import typer

from flows.cli.options import Json, Lake
from flows.cli.output import print_json, print_table, say
from tasks.lake.catalog import Lake as LakeAt
from tasks.lake.catalog import reading
from tasks.operations import Operations, operations
from tasks.settings import load_settings

if TYPE_CHECKING:
    from tasks.operations import Month, Rows

_STATE_COLUMNS: Final = ("state", "recordings", "latest")
_REASON_COLUMNS: Final = ("state", "stage", "reason", "recordings")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("status")(status)


def status(
    lake: Lake = None,
    json: Json = False,
) -> None:
    """Show the last nights, what waits or did not land and why, this month's cost, freshness and drift.

    Example: callarchive status --lake ./lake
    """
    settings = load_settings(lake=lake)
    place = LakeAt.at(settings.lake)
    with reading(place) as connection:
        now = operations(connection, datetime.now(UTC), settings.max_usd_per_month)
    if json:
        print_json(now.as_dict())
        return
    _print(now)
    say(f"\nlake: {place.address}")


def _print(now: Operations) -> None:
    _table("Nights", [_night(night) for night in now.nights])
    _table("\nRecordings", [{name: row[name] for name in _STATE_COLUMNS} for row in now.states])
    _table("\nNot landed", [{name: row[name] for name in _REASON_COLUMNS} for row in now.reasons])
    _table("\nEngines", now.engines)
    say(f"\nthis month: {_money(now.month)}")
    say(f"newest call {_ago(now.at, now.newest_call_at)}, landed {_ago(now.at, now.newest_landed_at)}")
    say(f"newest recording first seen {_ago(now.at, now.newest_seen_at)}")
    _table("\nDrift: the last 7 days of landing against the 28 before", [_drift(row) for row in now.drift])


def _night(night: dict[str, Any]) -> dict[str, Any]:
    """A night in at most 100 columns; `--json` has its id and the rest."""
    return {
        "purpose": night["purpose"],
        "begun": f"{night['begun_at']:%m-%d %H:%M}",
        "took": _length(night["took_s"]),
        **{name: night[name] for name in ("found", "landed", "skipped")},
        "quar": night["quarantined"],
        "failed": night["failed"],
        "minutes": _rounded(night["minutes_landed"], 0),
        "USD": _rounded(night["cost_usd"], 2),
    }


def _drift(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "engine": row["engine"],
        "model": row["model"],
        "calls": row["calls"],
        "before": row["calls_before"],
        "confidence": _rounded(row["mean_confidence"], 3),
        "change": _rounded(row["confidence_change"], 3),
        "unheard": _rounded(row["unheard_share"], 3),
        "change ": _rounded(row["unheard_change"], 3),
    }


def _table(title: str, rows: Rows) -> None:
    if rows:
        print_table(pa.Table.from_pylist(rows), title=title)


def _money(month: Month) -> str:
    spent = f"{month.cost_usd:.2f} USD since {month.start}"
    if month.ceiling_usd is None:
        return f"{spent}; no ceiling is set (CALLARCHIVE_MAX_USD_PER_MONTH)"
    return f"{spent}, {month.share:.0%} of the ceiling of {month.ceiling_usd:.2f} USD"


def _length(seconds: int | None) -> str | None:
    """Hours and minutes; None for a night that has not ended."""
    return None if seconds is None else f"{seconds // 3600}:{seconds % 3600 // 60:02}"


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def _ago(now: datetime, then: datetime | None) -> str:
    """A time and how long ago it was: hours, or days where it is more than two of them."""
    if then is None:
        return "unknown"
    hours = (now - then) / timedelta(hours=1)
    ago = f"{hours:.0f} h" if hours < 48 else f"{hours / 24:.0f} days"
    return f"{then:%Y-%m-%d %H:%M} ({ago} ago)"
