"""When a made lake's calls landed, when engines were asked, and the nights that did it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from made_lake import Lake
    from made_talk import Row

BEGAN = datetime(2026, 2, 28, 2, 0, tzinfo=UTC)
NIGHTS = 9
KILLED = 4
"""The night that never ended."""


def add_nights(lake: Lake) -> None:
    """Spread landings over the nights and requests over three months; one night was killed."""
    for number, call in enumerate(lake["calls"]):
        call["landed_at"] = BEGAN + timedelta(days=number % NIGHTS, minutes=number)
    for number, usage in enumerate(lake["engine_usage"]):
        usage["requested_at"] = BEGAN - timedelta(days=number % 70, hours=number % 5)
        usage["outcome"] = "failed" if number % 6 == 5 else "used"
    lake["nights"] = [_night(number) for number in range(NIGHTS)]


def _night(number: int) -> Row:
    begun_at = BEGAN + timedelta(days=number)
    begun = {"run_id": f"run-{number}", "begun_at": begun_at, "engine": "local"} | {
        "purpose": ("ingest", "ingest", "backfill")[number % 3]
    }
    if number == KILLED:
        return begun
    states = {"landed": number, "skipped": 4, "quarantined": number % 2, "failed": number % 3}
    counts = states | {"found": sum(states.values()), "over_budget": number % 4}
    sums = {"duration_ms": number * 61_000, "billed_ms": number * 30_000, "cost_usd": number * 0.25}
    ended_at = begun_at + timedelta(minutes=7 * number)
    return begun | counts | sums | {"ended_at": ended_at, "requests": 2 * number, "cache_hits": number}
