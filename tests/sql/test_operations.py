"""Handle time, repeat callers, hours, costs and outliers of pace against plain Python."""

from __future__ import annotations

from datetime import datetime, timedelta
from statistics import mean, median, quantiles, stdev
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
import sql_oracles
from sql_answers import DAYS, of_days, same

if TYPE_CHECKING:
    from made_lake import Ask, Lake
    from made_talk import Row


@pytest.mark.parametrize("days", DAYS)
def test_handle_time_is_spread_by_queue_and_agent(days: dict[str, str], ask: Ask, made_rows: Lake) -> None:
    expected = []
    calls = of_days(made_rows["calls"], days)
    for (queue, agent), own in sql_oracles.grouped(calls, "queue", "agent_id").items():
        lengths = [call["duration_ms"] for call in own]
        nine_of_ten = quantiles(lengths, n=10, method="inclusive")[8] if len(lengths) > 1 else lengths[0]
        expected.append(
            {"queue": queue, "agent_id": agent, "calls": len(own), "handle_ms": sum(lengths)}
            | {"mean_ms": mean(lengths), "median_ms": median(lengths), "p90_ms": float(nine_of_ten)}
            | {"longest_ms": max(lengths)}
        )
    same(ask("handle_time", **days), expected, "queue", "agent_id")


def repeats_of(calls: list[Row], within: timedelta) -> list[Row]:
    """One customer's calls that follow another soon enough, in order of time."""
    found = []
    ordered = sorted(calls, key=lambda call: (call["started_at"], call["call_id"]))
    repeats = 0
    for place in range(1, len(ordered)):
        later, before = ordered[place], ordered[place - 1]
        waited = later["started_at"] - before["started_at"]
        repeats = repeats + 1 if waited <= within else 0
        if repeats:
            names = ("call_id", "call_date", "started_at", "customer_key", "agent_id", "queue")
            earlier = {f"previous_{n}": before[n] for n in ("call_id", "started_at", "agent_id", "queue")}
            since = {"days_between": waited / timedelta(days=1), "repeats": repeats}
            found.append({name: later[name] for name in names} | earlier | since)
    return found


@pytest.mark.parametrize("days", DAYS)
@pytest.mark.parametrize("within", ["7", "1", "0.2"])
def test_repeat_callers_follow_a_call_of_the_same_customer(
    days: dict[str, str], within: str, ask: Ask, made_rows: Lake
) -> None:
    known = [call for call in made_rows["calls"] if call["customer_key"] and call["started_at"]]
    repeats = [
        row
        for calls in sql_oracles.grouped(known, "customer_key").values()
        for row in repeats_of(calls, timedelta(days=float(within)))
    ]
    expected = of_days(repeats, days)
    assert expected
    assert any(row["repeats"] > 1 for row in repeats)
    same(ask("repeat_callers", within_days=within, **days), expected, "call_id")


@pytest.mark.parametrize("days", DAYS)
@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Kolkata"])
def test_calls_by_hour_reads_the_clock_of_the_time_zone(
    days: dict[str, str], zone: str, ask: Ask, made_rows: Lake
) -> None:
    began = [
        call | {"day": local.date(), "day_of_week": local.isoweekday(), "hour_of_day": local.hour}
        for call in of_days(made_rows["calls"], days)
        if isinstance(call["started_at"], datetime)
        for local in [call["started_at"].astimezone(ZoneInfo(zone))]
    ]
    expected = []
    for (day_of_week, hour), calls in sql_oracles.grouped(began, "day_of_week", "hour_of_day").items():
        active = len({call["day"] for call in calls})
        expected.append(
            {"day_of_week": day_of_week, "hour_of_day": hour, "calls": len(calls), "active_days": active}
            | {"calls_per_day": len(calls) / active}
            | {"mean_handle_ms": mean(call["duration_ms"] for call in calls)}
            | {"agents": len({call["agent_id"] for call in calls} - {None})}
        )
    assert expected
    same(ask("calls_by_hour", time_zone=zone, **days), expected, "day_of_week", "hour_of_day")


@pytest.mark.parametrize("days", DAYS)
def test_cost_by_day_adds_up_what_each_engine_took(days: dict[str, str], ask: Ask, made_rows: Lake) -> None:
    queues = {call["call_id"]: call["queue"] for call in made_rows["calls"]}
    used = [row | {"queue": queues.get(row["call_id"])} for row in of_days(made_rows["engine_usage"], days)]
    keys = ("call_date", "queue", "engine", "model")
    expected = []
    for values, rows in sql_oracles.grouped(used, *keys).items():
        sent = [row for row in rows if not row["cache_hit"]]
        audio_ms, cost_usd = sum(row["audio_ms"] for row in sent), sum(row["cost_usd"] for row in rows)
        expected.append(
            dict(zip(keys, values, strict=True))
            | {"calls": len({row["call_id"] for row in rows}), "requests": len(sent)}
            | {"cache_hits": len(rows) - len(sent), "audio_ms": audio_ms, "cost_usd": cost_usd}
            | {"billed_ms": sum(row["billed_ms"] for row in rows)}
            | {"uncertain_cost_usd": sum(row["uncertain_cost_usd"] for row in rows)}
            | {"cost_per_hour_usd": cost_usd / (audio_ms / 3_600_000) if audio_ms else None}
        )
    assert sum(row["calls"] for row in expected) == len({row["call_id"] for row in used})
    assert ("lost" in {row["call_id"] for row in used}) == ("since" not in days)
    same(ask("cost_by_day", **days), expected, *keys)


@pytest.mark.parametrize("days", DAYS)
@pytest.mark.parametrize("given", [{"deviations": "1"}, {"deviations": "1.5", "at_least_words": "0"}])
def test_pace_outliers_are_far_from_the_mean_of_their_kind(
    days: dict[str, str], given: dict[str, str], ask: Ask, made_rows: Lake, times: Lake
) -> None:
    facts = sql_oracles.by_call(made_rows)
    rated = [
        row
        for row in of_days(times["call_speakers"], days)
        if row["words_per_minute"] is not None and row["word_count"] >= int(given.get("at_least_words", 20))
    ]
    expected = []
    for (speaker,), rows in sql_oracles.grouped(rated, "speaker").items():
        paces = [row["words_per_minute"] for row in rows]
        for row in rows if len(rows) > 1 else []:
            off = (row["words_per_minute"] - mean(paces)) / stdev(paces)
            if abs(off) >= float(given["deviations"]):
                expected.append(
                    facts(row["call_id"])
                    | {"speaker": speaker, "usual_words_per_minute": mean(paces), "deviations_off": off}
                    | {name: row[name] for name in ("word_count", "words_per_minute")}
                )
    assert expected
    same(ask("pace_outliers", **given, **days), expected, "call_id", "speaker")
