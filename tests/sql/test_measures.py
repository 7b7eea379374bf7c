"""The figures of each call, and what questions make of them by week and agent, against plain Python."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product
from statistics import mean, median, quantiles, stdev
from typing import TYPE_CHECKING

import pytest
import sql_oracles
from sql_answers import DAYS, of_days, same

if TYPE_CHECKING:
    from made_lake import Ask, Lake
    from made_talk import Row

STUDENT = {6: 2.5706, 7: 2.4469, 8: 2.3646, 9: 2.3060, 10: 2.2622, 11: 2.2281, 12: 2.2010, 13: 2.1788}
"""The 97.5 % points for so many calls, from a printed table."""


def measures(lake: Lake, times: Lake) -> list[Row]:
    return [_measures(call, lake, times) for call in lake["calls"]]


def _measures(call: Row, lake: Lake, times: Lake) -> Row:
    def mine(rows: list[Row]) -> list[Row]:
        return [row for row in rows if row["call_id"] == call["call_id"]]

    turns = mine(lake["turns"])
    both = call["agent_talk_ms"] > 0 and call["customer_talk_ms"] > 0
    timed = not turns or any(turn["start_ms"] is not None for turn in turns)
    dead_air_ms = sum(
        gap["duration_ms"]
        for gap in mine(times["gaps"])
        if gap["place"] == "middle" and gap["duration_ms"] >= 5000
    )
    over = [row for row in mine(times["talk_over"]) if row["overlap_ms"] >= 500]
    sides = ("agent", "customer")
    by = {
        one: sum(row["speaker"] == one and row["interrupted_speaker"] == other for row in over)
        for one, other in (sides, sides[::-1])
    }
    answers = [
        row["response_ms"]
        for row in mine(times["replies"])
        if row["speaker"] == "agent" and row["response_ms"] <= 30_000
    ]
    unheard = call["unheard_ms"] is not None and call["speech_ms"]
    rated = call["mean_confidence"] is not None
    return {name: call[name] for name in ("call_id", "call_date", "agent_id", "queue")} | {
        "handle_ms": call["duration_ms"],
        "agent_share": call["agent_talk_ms"] / (call["agent_talk_ms"] + call["customer_talk_ms"])
        if both
        else None,
        "dead_air_ms": dead_air_ms if timed else None,
        "dead_air_share": dead_air_ms / call["duration_ms"] if timed and call["duration_ms"] else None,
        "agent_interruptions": by["agent"] if both else None,
        "customer_interruptions": by["customer"] if both else None,
        "agent_response_ms": median(answers) if answers else None,
        "customer_sentiment": _mood(turns, "customer"),
        "agent_sentiment": _mood(turns, "agent"),
        "low_confidence_share": call["low_confidence_words"] / call["word_count"] if rated else None,
        "unheard_share": call["unheard_ms"] / call["speech_ms"] if unheard else None,
    }


def _mood(turns: list[Row], speaker: str) -> float | None:
    rated = [turn for turn in turns if turn["speaker"] == speaker and turn["sentiment"] is not None]
    words = sum(turn["word_count"] for turn in rated)
    return (
        sum(round(turn["sentiment"] * 10_000) * turn["word_count"] for turn in rated) / words / 10_000
        if words
        else None
    )


@pytest.fixture(scope="module")
def measured(made_rows: Lake, times: Lake) -> list[Row]:
    return measures(made_rows, times)


def first_day(period: str, day: date | None) -> date | None:
    if day is None or period == "day":
        return day
    return day - timedelta(days=day.weekday()) if period == "week" else day.replace(day=1)


def test_each_call_is_measured(ask: Ask, measured: list[Row]) -> None:
    for name in measured[0]:
        assert any(row[name] is not None for row in measured), name
    assert any(row["agent_interruptions"] for row in measured)
    assert any(row["dead_air_ms"] for row in measured)
    same(ask("call_measures"), measured, "call_id")


@pytest.mark.parametrize(
    ("days", "period", "queue"), list(product(DAYS, ("day", "week", "month"), (None, "cards")))
)
def test_calls_are_counted_by_period(
    days: dict[str, str], period: str, queue: str | None, ask: Ask, made_rows: Lake
) -> None:
    asked = [one for one in of_days(made_rows["calls"], days) if queue in (None, one["queue"])]
    by_period: dict[date | None, list[Row]] = {}
    for call in asked:
        by_period.setdefault(first_day(period, call["call_date"]), []).append(call)
    expected = [
        {
            "period_start": start,
            "calls": len(calls),
            "active_days": len({call["call_date"] for call in calls} - {None}),
            "agents": len({call["agent_id"] for call in calls} - {None}),
            "handle_ms": sum(call["duration_ms"] for call in calls),
            "median_handle_ms": median(call["duration_ms"] for call in calls),
            "word_count": sum(call["word_count"] for call in calls),
            "redactions": sum(call["redaction_count"] for call in calls),
        }
        for start, calls in by_period.items()
    ]
    assert expected
    given = {"period": period} | ({"queue": queue} if queue else {})
    same(ask("calls_by_period", **given, **days), expected, "period_start")


@pytest.mark.parametrize(("days", "queue"), list(product(DAYS, (None, "cards"))))
def test_measures_have_a_mean_and_quartiles_by_week_and_over_all(
    days: dict[str, str], queue: str | None, ask: Ask, measured: list[Row]
) -> None:
    asked = [one for one in of_days(measured, days) if queue in (None, one["queue"])]
    values: dict[tuple[str, date | None], list[float]] = {}
    for row, name in product(asked, list(measured[0])[4:]):
        for start in {None, first_day("week", row["call_date"])} if row[name] is not None else ():
            values.setdefault((name, start), []).append(row[name])
    expected = [
        {"measure": name, "period_start": start, "calls": len(some), "mean_value": mean(some)}
        | dict(zip(("lower_quartile", "median_value", "upper_quartile"), _quartiles(some), strict=True))
        for (name, start), some in values.items()
    ]
    given = {"queue": queue} if queue else {}
    same(ask("measures_by_period", **given, **days), expected, "measure", "period_start")


def _quartiles(values: list[float]) -> list[float]:
    return quantiles(values, n=4, method="inclusive") if len(values) > 1 else values * 3


@pytest.mark.parametrize("least", ["0", "8"])
def test_agents_have_students_interval_where_they_have_enough_calls(
    least: str, ask: Ask, measured: list[Row]
) -> None:
    rows = {(row["measure"], row["agent_id"]): row for row in ask("measures_by_agent", at_least_calls=least)}
    values: dict[tuple[str, str], list[float]] = {}
    for row, name in product(measured, list(measured[0])[4:]):
        if row["agent_id"] and row[name] is not None:
            values.setdefault((name, row["agent_id"]), []).append(row[name])
    assert {key: row["calls"] for key, row in rows.items()} == {
        key: len(some) for key, some in values.items()
    }
    for key, some in values.items():
        row = rows[key]
        if len(some) < max(6, int(least)):
            assert (row["mean_value"], row["low"], row["high"]) == (None, None, None)
            continue
        reach = STUDENT[len(some)] * stdev(some) / len(some) ** 0.5
        assert row["mean_value"] == pytest.approx(mean(some), abs=1e-9)
        assert row["mean_value"] - row["low"] == pytest.approx(reach, rel=2e-3, abs=1e-9)
        assert row["high"] - row["mean_value"] == pytest.approx(reach, rel=2e-3, abs=1e-9)
    assert any(row["mean_value"] is None for row in rows.values())
    assert any(row["mean_value"] is not None for row in rows.values())


def test_an_agent_of_one_queue_only_is_measured_in_that_queue(ask: Ask, measured: list[Row]) -> None:
    rows = ask("measures_by_agent", queue="cards")
    calls = {row["agent_id"]: row["calls"] for row in rows if row["measure"] == "handle_ms"}
    cards = [row["agent_id"] for row in measured if row["queue"] == "cards" and row["agent_id"]]
    assert calls == {agent: cards.count(agent) for agent in set(cards)}


@pytest.mark.parametrize(
    "days", [{}, {"since": "2026-03-09"}, {"since": "2026-03-10"}, {"until": "2026-03-08"}]
)
def test_recordings_that_became_no_call_are_counted_by_reason(
    days: dict[str, str], ask: Ask, made_rows: Lake
) -> None:
    left = [row for row in made_rows["recordings"] if row["state"] != "landed"]
    asked = [
        row
        for row in left
        if days.get("since", "") <= str(row["updated_at"].date()) <= days.get("until", "9")
    ]
    groups = sql_oracles.grouped(
        [{"stage": None, "duration_ms": None} | row for row in asked], "state", "stage", "reason"
    )
    expected = [
        {"state": state, "stage": stage, "reason": reason, "recordings": len(rows), "duration_ms": None}
        | {"size_bytes": sum(row["size_bytes"] for row in rows)}
        | {"first_seen_at": min(row["first_seen_at"] for row in rows)}
        for (state, stage, reason), rows in groups.items()
    ]
    assert bool(expected) == (days.get("since") != "2026-03-10" and "until" not in days)
    same(ask("held_back", **days), expected, "state", "stage", "reason")


@pytest.mark.parametrize(("days", "queue"), list(product(DAYS, (None, "cards"))))
def test_calls_are_counted_by_the_rules_that_were_run_last(
    days: dict[str, str], queue: str | None, ask: Ask, made_rows: Lake
) -> None:
    last = max(made_rows["rule_runs"], key=lambda run: run["run_at"])
    asked = {
        call["call_id"]
        for call in of_days(made_rows["calls"], days)
        if queue in (None, call["queue"])
        and any(
            call["landed_at"] <= run["run_at"]
            and call in sql_oracles.between([call], run["since"], run.get("until"))
            for run in made_rows["rule_runs"]
            if run["rules_hash"] == last["rules_hash"]
        )
    }
    hits = [hit for hit in made_rows["rule_hits"] if hit["rules_hash"] == last["rules_hash"]]
    expected = []
    for rule in {hit["rule"] for hit in hits}:
        matched = {hit["call_id"] for hit in hits if hit["rule"] == rule} & asked
        expected.append(
            {"rule": rule, "about": None, "rules_hash": last["rules_hash"], "run_at": last["run_at"]}
            | {"calls": len(asked), "matched_calls": len(matched)}
            | {"matched_share": len(matched) / len(asked) if asked else None}
        )
    assert expected
    same(ask("calls_by_rule", **({"queue": queue} if queue else {}), **days), expected, "rule")
