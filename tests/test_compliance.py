"""What compliance asks: counts that add up, and an estimate that says what it rests on."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from finished_calls import NOON, finished_call, landed_row
from typer.testing import CliRunner

from flows.cli.app import app
from flows.summary import Summary
from tasks.compliance import Compliance, compliance_of_run, compliance_since
from tasks.lake.catalog import Lake, reading, writing
from tasks.lake.ledger import ledger_row
from tasks.land import Landing, land
from tasks.redact.residual_risk import residual_risk
from tasks.schemas import CallMetadata, Finding, Outcome, Recording, SoundCopy

if TYPE_CHECKING:
    from tasks.rows import FinishedCall

FOUND = (
    Finding("PERSON", 4, 5, 0.4, "review", "made up"),
    Finding("CARD_NUMBER", 6, 10, 0.99, "auto", "made up"),
    Finding("PHONE", 10, 11, 0.6, "flagged", "made up"),
)


def lost(sha256: str, state: Any, stage: str, run_id: str) -> dict[str, Any]:
    recording = Recording("/archive/x.wav", sha256, 1, NOON, CallMetadata())
    return ledger_row(recording, Outcome("x.wav", sha256, state, "made up", stage), None, run_id)


@pytest.fixture
def lake(empty_place: Lake) -> Lake:
    """Three calls of two runs and days, one without a date, and two recordings that were held back."""
    calls: list[FinishedCall] = [
        finished_call("one", findings=FOUND, copy=SoundCopy("audio/a/one.flac", "a" * 64, 60_000)),
        finished_call("two", findings=(), started_at=datetime(2026, 3, 5, tzinfo=UTC), run_id="run-2"),
        finished_call("three", started_at=None, run_id="run-2", landed_at=datetime(2026, 3, 9, tzinfo=UTC)),
    ]
    others = [
        lost("f" * 64, "failed", "copy_sound", "run-2"),
        lost("e" * 64, "quarantined", "prepare_audio", "run-1"),
    ]
    with writing(empty_place) as connection:
        rows = [(call, landed_row(call)) for call in calls]
        land(connection, empty_place, Landing(rows, others, []))
    return empty_place


def since(lake: Lake, day: date) -> Compliance:
    with reading(lake) as connection:
        return compliance_since(connection, day)


def test_all_calls_are_counted(lake: Lake) -> None:
    facts = since(lake, date.min)
    assert (facts.calls, facts.calls_redacted, facts.findings_taken_out) == (3, 2, 3)
    assert (facts.findings_waiting, facts.calls_waiting) == (2, 1)
    assert (facts.muted_ms, facts.calls_without_redacted_sound) == (60_000, 2)
    by_entity = {(row["entity"], row["tier"]): row["findings"] for row in facts.findings}
    assert by_entity == {("CARD_NUMBER", "auto"): 2, ("PERSON", "review"): 1, ("PHONE", "flagged"): 1}
    assert {(row["state"], row["stage"]) for row in facts.held_back} == {
        ("failed", "copy_sound"),
        ("quarantined", "prepare_audio"),
    }


def test_a_day_leaves_out_what_was_before_it(lake: Lake) -> None:
    facts = since(lake, date(2026, 3, 5))
    assert (facts.calls, facts.calls_redacted) == (2, 1)
    assert since(lake, date(2026, 3, 6)).calls == 1
    assert since(lake, date(2100, 1, 1)).held_back == []


def test_a_run_counts_what_it_landed_and_held_back(lake: Lake) -> None:
    with writing(lake) as connection:
        facts = compliance_of_run(connection, "run-2")
        assert compliance_of_run(connection, "nothing").calls == 0
    assert (facts.calls, facts.calls_redacted) == (2, 1)
    assert facts.held_back == [{"state": "failed", "stage": "copy_sound", "recordings": 1}]


def test_the_estimate_grows_with_what_was_found_and_says_what_it_rests_on() -> None:
    nothing, some = residual_risk(0), residual_risk(900)
    assert (nothing.missed_at_best, nothing.missed_at_worst) == (0, 0)
    assert (some.missed_at_best, some.missed_at_worst) == (47.4, 78.3)
    assert "902 entities" in some.basis
    assert "not counted" in some.basis


def test_the_run_summary_has_it_in_both_forms(lake: Lake) -> None:
    with writing(lake) as connection:
        summary = Summary("run-1", compliance=compliance_of_run(connection, "run-1"))
    assert summary.as_dict()["compliance"]["calls_redacted"] == 1
    text = summary.as_markdown()
    assert "1 of 1 calls redacted" in text
    assert "| CARD_NUMBER | auto | reversible | 1 | 1 |" in text
    assert "Probably missed" in text
    assert "compliance" not in replace(summary, compliance=None).as_markdown()


def test_the_command_prints_the_same(lake: Lake) -> None:
    order = ["compliance", "--lake", str(lake.root)]
    told = json.loads(CliRunner().invoke(app, [*order, "--json"]).output)
    assert told == json.loads(json.dumps(since(lake, date.min).as_dict()))
    shown = CliRunner().invoke(app, [*order, "--since", "2026-03-05"]).output
    assert "1 of 2 calls redacted" in shown
    assert "Probably missed" in shown


def test_an_empty_lake_is_no_error(empty_place: Lake) -> None:
    with writing(empty_place):
        pass
    facts = since(empty_place, date.min)
    assert (facts.calls, facts.findings, facts.held_back) == (0, [], [])
