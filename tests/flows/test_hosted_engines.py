"""Hosted engines through the whole ingest, over real HTTP, against vendors that have a bad day."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest
from hosted import Trial, fault

from tasks.stand_in import SPOKEN

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def _landed(trial: Trial, prefix: str, lake: Path | None = None) -> dict[str, tuple[str, int]]:
    """Engine and number of words of every call whose id begins so."""
    rows = trial.ask("select call_id, engine, word_count from calls", lake)
    return {
        row["call_id"]: (row["engine"], row["word_count"])
        for row in rows
        if row["call_id"].startswith(prefix)
    }


def _usage(trial: Trial, prefix: str, lake: Path | None = None) -> list[dict[str, Any]]:
    rows = trial.ask("select * from engine_usage order by requested_at", lake)
    return [row for row in rows if row["call_id"].startswith(prefix)]


@pytest.mark.parametrize("name", SPOKEN)
def test_a_bad_night_lands_what_it_can(trial: Trial, name: str) -> None:
    archive, desk = trial.archive(f"bad-{name}"), trial.stand_in.desk
    desk.misbehave(
        name,
        fault(name, "status", status=429),
        fault(name, "status", status=429, retry_after="1"),
        fault(name, "status", status=500),
        fault(name, "dropped"),
        fault(name, "slow_body", pace_s=0),
        fault(name, "truncated_json"),
        fault(name, "wrong_type"),
    )
    said = trial.ingest(archive, name)
    assert (said.code, said.json["landed"], said.json["failed"]) == (10, 1, 1)
    (troubled,) = said.json["troubled"]
    assert (troubled["stage"], "instead of JSON" in troubled["reason"]) == ("transcribe", True)
    ((engine, words),) = _landed(trial, f"bad-{name}").values()
    assert (engine, words > 5) == (name, True)
    assert trial.ask("select 1 from words where call_id not in (select call_id from calls)") == []
    usage = _usage(trial, f"bad-{name}")
    assert max(row["attempts"] for row in usage) >= 5
    assert sum(row["uncertain_cost_usd"] for row in usage) > 0
    assert max(desk.worked.values()) <= 2  # one answer was cut in half when the work was done


def test_the_next_night_lands_the_rest_and_asks_for_nothing_twice(trial: Trial) -> None:
    archive, desk = trial.archive("rest"), trial.stand_in.desk
    desk.misbehave("deepgram", fault("deepgram", "status", status=422))
    assert trial.ingest(archive, "deepgram").json["failed"] == 1
    said = trial.ingest(archive, "deepgram")
    assert (said.code, said.json["landed"], said.json["skipped"], said.json["cache_hits"]) == (0, 1, 1, 1)
    assert set(desk.worked.values()) == {1}
    assert len(_landed(trial, "rest")) == 2


def test_a_wrong_key_closes_every_engine_at_its_first_request(trial: Trial) -> None:
    trial.stand_in.desk.key = "another-key"
    said = trial.ingest(trial.archive("closed"), *SPOKEN)
    assert (said.code, said.json["failed"]) == (10, 2)
    assert all("check the key" in one["reason"] for one in said.json["troubled"])
    assert [one.engine for one in trial.stand_in.desk.seen] == list(SPOKEN)
    assert _landed(trial, "closed") == {}


def test_a_job_that_ends_in_error_fails_its_call_without_showing_an_address(trial: Trial) -> None:
    archive = trial.archive("job", 1)
    trial.stand_in.desk.misbehave("assemblyai", fault("assemblyai", "job_error"))
    said = trial.ingest(archive, "assemblyai")
    assert "the job failed: Download error" in said.json["troubled"][0]["reason"]
    assert "cdn.assemblyai.com" not in said.out + said.err
    assert _landed(trial, "job") == {}


def test_silence_where_there_is_speech_is_landed_as_what_the_only_engine_heard(trial: Trial) -> None:
    archive = trial.archive("silent", 1)
    trial.stand_in.desk.misbehave("cartesia", fault("cartesia", "silence", times=9))
    assert trial.ingest(archive, "cartesia").code == 0
    assert _landed(trial, "silent") == {"silent-0": ("cartesia", 0)}
    assert {row["outcome"] for row in _usage(trial, "silent")} == {"nothing_heard"}


@pytest.mark.parametrize(
    ("first", "outcome"), [("refuses", "failed"), ("is_down", "failed"), ("is_silent", "nothing_heard")]
)
def test_the_next_engine_speaks_where_the_first(trial: Trial, first: str, outcome: str) -> None:
    archive, desk = trial.archive(f"next-{first}", 1), trial.stand_in.desk
    wrong = {
        "refuses": fault("deepgram", "status", times=99, status=400),
        "is_silent": fault("deepgram", "silence", times=99),
    }
    env = {}
    if first in wrong:
        desk.misbehave("deepgram", wrong[first])
    else:
        env = {
            "CALLARCHIVE_ENGINE_URL": f"deepgram=http://127.0.0.1:9,pulse={trial.stand_in.base_url('pulse')}"
        }
    said = trial.ingest(archive, "deepgram", "pulse", **env)
    assert (said.code, said.json["landed"]) == (0, 1)
    ((_, (engine, words)),) = _landed(trial, f"next-{first}").items()
    assert (engine, words > 5) == ("pulse", True)
    usage = {(row["engine"], row["outcome"]) for row in _usage(trial, f"next-{first}")}
    assert usage == {("deepgram", outcome), ("pulse", "used")}


def test_a_ceiling_stops_sending_and_not_the_landing_of_what_is_there(trial: Trial, tmp_path: Path) -> None:
    archive, desk = trial.archive("ceiling", 1), trial.stand_in.desk
    trial.ingest(archive, "elevenlabs")
    shutil.copytree(trial.lake / "answers", tmp_path / "lake" / "answers")
    for more in trial.archive("dear", 1).iterdir():
        shutil.copy2(more, archive)
    asked = len(desk.seen)
    said = trial.ingest(archive, "elevenlabs", lake=tmp_path / "lake", CALLARCHIVE_MAX_USD_PER_RUN="0")
    assert (said.code, said.json["landed"], said.json["over_budget"]) == (7, 1, 1)
    assert set(_landed(trial, "", tmp_path / "lake")) == {"ceiling-0"}
    assert len(desk.seen) == asked


def test_no_more_requests_are_in_flight_than_allowed(trial: Trial) -> None:
    archive, desk = trial.archive("flight", 4), trial.stand_in.desk
    desk.latency_s = 0.2
    many = {"CALLARCHIVE_REQUESTS_AT_ONCE": "3", "CALLARCHIVE_RECORDINGS_AT_ONCE": "4"}
    assert trial.ingest(archive, "openai", **many).json["landed"] == 4
    assert desk.most_in_flight == 3


def test_after_all_that_the_lake_keeps_its_promises(
    running: Trial, broken_checks: Callable[[Path], list[str]]
) -> None:
    assert broken_checks(running.lake) == []
