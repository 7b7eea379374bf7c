"""Processes ask without pause while others land, replace, compact and are killed with -9."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from command_line import private_environment
from lake_checks import broken_checks, broken_promises_of

from tasks.lake.catalog import Lake, exclusively, reading, writing
from tasks.lake.compact import compact
from tasks.lake.landing import remove_orphans
from tasks.lake.parquet_files import data_files

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAM = Path(__file__).with_name("process_of_many.py")


@dataclass
class Crowd:
    """Processes at one lake, and what each has noted."""

    home: Path
    lake: Lake
    started: int = 0
    running: list[subprocess.Popen[str]] = field(default_factory=list)

    def start(self, role: str) -> subprocess.Popen[str]:
        self.started += 1
        arguments = [role, self.lake.address, str(self.home / role), str(self.started)]
        process = subprocess.Popen(
            [sys.executable, PROGRAM, *arguments],
            cwd=self.home,
            env=private_environment(self.home, PYTHONPATH=str(PROGRAM.parents[2])),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.running.append(process)
        return process

    def noted(self, role: str) -> list[str]:
        path = self.home / role
        return path.read_text().splitlines() if path.exists() else []

    def until(self, role: str, lines: int) -> None:
        """Wait until processes of this role have noted so many things more; all must be alive meanwhile."""
        wanted, late = len(self.noted(role)) + lines, time.monotonic() + 120
        while len(self.noted(role)) < wanted:
            dead = [process.communicate()[0][-2_000:] for process in self.running if process.poll()]
            assert not dead, dead
            assert time.monotonic() < late, f"{role} has done nothing for two minutes"
            time.sleep(0.05)

    def kill(self, process: subprocess.Popen[str]) -> None:
        self.running.remove(process)
        process.kill()
        process.communicate()

    def end(self) -> list[str]:
        """Let all processes come to their end; what those said that failed."""
        (self.home / "stop").touch()
        said = [(process.communicate(timeout=120)[0], process.returncode) for process in self.running]
        return [text[-2_000:] for text, code in said if code]


@pytest.fixture
def crowd(tmp_path: Path, lake: Lake) -> Iterator[Crowd]:
    home = tmp_path / "crowd"
    home.mkdir()
    crowd = Crowd(home, lake)
    yield crowd
    for process in crowd.running:
        process.kill()


def _kill_and_look(crowd: Crowd, kills: int, readers: int) -> None:
    dice = random.Random(kills)  # noqa: S311  (when to kill)
    lander, compactor = crowd.start("land"), crowd.start("compact")
    crowd.until("land", 2)
    for _ in range(readers):
        crowd.start("ask")
    for kill in range(kills):
        crowd.until("land", 2)
        time.sleep(dice.random())
        if kill % 2:
            crowd.kill(compactor)
            compactor = crowd.start("compact")
        else:
            crowd.kill(lander)
            lander = crowd.start("land")
    crowd.until("land", 4)
    crowd.until("compact", 2)
    crowd.until("ask", 2)
    assert crowd.end() == []


def _look_after_the_end(crowd: Crowd) -> None:
    safe = dict(line.split() for line in crowd.noted("land"))
    with exclusively(crowd.lake), writing(crowd.lake) as connection:
        remove_orphans(connection, crowd.lake)
        assert broken_checks(connection) == []
        said = connection.execute(
            "select call_id, max(word) from stored.words where channel = 1 and word <> 'version' group by 1"
        ).fetchall()
    assert {call_id: version for call_id, version in said if int(version) < int(safe[call_id])} == {}
    assert set(safe) <= {call_id for call_id, _ in said}
    with reading(crowd.lake) as connection:
        assert broken_promises_of(connection) == []
    compact(crowd.lake, keep_hours=0)
    with writing(crowd.lake) as connection:
        assert broken_checks(connection) == []
        assert {len(files) for files in data_files(connection, crowd.lake).values()} == {1}
        assert remove_orphans(connection, crowd.lake) == 0


def test_who_asks_sees_whole_calls_while_others_land_compact_and_are_killed(crowd: Crowd) -> None:
    _kill_and_look(crowd, kills=2, readers=1)
    _look_after_the_end(crowd)


@pytest.mark.slow
def test_the_same_with_many_kills_and_readers(crowd: Crowd) -> None:
    _kill_and_look(crowd, kills=24, readers=3)
    _look_after_the_end(crowd)
