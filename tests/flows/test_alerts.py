"""Alerts: each comes beyond its threshold and stays away before it; the webhook gets counts only."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
from short_recordings import write_calls

from tasks.alerts.judge import judge
from tasks.alerts.thresholds import Thresholds, load_thresholds
from tasks.errors import SettingsError
from tasks.operations import LastDay, Month, Operations

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from command_line import WarmCommandLine

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
DRIFT = {"engine": "deepgram", "model": "nova-3", "calls": 60, "calls_before": 90} | {
    "mean_confidence": 0.8, "mean_confidence_before": 0.84, "confidence_change": -0.04,
    "unheard_share": 0.06, "unheard_share_before": 0.05, "unheard_change": 0.01,
}  # fmt: skip
WELL = Operations(
    at=NOW, nights=[], states=[], reasons=[], engines=[], month=Month(NOW.date(), 70.0, 100.0), freshness=[],
    drift=[DRIFT], last_ingest_at=NOW - timedelta(hours=5), last_day=LastDay(95, 3, 2, 5),
    held_by_redaction=0,
)  # fmt: skip
TROUBLE = {
    "night_late": {"last_ingest_at": NOW - timedelta(hours=27)},
    "failed": {"last_day": LastDay(90, 3, 7, 5)},
    "quarantined": {"last_day": LastDay(70, 28, 2, 5)},
    "fallen_back": {"last_day": LastDay(95, 3, 2, 12)},
    "redaction": {"held_by_redaction": 1},
    "spending": {"month": Month(NOW.date(), 81.0, 100.0)},
    "drift": {"drift": [DRIFT | {"confidence_change": -0.06}]},
}


def test_when_all_is_well_nobody_is_told() -> None:
    assert judge(WELL, load_thresholds()) == []


@pytest.mark.parametrize("kind", TROUBLE)
def test_each_trouble_is_told_alone(kind: str) -> None:
    (alert,) = judge(replace(WELL, **TROUBLE[kind]), load_thresholds())
    assert alert.kind == kind
    assert alert.value is not None
    assert alert.value > alert.threshold


@pytest.mark.parametrize("kind", TROUBLE)
def test_what_has_no_threshold_is_not_watched(kind: str) -> None:
    assert judge(replace(WELL, **TROUBLE[kind]), Thresholds()) == []


def test_more_speech_without_words_is_drift_too() -> None:
    (alert,) = judge(replace(WELL, drift=[DRIFT | {"unheard_change": 0.2}]), load_thresholds())
    assert "without words" in alert.message


def test_a_lake_without_any_night_is_late() -> None:
    assert [one.kind for one in judge(replace(WELL, last_ingest_at=None), load_thresholds())] == [
        "night_late"
    ]


@pytest.mark.parametrize(
    "few",
    [
        {"last_day": LastDay(5, 5, 5, 5)},
        {"drift": [DRIFT | {"confidence_change": -0.5, "calls": 49}]},
        {"drift": [DRIFT | {"confidence_change": None, "unheard_change": None}]},
        {"month": Month(NOW.date(), 1_000.0, None)},
    ],
)
def test_few_calls_and_unknown_figures_are_no_alert(few: dict[str, Any]) -> None:
    assert judge(replace(WELL, **few), load_thresholds()) == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("nigth_late_h: 3", "nigth_late_h"),
        ("failed_share: 5", "failed_share"),
        ("night_late_h: soon", "night_late_h"),
        ("- 3", "valid dictionary"),
        ("a: [", "no YAML"),
        (None, "cannot be read"),
    ],
)
def test_a_wrong_file_of_thresholds_is_refused_with_the_line(
    text: str | None, says: str, tmp_path: Path
) -> None:
    path = tmp_path / "alerts.yaml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(SettingsError, match=says):
        load_thresholds(path)


def test_the_webhook_is_told_what_is_printed_and_the_exit_code_is_its_own(
    warm: WarmCommandLine, tmp_path: Path
) -> None:
    write_calls(tmp_path / "archive", 2)
    (tmp_path / "alerts.yaml").write_text("failed_share: 0.5\nnight_late_h: 26\n")
    lake, file = ("--lake", tmp_path / "lake"), {"CALLARCHIVE_ALERTS": str(tmp_path / "alerts.yaml")}
    with webhook() as (address, told):
        named = file | {"CALLARCHIVE_ALERT_WEBHOOK": address}
        assert warm("ingest", tmp_path / "archive", *lake, CANNED_FAILS="1", **named).code == 10
        assert len(told) == 1  # at the end of the night
        said = warm("alerts", *lake, "--json", **named)
    assert (said.code, [one["kind"] for one in said.json]) == (12, ["failed"])
    assert told[1]["alerts"] == said.json == told[0]["alerts"]
    assert "2 of 2 recordings failed" in told[1]["text"]
    assert "short-" not in json.dumps(told)
    assert warm("alerts", *lake).code == 0  # two recordings are few, for the bundled thresholds


def test_a_webhook_that_does_not_answer_is_named_without_its_address(
    warm: WarmCommandLine, tmp_path: Path
) -> None:
    write_calls(tmp_path / "archive", 1)
    (tmp_path / "alerts.yaml").write_text("night_late_h: 0.0000001")
    named = {"CALLARCHIVE_ALERTS": str(tmp_path / "alerts.yaml")}
    with webhook(status=403) as (address, told):
        named["CALLARCHIVE_ALERT_WEBHOOK"] = f"{address}/secret-4711"
        night = warm("ingest", tmp_path / "archive", "--lake", tmp_path / "lake", **named)
        said = warm("alerts", "--lake", tmp_path / "lake", **named)
    assert (night.code, said.code, len(told)) == (0, 2, 2)
    assert "did not take the alerts (403)" in said.err
    assert "4711" not in said.out + said.err + night.out + night.err


@contextmanager
def webhook(status: int = 200) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A server on loopback, and the bodies it was sent."""
    told: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/hook", told
        finally:
            server.shutdown()
