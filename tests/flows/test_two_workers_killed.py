"""Two ingests of one archive at once, as processes: one is killed or told to stop, and nothing is missing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from command_line import end_processes_of, private_environment
from lake_checks import broken_checks
from short_recordings import write_calls

from tasks.lake.catalog import Lake, reading

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAM = Path(__file__).with_name("killed_ingest.py")
CALLS = 8
STOPPED = 13
KEPT_OF_A_BATCH = 6
"""Four chunks' answers, and what was heard in two calls."""


@dataclass
class Pair:
    """Processes that ingest the same archive into the same lake."""

    home: Path
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def start(self, **env: str) -> subprocess.Popen[str]:
        asked = {
            "CANNED_PACE": "1",
            "CALLARCHIVE_BATCH_SIZE": "2",
            "CALLARCHIVE_RECORDINGS_AT_ONCE": "2",
            "CALLARCHIVE_WHISPER_WORKERS": "2",
            "CALLARCHIVE_LEASE_S": "4",
        }
        self.started.append(
            subprocess.Popen(
                [
                    sys.executable,
                    PROGRAM,
                    self.home / "engine.log",
                    self.home / "archive",
                    self.home / "lake",
                ],
                cwd=self.home,
                env=private_environment(self.home, **asked | env),
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                start_new_session=True,
            )
        )
        return self.started[-1]

    def until_fetched(self, lines: int) -> None:
        late, log = time.monotonic() + 300, self.home / "engine.log"
        while not log.exists() or log.read_text().count("fetched") < lines:
            assert time.monotonic() < late, "nothing is transcribed"
            time.sleep(0.05)

    def answers(self) -> list[str]:
        lines = [line.split() for line in (self.home / "engine.log").read_text().splitlines()]
        return [key for word, key in lines if word == "kept"]

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        with reading(Lake.at(str(self.home / "lake"))) as connection:
            rows: list[tuple[Any, ...]] = connection.execute(sql).fetchall()
            return rows

    def all_landed_once(self, *, kept_twice: int = 0) -> None:
        assert self.ask("select state, count(*) from stored.recordings group by 1") == [("landed", CALLS)]
        assert self.ask("select count(*), count(distinct call_id) from stored.calls") == [(CALLS, CALLS)]
        with reading(Lake.at(str(self.home / "lake"))) as connection:
            assert broken_checks(connection) == []
        assert len(self.answers()) - len(set(self.answers())) <= kept_twice


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    home = tmp_path / "pair"
    write_calls(home / "archive", CALLS, length_s=8)
    one = Pair(home)
    yield one
    for process in one.started:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    end_processes_of(home)


def _facts(process: subprocess.Popen[str]) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads(process.communicate(timeout=400)[0])
    return facts


@pytest.mark.slow
def test_a_run_that_is_told_to_stop_says_so_and_the_next_goes_on(pair: Pair) -> None:
    process = pair.start()
    pair.until_fetched(2)
    process.send_signal(signal.SIGTERM)
    facts = _facts(process)
    assert process.returncode == STOPPED
    assert facts["stopped"]
    assert facts["landed"] + facts["skipped"] == facts["found"] == CALLS
    assert 0 < facts["landed"] < CALLS
    assert pair.ask("select count(*) from stored.recordings where state = 'found'") == [(0,)]
    assert _facts(pair.start())["landed"] == CALLS - facts["landed"]
    pair.all_landed_once()


@pytest.mark.slow
def test_the_same_night_started_twice_lands_everything_once(pair: Pair) -> None:
    facts = [_facts(process) for process in (pair.start(), pair.start())]
    assert [one["found"] for one in facts] == [CALLS, CALLS]
    assert sum(one["landed"] for one in facts) == CALLS
    assert all(one["landed"] for one in facts)
    pair.all_landed_once()


@pytest.mark.slow
def test_the_survivor_of_two_finishes_the_night_by_itself(pair: Pair) -> None:
    first, second = pair.start(), pair.start()
    pair.until_fetched(4)
    os.killpg(first.pid, signal.SIGKILL)
    facts = _facts(second)
    assert facts["failed"] == facts["quarantined"] == 0
    pair.all_landed_once()


@pytest.mark.slow
def test_a_worker_that_was_suspended_finds_its_batch_taken_over(pair: Pair) -> None:
    first = pair.start()
    pair.until_fetched(1)
    os.killpg(first.pid, signal.SIGSTOP)
    second = pair.start()
    assert _facts(second)["landed"] > 0
    os.killpg(first.pid, signal.SIGCONT)
    assert _facts(first)["failed"] == 0
    pair.all_landed_once(kept_twice=KEPT_OF_A_BATCH)  # it was under way when it was suspended


@pytest.mark.slow
def test_a_recording_that_kills_every_process_is_put_aside_and_the_others_land(pair: Pair) -> None:
    poison = (pair.home / "archive" / "short-3.wav").read_bytes()
    (pair.home / "archive" / "short-3.wav").write_bytes(poison + b"\0" * 77)
    codes = []
    while len(codes) < 6 and (not codes or codes[-1] < 0):
        process = pair.start(CANNED_POISON=str(len(poison) + 77))
        codes.append(process.wait(400))
        end_processes_of(pair.home)  # Prefect's server, which a killed run leaves behind
    assert codes == [-signal.SIGKILL] * 3 + [3]
    rows = pair.ask("select call_id, state, reason from stored.recordings where state <> 'landed'")
    assert [(call_id, state) for call_id, state, _ in rows] == [("short-3", "quarantined")]
    assert "3 processes have ended" in rows[0][2]
    assert pair.ask("select count(*) from stored.calls") == [(CALLS - 1,)]
