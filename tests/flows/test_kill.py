"""kill -9 at random moments of an ingest, then run again: nothing is lost, doubled or asked for twice."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from command_line import end_processes_of, private_environment
from lake_checks import broken_checks
from short_recordings import write_calls

from tasks.errors import CallArchiveError
from tasks.lake.catalog import Lake, exclusively, reading, writing
from tasks.lake.landing import remove_orphans
from tasks.lake.query import run_query

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PACE = {
    "CANNED_PACE": "1",
    "CALLARCHIVE_BATCH_SIZE": "2",
    "CALLARCHIVE_RECORDINGS_AT_ONCE": "2",
    "CALLARCHIVE_WHISPER_WORKERS": "2",
    "CALLARCHIVE_ATTEMPTS": "100",  # no recording is to blame for these deaths
}
BETWEEN_RUNS = {"ledger_adds_up"}
"""Checks that need not hold after a kill: recordings are then still undecided."""


@dataclass
class Ingest:
    """An ingest that can be started, killed and looked at."""

    home: Path
    archive: Path

    @property
    def lake(self) -> Lake:
        return Lake.at(str(self.home / "lake"))

    @property
    def log(self) -> list[list[str]]:
        path = self.home / "engine.log"
        return [line.split() for line in path.read_text().splitlines()] if path.exists() else []

    def start(self) -> subprocess.Popen[str]:
        arguments = [self.home / "engine.log", self.archive, self.home / "lake"]
        return subprocess.Popen(
            [sys.executable, Path(__file__).with_name("killed_ingest.py"), *arguments],
            cwd=self.home,
            env=private_environment(self.home, **PACE),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )

    def kill_when(self, ready: Callable[[float], bool]) -> bool:
        """Start, and kill the whole group of processes at a moment; False where it ended before."""
        process, started = self.start(), time.monotonic()
        while process.poll() is None and not ready(time.monotonic() - started):
            time.sleep(0.01)
        alive = process.poll() is None
        if alive:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        end_processes_of(self.home)
        return alive

    def finish(self) -> dict[str, object]:
        out, _ = self.start().communicate(timeout=300)
        facts: dict[str, object] = json.loads(out)
        return facts

    def broken(self) -> set[str]:
        """The checks that the lake breaks; none where there is no lake yet."""
        try:
            with reading(self.lake) as connection:
                return set(broken_checks(connection))
        except CallArchiveError:
            return set()


@pytest.fixture
def ingest(tmp_path: Path) -> Iterator[Ingest]:
    home = tmp_path / "killed-home"
    home.mkdir()
    one = Ingest(home, tmp_path / "archive")
    yield one
    end_processes_of(one.home)


def _after_lines(ingest: Ingest, count: int, pause_s: float) -> Callable[[float], bool]:
    """Ready a moment after the engine's log has grown by so many lines."""
    wanted, reached = len(ingest.log) + count, []

    def ready(elapsed_s: float) -> bool:
        if not reached and len(ingest.log) >= wanted:
            reached.append(elapsed_s)
        return bool(reached) and elapsed_s >= reached[0] + pause_s

    return ready


def _nothing_asked_twice(log: list[list[str]]) -> bool:
    kept: set[str] = set()
    for word, key in log:
        if word == "fetched" and key in kept:
            return False
        if word == "kept":
            kept.add(key)
    return True


def _look_after_the_end(ingest: Ingest, recordings: int) -> None:
    with reading(ingest.lake) as connection:
        states = run_query(connection, "select state, count(*) as n from recordings group by all").to_pylist()
        calls = run_query(
            connection, "select count(*) as n, count(distinct call_id) as ids from calls"
        ).to_pylist()
    assert states == [{"state": "landed", "n": recordings}]
    assert calls == [{"n": recordings, "ids": recordings}]
    assert ingest.broken() == set()
    assert _nothing_asked_twice(ingest.log)
    with exclusively(ingest.lake), writing(ingest.lake) as connection:
        assert remove_orphans(connection, ingest.lake) == 0
    left = [path for path in (ingest.home / "lake").rglob("*") if path.suffix in {".part", ".tmp"}]
    left += [path for path in (ingest.home / "tmp").iterdir() if path.name != ".ses"]  # onnxruntime's
    assert left == []


def test_killed_while_transcribing_and_landing_every_recording_lands_once(ingest: Ingest) -> None:
    write_calls(ingest.archive, 8, length_s=12)
    moments = random.Random(20260302)  # noqa: S311  (moments, not secrets)
    for lines in (3, 8):
        assert ingest.kill_when(_after_lines(ingest, lines, moments.uniform(0, 0.4)))
        assert ingest.broken() <= BETWEEN_RUNS
        assert _nothing_asked_twice(ingest.log)
    facts = ingest.finish()
    assert facts["failed"] == facts["quarantined"] == 0
    _look_after_the_end(ingest, 8)


@pytest.mark.slow
def test_killed_many_times_at_any_moment_every_recording_lands_once(ingest: Ingest) -> None:
    write_calls(ingest.archive, 24, length_s=12)
    moments = random.Random(20260303)  # noqa: S311  (moments, not secrets)
    killed = 0
    for round_number in range(18):
        if round_number % 3 == 0:
            moment_s = moments.uniform(0.5, 15)
            ready: Callable[[float], bool] = lambda elapsed_s, at=moment_s: elapsed_s >= at  # noqa: E731  # type: ignore[misc]
        else:
            ready = _after_lines(ingest, moments.randint(0, 12), moments.uniform(0, 1.5))
        killed += ingest.kill_when(ready)
        assert ingest.broken() <= BETWEEN_RUNS
        assert _nothing_asked_twice(ingest.log)
    assert killed >= 10
    ingest.finish()
    _look_after_the_end(ingest, 24)
