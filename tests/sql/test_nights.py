"""Nights, months' costs, freshness and drift against plain Python."""

from __future__ import annotations

import struct
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
import sql_oracles
from made_nights import KILLED, NIGHTS
from sql_answers import same

if TYPE_CHECKING:
    from made_lake import Ask, Lake
    from made_talk import Row


@pytest.mark.parametrize("purpose", [None, "ingest", "backfill"])
@pytest.mark.parametrize("newest", [1, 6, 50])
def test_last_nights_are_the_newest_of_their_purpose(
    purpose: str | None, newest: int, ask: Ask, made_rows: Lake
) -> None:
    nights = [night for night in made_rows["nights"] if purpose in (None, night["purpose"])]
    expected = []
    for night in sorted(nights, key=lambda night: night["begun_at"], reverse=True)[:newest]:
        length_ms, cost_usd = night.get("duration_ms"), night.get("cost_usd")
        ended_at = night.get("ended_at")
        expected.append(
            {name: night[name] for name in ("run_id", "purpose", "begun_at")}
            | {name: night.get(name) for name in ("found", "landed", "skipped", "quarantined", "failed")}
            | {"took_s": (ended_at - night["begun_at"]).seconds if ended_at else None}
            | {"over_budget": night.get("over_budget"), "cost_usd": cost_usd}
            | {"minutes_landed": length_ms / 60_000 if length_ms is not None else None}
            | {"cost_per_hour_usd": cost_usd / (length_ms / 3_600_000) if length_ms else None}
        )
    rows = ask("last_nights", newest=str(newest), **({"purpose": purpose} if purpose else {}))
    same(rows, expected, "run_id")
    assert [row["begun_at"] for row in rows] == [row["begun_at"] for row in expected]


def test_a_killed_night_has_no_end_and_no_counts(ask: Ask) -> None:
    (killed,) = [row for row in ask("last_nights", newest="50") if row["run_id"] == f"run-{KILLED}"]
    assert {name for name, value in killed.items() if value is not None} == {"run_id", "purpose", "begun_at"}


@pytest.mark.parametrize("days", [{}, {"since": "2026-02-10"}, {"until": "2026-02-10"}])
def test_cost_by_month_counts_by_the_day_of_the_request(
    days: dict[str, str], ask: Ask, made_rows: Lake
) -> None:
    used = [
        row
        | {"call_date": row["requested_at"].date(), "month_start": row["requested_at"].date().replace(day=1)}
        for row in made_rows["engine_usage"]
    ]
    limits = [date.fromisoformat(days[name]) if name in days else None for name in ("since", "until")]
    keys = ("month_start", "engine", "model")
    expected = []
    for values, rows in sql_oracles.grouped(sql_oracles.between(used, *limits), *keys).items():
        hits = sum(row["cache_hit"] for row in rows)
        expected.append(
            dict(zip(keys, values, strict=True))
            | {"requests": len(rows) - hits, "cache_hits": hits}
            | {"failed_requests": sum(row["outcome"] == "failed" for row in rows)}
            | {"billed_ms": sum(row["billed_ms"] for row in rows)}
            | {name: sum(row[name] for row in rows) for name in ("cost_usd", "uncertain_cost_usd")}
        )
    assert len({row["month_start"] for row in expected}) > (0 if days else 1)
    same(ask("cost_by_month", **days), expected, *keys)


def test_freshness_is_the_newest_of_each_queue(ask: Ask, made_rows: Lake) -> None:
    expected = []
    for (queue,), calls in sql_oracles.grouped(made_rows["calls"], "queue").items():
        newest_at = max(call["started_at"] for call in calls if call["started_at"])
        expected.append({"queue": queue, "calls": len(calls), "newest_call_at": newest_at})
        expected[-1] |= {"newest_landed_at": max(call["landed_at"] for call in calls)}
    same(ask("freshness"), expected, "queue")


def as_kept(confidence: float) -> float:
    """The lake keeps 32 bits, which shows in differences."""
    kept: float = struct.unpack("f", struct.pack("f", confidence))[0]
    return kept


def rates(calls: list[Row]) -> Row:
    heard = [call for call in calls if call["mean_confidence"] is not None and call["word_count"]]
    words = sum(call["word_count"] for call in heard)
    speech_ms = sum(call["speech_ms"] or 0 for call in calls)
    spoken_min = sum(call["duration_ms"] for call in calls) / 60_000
    sure = sum(as_kept(call["mean_confidence"]) * call["word_count"] for call in heard)
    return {
        "calls": len(calls),
        "mean_confidence": sure / words if words else None,
        "unheard_share": sum(call["unheard_ms"] or 0 for call in calls) / speech_ms if speech_ms else None,
        "words_per_minute": sum(call["word_count"] for call in calls) / spoken_min if spoken_min else None,
    }


@pytest.mark.parametrize(("days", "against", "back"), [(3, 6, 0), (7, 28, 0), (1, 2, 2), (2, 3, 1)])
def test_drift_holds_the_newest_days_against_those_before(
    days: int, against: int, back: int, ask: Ask, made_rows: Lake
) -> None:
    landed = {call["landed_at"].date() for call in made_rows["calls"]}
    assert len(landed) == NIGHTS
    until = max(landed) - timedelta(days=back)
    expected = []
    for (engine, model), calls in sql_oracles.grouped(made_rows["calls"], "engine", "model").items():
        ages = [(until - call["landed_at"].date()).days for call in calls]
        newest = [call for call, age in zip(calls, ages, strict=True) if 0 <= age < days]
        before = [call for call, age in zip(calls, ages, strict=True) if days <= age < days + against]
        if newest and before:
            now, then = rates(newest), rates(before)
            row = {"engine": engine, "model": model} | now
            row |= {f"{name}_before": value for name, value in then.items()}
            row["confidence_change"] = minus(now["mean_confidence"], then["mean_confidence"])
            row["unheard_change"] = minus(now["unheard_share"], then["unheard_share"])
            expected.append(row)
    assert expected
    given = {"days": str(days), "against_days": str(against)} | ({"until": str(until)} if back else {})
    same(ask("drift", **given), expected, "engine", "model")


def minus(now: float | None, then: float | None) -> float | None:
    return now - then if now is not None and then is not None else None
