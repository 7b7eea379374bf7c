"""The report's page from answers made by hand: whole, told in words, honest about few calls."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from html_pages import Balance

from tasks.report.gather import Answers, Scope, ask_all
from tasks.report.measures import BY_NAME, MEASURES, range_of, reach, text_of
from tasks.report.page import report

MADE_AT = datetime(2026, 4, 1, 7, tzinfo=UTC)
HOSTILE = "<script>alert(1)</script>&"
MONDAY = date(2026, 3, 2)
VALUES = {"share": 0.5, "seconds": 1_500.0, "minutes": 300_000.0, "count": 0.5, "mood": 0.2}


def measured(calls: int, start: date | None) -> list[dict[str, Any]]:
    return [
        {"measure": one.name, "period_start": start, "calls": calls, "mean_value": VALUES[one.unit]}
        | {"lower_quartile": 0.0, "median_value": VALUES[one.unit], "upper_quartile": 2 * VALUES[one.unit]}
        for one in MEASURES
    ]


def scored(agent_id: str, calls: int, by: float = 1.0) -> list[dict[str, Any]]:
    enough = calls >= 10
    return [
        {"measure": one.name, "agent_id": agent_id, "calls": calls}
        | {
            "mean_value": by * VALUES[one.unit] if enough else None,
            "low": 0.9 * by * VALUES[one.unit] if enough else None,
            "high": 1.1 * by * VALUES[one.unit] if enough else None,
        }
        for one in MEASURES
    ]


def answered(calls: int = 40, **other: Any) -> Answers:
    weeks = [MONDAY + timedelta(weeks=week) for week in range(4)]
    stated: dict[str, Any] = {
        "scope": Scope(queue=HOSTILE),
        "first_day": weeks[0],
        "last_day": weeks[-1],
        "period": "week",
        "periods": [
            {"period_start": week, "calls": calls // 4, "active_days": 5, "agents": 2, "handle_ms": 3_600_000}
            | {"median_handle_ms": 300_000.0, "word_count": 1000, "redactions": 3}
            for week in weeks
        ],
        "measures": [*measured(calls, None), *(row for week in weeks for row in measured(calls // 4, week))],
        "agents": [*scored("ana", 20), *scored(HOSTILE, 15, by=2.0), *scored("new", 5)],
        "rules": [
            {"rule": "greeting_missing", "about": HOSTILE, "rules_hash": "0a1b2c3d", "run_at": MADE_AT}
            | {"calls": 30, "matched_calls": 6, "matched_share": 0.2}
        ],
        "redactions": [
            {"week_start": week, "queue": "q", "entity": "PERSON", "findings": 3, "taken_out": 2}
            | {"left_for_review": 1, "calls_with_finding": 2}
            for week in weeks
        ],
        "held_back": [{"state": "failed", "stage": None, "reason": HOSTILE, "recordings": 7}],
        "doubtful": [
            {"agent_id": agent, "queue": None, "engine": "local", "calls": 10, "word_count": 100}
            | {"low_confidence_words": 5}
            for agent in ("ana", "ben")
        ],
        "costs": [
            {"engine": "deepgram", "model": "nova-3", "requests": 10, "cache_hits": 1, "audio_ms": 3_600_000}
            | {"billed_ms": 3_600_000, "cost_usd": 0.25, "uncertain_cost_usd": None}
        ],
    }
    return Answers(**(stated | other))


def words_of(page: str) -> str:
    """What somebody reads or hears: no styles, no pictures."""
    without = re.sub(r"<(style|svg).*?</\1>", " ", page, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", without).split())


def test_the_page_is_whole_loads_nothing_and_every_picture_is_told_in_words() -> None:
    page = report(answered(), MADE_AT)
    balance = Balance(page)
    assert balance.open == []
    assert balance.unscoped == 0
    assert balance.headings[0] == "h1"
    assert balance.headings.count("h1") == 1
    assert len(balance.labels) == 1 + len(MEASURES) + 4 + 1
    assert all(len(label) > 30 for label in balance.labels)
    assert not re.search(r"""(?:src|href)\s*=\s*["'](?!#)|@import|url\((?!#)""", page)
    assert "default-src 'none'" in page
    for anchor in re.findall(r'<a href="#([^"]+)"', page):
        assert f'id="{anchor}"' in page


def test_names_are_text_and_never_markup() -> None:
    page = report(answered(), MADE_AT)
    assert "<script" not in page
    assert page.count("&lt;script&gt;") >= 4


def test_figures_are_those_of_the_answers_added_up() -> None:
    words = words_of(report(answered(), MADE_AT))
    assert "calls 40 hours of sound 4.00 agents known 3 findings taken out 12 held back 7" in words
    assert "PERSON 12 8 4 8 20.0%" in words
    assert "30 of the 40 calls were looked at" in words
    assert "alert(1)&lt;/script&gt;&amp; 6 20.0%" in words
    assert "unknown local 20 200 10 5.0%" in words
    assert "deepgram nova-3 10 1 1.00 1.00 0.25 0.00 0.250" in words
    assert (
        "median of 40 calls in which it could be measured; the middle half lies from 0 to 3.0 s" not in words
    )
    assert (
        "1.5 s median of 40 calls in which it could be measured; the middle half lies from 0.0 to 3.0 s"
        in words
    )


def test_an_agent_off_the_mean_is_marked_and_one_with_few_calls_has_a_dash() -> None:
    page = report(answered(), MADE_AT)
    rows = re.findall(r'<tr><th scope="row">(.*?)</tr>', page, re.DOTALL)
    ana, hostile, new = (
        next(row for row in rows if row.startswith(name)) for name in ("ana", "&lt;script", "new")
    )
    assert hostile.count("▲") == sum(one.in_scorecard for one in MEASURES)
    assert "▲" not in ana
    assert "▼" not in ana
    assert new.count("<td><span>-</span></td>") == sum(one.in_scorecard for one in MEASURES)


def test_a_course_needs_two_weeks_with_enough_calls() -> None:
    page = report(answered(calls=36), MADE_AT)
    assert words_of(page).count("No two weeks have 10 calls each, so no course is shown") == 1
    assert len(Balance(page).labels) == 1 + 4 + 1


def test_few_calls_are_counted_and_not_compared() -> None:
    page = report(answered(calls=8, agents=scored("ana", 8)), MADE_AT)
    words = words_of(page)
    assert "8 calls: too few to compare anything" in words
    assert "Measured in 8 calls: too few to say how calls usually are; 10 are needed" in words
    assert "No two agents have 10 calls each" in words
    assert 'class="typical"' not in page


def test_without_rules_the_page_says_how_to_run_them() -> None:
    assert "No rules have been run over this lake" in words_of(report(answered(rules=[]), MADE_AT))


def test_days_without_a_call_say_so_and_show_what_was_held_back() -> None:
    asked = ("periods", "measures", "rules", "agents", "redactions", "doubtful", "costs")
    nothing: dict[str, Any] = {name: [] for name in asked}
    page = report(answered(first_day=None, last_day=None, scope=Scope(MONDAY, MONDAY), **nothing), MADE_AT)
    assert "<h1>Calls of 2026-03-02</h1>" in page
    assert "No call has landed in these days" in words_of(page)
    assert "Held back" in words_of(page)
    assert Balance(page).labels == []


@pytest.mark.parametrize(("days", "period"), [(35, "day"), (36, "week"), (800, "week"), (801, "month")])
def test_a_long_time_is_shown_by_weeks_or_months(days: int, period: str) -> None:
    asked: list[tuple[str, dict[str, str]]] = []

    def ask(name: str, given: Any) -> list[dict[str, Any]]:
        asked.append((name, dict(given)))
        last = MONDAY + timedelta(days=days - 1)
        return [{"period_start": day, "queue": queue} for day, queue in ((MONDAY, "a"), (last, "b"))]

    answers = ask_all(ask, Scope(since=MONDAY, queue="a"))
    assert (answers.period, answers.first_day) == (period, MONDAY)
    assert ("measures_by_period", {"since": "2026-03-02", "queue": "a", "period": period}) in asked
    assert all(given["since"] == "2026-03-02" for _, given in asked)
    assert [row["queue"] for row in answers.costs] == ["a"]


def test_values_are_written_with_their_unit_and_never_as_more_precise_than_they_are() -> None:
    share, mood, wait = (BY_NAME[name] for name in ("agent_share", "customer_sentiment", "agent_response_ms"))
    assert [text_of(share, value) for value in (0.0, 0.034, 0.5)] == ["0%", "3.4%", "50%"]
    assert [text_of(mood, value) for value in (-0.1, 0.2)] == ["-0.10", "+0.20"]
    assert range_of(wait, 900, 2_100) == "0.9 to 2.1 s"
    assert (reach(share, -0.1, 1.2), reach(mood, -0.1, 1.2), reach(wait, -1, 5)) == (
        (0, 1),
        (-0.1, 1.2),
        (0, 5),
    )
