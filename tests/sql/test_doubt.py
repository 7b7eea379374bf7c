"""Doubtful words, redactions week by week and rejected findings against plain Python."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
import sql_oracles
from made_talk import end_ms
from sql_answers import DAYS, of_days, same

if TYPE_CHECKING:
    from datetime import date

    from made_lake import Ask, Lake
    from made_talk import Row


@pytest.mark.parametrize("days", DAYS)
@pytest.mark.parametrize("least", ["100", "0"])
def test_low_confidence_rate_counts_the_words_of_rated_calls(
    days: dict[str, str], least: str, ask: Ask, made_rows: Lake
) -> None:
    rated = [call for call in of_days(made_rows["calls"], days) if call["mean_confidence"] is not None]
    assert len(rated) < len(of_days(made_rows["calls"], days))
    expected = []
    for (agent, queue, engine), calls in sql_oracles.grouped(rated, "agent_id", "queue", "engine").items():
        words = sum(call["word_count"] for call in calls)
        unsure = sum(call["low_confidence_words"] for call in calls)
        if words >= int(least):
            expected.append(
                {
                    "agent_id": agent,
                    "queue": queue,
                    "engine": engine,
                    "calls": len(calls),
                    "word_count": words,
                }
                | {"low_confidence_words": unsure, "low_confidence_share": unsure / words}
                | {"mean_confidence": sum(c["mean_confidence"] * c["word_count"] for c in calls) / words}
            )
    assert expected
    rows = ask("low_confidence_rate", at_least_words=least, **days)
    same(rows, expected, "agent_id", "queue", "engine")


def unsure_runs(words: list[Row], below: float) -> list[list[Row]]:
    """Runs of unsure words side by side in one turn of one call."""
    unsure = [
        word
        for word in words
        if word["confidence_percent"] is not None
        and word["confidence_percent"] / 100 < below
        and word["entity"] is None
    ]
    runs = [unsure[:1]]
    for before, word in pairwise(unsure):
        if (word["turn_index"], word["word_index"]) == (before["turn_index"], before["word_index"] + 1):
            runs[-1].append(word)
        else:
            runs.append([word])
    return [run for run in runs if run]


@pytest.mark.parametrize("days", DAYS)
@pytest.mark.parametrize(
    ("below", "least"), [("0.5", "2"), ("0.6", "4"), ("0.7", "3"), ("0.8", "2"), ("0.3", "1")]
)
def test_words_for_review_are_runs_of_unsure_words(
    days: dict[str, str], below: str, least: str, ask: Ask, made_rows: Lake
) -> None:
    facts = sql_oracles.by_call(made_rows)
    expected = [
        facts(call_id)
        | {
            "speaker": run[0]["speaker"],
            "first_word": run[0]["word_index"],
            "last_word": run[-1]["word_index"],
            "start_ms": run[0]["start_ms"],
            "end_ms": None if run[0]["start_ms"] is None else max(end_ms(word) or 0 for word in run),
            "unsure_words": len(run),
            "mean_confidence": sum(word["confidence_percent"] for word in run) / len(run) / 100,
            "heard": " ".join(word["word"] for word in run),
        }
        for (call_id,), words in sql_oracles.grouped(of_days(made_rows["words"], days), "call_id").items()
        for run in unsure_runs(words, float(below))
        if len(run) >= int(least)
    ]
    assert expected
    rows = ask("words_for_review", below=below, at_least_words=least, **days)
    same(rows, expected, "call_id", "first_word")


def monday(day: date | None) -> date | None:
    return day and day - timedelta(days=day.weekday())


@pytest.mark.parametrize("days", DAYS)
def test_redactions_by_week_sets_findings_beside_all_calls(
    days: dict[str, str], ask: Ask, made_rows: Lake
) -> None:
    calls = [call | {"week": monday(call["call_date"])} for call in of_days(made_rows["calls"], days)]
    place = {call["call_id"]: {name: call[name] for name in ("week", "queue")} for call in calls}
    found = [finding | place[finding["call_id"]] for finding in of_days(made_rows["redactions"], days)]
    expected = []
    for (week, queue, entity), findings in sql_oracles.grouped(found, "week", "queue", "entity").items():
        tiers = [finding["tier"] for finding in findings]
        all_calls = sum((call["week"], call["queue"]) == (week, queue) for call in calls)
        with_finding = len({finding["call_id"] for finding in findings})
        expected.append(
            {"week_start": week, "queue": queue, "entity": entity, "findings": len(findings)}
            | {"taken_out": len(tiers) - tiers.count("review"), "left_for_review": tiers.count("review")}
            | {"calls_with_finding": with_finding, "calls": all_calls}
            | {"calls_share": with_finding / all_calls}
        )
    assert len({row["week_start"] for row in expected}) == (3 if not days else 1 + ("until" not in days))
    same(ask("redactions_by_week", **days), expected, "week_start", "queue", "entity")


@pytest.mark.parametrize("days", DAYS)
def test_rejected_findings_name_who_decided_last(days: dict[str, str], ask: Ask, made_rows: Lake) -> None:
    facts = sql_oracles.by_call(made_rows)
    names = ("finding_id", "entity", "reason", "score", "tier", "speaker", "start_ms")
    expected = []
    for finding in of_days(made_rows["redactions"], days):
        decided = [row for row in made_rows["reviews"] if row["finding_id"] == finding["finding_id"]]
        last = max(decided, key=lambda row: row["decided_at"], default=None)
        if finding["review_status"] == "rejected":
            expected.append(
                facts(finding["call_id"])
                | {name: finding[name] for name in names}
                | {"reviewer": last and last["reviewer"], "decided_at": last and last["decided_at"]}
            )
    assert days or {row["reviewer"] for row in expected} == {"rosa", "mei", None}
    same(ask("rejected_findings", **days), expected, "finding_id")
