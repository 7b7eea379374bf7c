"""kill -9 while vendors are asked: the next run pays for nothing that was paid for."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from command_line import end_processes_of, private_environment
from hosted import environment, nonsense
from short_recordings import write_calls

from tasks.lake.catalog import Lake, reading
from tasks.lake.query import run_query
from tasks.stand_in import Desk, Fault, StandIn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from command_line import WarmCommandLine

CALLS = 4
TWO_AT_A_TIME = {"CALLARCHIVE_REQUESTS_AT_ONCE": "2", "CALLARCHIVE_RECORDINGS_AT_ONCE": "2"}


@dataclass
class Run:
    """An ingest by one engine, which can be killed and started again."""

    engine: str
    home: Path
    stand_in: StandIn
    process: subprocess.Popen[bytes] | None = None

    @property
    def desk(self) -> Desk:
        return self.stand_in.desk

    def start(self) -> None:
        arguments = [self.home / "engine.log", self.home.parent / "archive", self.home / "lake"]
        asked = environment(self.stand_in, self.engine) | TWO_AT_A_TIME | {"CALLARCHIVE_DEADLINE_S": "300"}
        self.process = subprocess.Popen(
            [sys.executable, Path(__file__).with_name("killed_ingest.py"), *arguments],
            cwd=self.home,
            env=private_environment(self.home, **asked),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def kill(self) -> None:
        if self.process is not None:
            if self.process.poll() is None:
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            end_processes_of(self.home)

    def finish(self, warm: WarmCommandLine) -> dict[str, Any]:
        """The next run, in a process that has started already."""
        keys = self.home / ".config" / "callarchive" / "keys.json"
        env = environment(self.stand_in, self.engine) | {"CALLARCHIVE_KEY_FILE": str(keys)}
        facts: dict[str, Any] = warm(
            "ingest", self.home.parent / "archive", "--lake", self.home / "lake", "--json", **env
        ).json
        return facts

    @property
    def answers(self) -> list[Path]:
        kept = (self.home / "lake" / "answers").glob("??/*")
        return [path for path in kept if path.suffix != ".part"]

    def payments(self) -> list[dict[str, Any]]:
        with reading(Lake.at(str(self.home / "lake"))) as connection:
            rows: list[dict[str, Any]] = run_query(
                connection, "select * from engine_usage where not cache_hit"
            ).to_pylist()
            return rows


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[dict[str, Run]]:
    """One engine that answers at once, and one whose jobs go on while nobody asks."""
    write_calls(tmp_path / "archive", CALLS, length_s=8)
    plain, polled = StandIn(Desk(hear=nonsense)), StandIn(Desk(hear=nonsense, polls=10**6))
    with plain, polled:
        both = {
            name: Run(name, tmp_path / name, stand_in)
            for name, stand_in in (("deepgram", plain), ("assemblyai", polled))
        }
        for run in both.values():
            run.home.mkdir()
        yield both
        for run in both.values():
            run.kill()


def _wait_until(ready: Callable[[], bool]) -> None:
    until = time.monotonic() + 300
    while not ready():
        assert time.monotonic() < until, "nothing has come of it"
        time.sleep(0.02)


def _kill_between_two_requests(run: Run) -> None:
    """When three chunks are answered, and the vendor asks everybody to come back later."""
    _wait_until(lambda: len(run.desk.worked) >= 3)
    run.desk.misbehave(run.engine, Fault("status", times=99, status=503, retry_after="60"))
    busy = len(run.desk.seen) + 2
    _wait_until(lambda: len(run.desk.seen) >= busy and run.desk.in_flight == 0)
    _wait_until(lambda: len(run.answers) == len(run.desk.worked))
    run.kill()
    run.desk.behave()


def _kill_while_jobs_go_on(run: Run) -> None:
    """When the results of two jobs are asked for."""
    _wait_until(lambda: len({one.path for one in run.desk.requests(run.engine, "/v2/transcript/")}) == 2)
    run.kill()
    run.desk.polls = 1
    for job in run.desk.jobs.values():
        job.polls = 1


def test_a_killed_run_pays_for_no_chunk_twice(runs: dict[str, Run], warm: WarmCommandLine) -> None:
    for run in runs.values():
        run.start()
    _kill_between_two_requests(runs["deepgram"])
    _kill_while_jobs_go_on(runs["assemblyai"])
    for run in runs.values():
        facts = run.finish(warm)
        assert (facts["failed"], facts["quarantined"]) == (0, 0)
        assert set(run.desk.worked.values()) == {1}
        assert len(run.payments()) == len(run.desk.worked)
    assert len(runs["assemblyai"].desk.requests("assemblyai", "/v2/upload")) == CALLS
