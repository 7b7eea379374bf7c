"""The agents' scorecard: its figures against plain Python, its intervals against printed tables."""

from __future__ import annotations

import math
from statistics import mean, stdev
from typing import TYPE_CHECKING

import pytest
import sql_oracles
from sql_answers import DAYS, of_days, same
from test_doubt import monday

if TYPE_CHECKING:
    from made_lake import Ask, Lake, Open
    from made_talk import Row

UNITS = {
    "handle_ms": "ms",
    "agent_share": "share",
    "dead_air_share": "share",
    "agent_response_ms": "ms",
    "customer_sentiment": "sentiment",
}
SHARES = {"calls_with_dead_air": "dead_air_ms", "calls_interrupted": "agent_interruptions"}
STUDENT = {2: 4.30265, 3: 3.18245, 4: 2.77645, 5: 2.57058, 6: 2.44691, 7: 2.36462, 8: 2.30600, 9: 2.26216}
"""The two-sided 95 % points of Student's t by degrees of freedom, from any printed table."""
LARGE_SAMPLE = 1.98422
"""The same for 99 degrees of freedom."""


def wilson(hits: int, calls: int) -> tuple[float, float]:
    """Wilson's 95 % interval by bisection: the shares whose chance spread reaches what was seen."""

    def too_far(guess: float) -> bool:
        return abs(hits / calls - guess) > 1.959964 * math.sqrt(guess * (1 - guess) / calls)

    def edge(inside: float, outside: float) -> float:
        for _ in range(60):
            middle = (inside + outside) / 2
            inside, outside = (inside, middle) if too_far(middle) else (middle, outside)
        return inside

    seen = hits / calls
    return (edge(seen, 0.0) if hits else 0.0, edge(seen, 1.0) if hits < calls else 1.0)


@pytest.mark.parametrize("days", DAYS)
@pytest.mark.parametrize("least", ["5", "1"])
def test_the_scorecard_leaves_out_small_samples_and_states_its_spread(
    days: dict[str, str], least: str, ask: Ask
) -> None:
    calls = [row | {"week": monday(row["call_date"])} for row in of_days(ask("call_measures"), days)]
    known = [row for row in calls if row["agent_id"] is not None]
    expected = []
    for (agent, week), own in sql_oracles.grouped(known, "agent_id", "week").items():
        facts = {"agent_id": agent, "week_start": week}
        for criterion, unit in UNITS.items():
            values = [row[criterion] for row in own if row[criterion] is not None]
            if len(values) >= max(3, int(least)):
                half = STUDENT[len(values) - 1] * stdev(values) / math.sqrt(len(values))
                expected.append(facts | _row(criterion, unit, len(values), mean(values)))
                expected[-1] |= {"low": mean(values) - half, "high": mean(values) + half}
        for criterion, column in SHARES.items():
            hits = [row[column] > 0 for row in own if row[column] is not None]
            if len(hits) >= max(3, int(least)):
                low, high = wilson(sum(hits), len(hits))
                expected.append(facts | _row(criterion, "share", len(hits), sum(hits) / len(hits)))
                expected[-1] |= {"low": low, "high": high}
    rows = ask("agent_scorecard", at_least_calls=least, **days)
    _same_within_a_percent(rows, expected)


def _row(criterion: str, unit: str, calls: int, estimate: float) -> Row:
    return {"criterion": criterion, "unit": unit, "calls": calls, "estimate": float(estimate)}


def _same_within_a_percent(rows: list[Row], expected: list[Row]) -> None:
    """The same rows; the ends of intervals may be off by 1 % of the interval's length."""
    key = ("agent_id", "week_start", "criterion")
    wanted = {tuple(row[name] for name in key): row for row in expected}
    assert expected
    for row in rows:
        other = wanted[tuple(row[name] for name in key)]
        allowed = 0.01 * (other["high"] - other["low"]) + 1e-9
        for end in ("low", "high"):
            assert row[end] == pytest.approx(other.pop(end), abs=allowed)
            del row[end]
    same(rows, expected, *key)


def test_intervals_of_a_hundred_calls_are_as_tables_say(open_lake: Open, answer: Ask) -> None:
    facts = {
        "call_date": None,
        "agent_id": "ana",
        "agent_talk_ms": 0,
        "customer_talk_ms": 0,
        "other_talk_ms": 0,
    }
    lake: Lake = {
        "calls": [
            facts | {"call_id": f"call-{n}", "duration_ms": 10_000 + 20 * n, "word_count": 0}
            for n in range(100)
        ]
    }
    lengths = [call["duration_ms"] for call in lake["calls"]]
    half = LARGE_SAMPLE * stdev(lengths) / 10
    with open_lake(lake) as connection:
        rows = {row["criterion"]: row for row in answer(connection, "agent_scorecard", {})}
    assert rows["handle_ms"]["low"] == pytest.approx(mean(lengths) - half, rel=1e-6)
    assert rows["handle_ms"]["high"] == pytest.approx(mean(lengths) + half, rel=1e-6)
    nothing = rows["calls_with_dead_air"]
    assert (nothing["low"], nothing["estimate"], nothing["calls"]) == (pytest.approx(0, abs=1e-9), 0, 100)
    assert nothing["high"] == pytest.approx(0.036994, abs=1e-6)
