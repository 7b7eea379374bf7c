"""A whole night into a bucket and PostgreSQL, by the command line: killed, run again, asked about."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from command_line import TESTS, Said, end_processes_of, private_environment, run_command
from lake_checks import broken_checks
from servers import ACCESS_KEY, PASSWORD, SECRET_KEY
from short_recordings import write_calls

from tasks.lake.catalog import reading

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Servers

    from tasks.lake.catalog import Lake

pytestmark = pytest.mark.slow
CALLS = 6
PACE = {
    "CALLARCHIVE_BATCH_SIZE": "2",
    "CALLARCHIVE_RECORDINGS_AT_ONCE": "2",
    "CALLARCHIVE_LEASE_S": "4",  # what the killed one held is waited for
}


@dataclass
class Night:
    """The command line in a home of its own; its ingest has the canned engine."""

    home: Path
    lake: Lake
    environment: dict[str, str]

    def start(self) -> subprocess.Popen[str]:
        program = TESTS / "flows" / "killed_ingest.py"
        environment = private_environment(self.home, **self.environment, CANNED_PACE="1")
        return subprocess.Popen(
            [sys.executable, program, self.home / "engine.log", self.home / "archive", self.lake.address],
            cwd=self.home,
            env=environment | PACE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str) -> Said:
        return run_command(*arguments, "--lake", self.lake.address, home=self.home, env=self.environment)


@pytest.fixture
def night(tmp_path: Path, online: Servers, distributed: Lake) -> Night:
    write_calls(tmp_path / "night" / "archive", CALLS)
    return Night(tmp_path / "night", distributed, online.environment)


def test_a_night_is_killed_finished_by_the_next_and_tells_no_secret(night: Night) -> None:
    process = night.start()
    end = time.monotonic() + 240
    while not _landed(night.lake) and process.poll() is None and time.monotonic() < end:
        time.sleep(0.2)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    first, _ = process.communicate()
    assert process.returncode == -signal.SIGKILL, first
    end_processes_of(night.home)
    assert 0 < _landed(night.lake) < CALLS
    second, _ = night.start().communicate(timeout=300)
    assert _landed(night.lake) == CALLS
    with reading(night.lake) as connection:
        assert broken_checks(connection) == []
        copies = connection.execute("select audio_path from stored.calls").fetchall()
    assert set(night.lake.audio.paths()) == {path.removeprefix("audio/") for (path,) in copies}
    assert night.lake.answers.paths()
    assert len(night.lake.heard.paths()) == CALLS

    asked = night.run("sql", "select count(*) as calls from calls", "--format", "json")
    assert '"calls": 6' in asked.out
    doctor = night.run("doctor", "--json")
    assert "6 calls" in doctor.out
    certificate = night.run("certificate", "--call", "short-0", "--json")
    assert certificate.code == 0
    said = [first, second, asked.out, asked.err, doctor.out, doctor.err, certificate.out, certificate.err]
    _no_secret("".join(said).encode())
    for path in night.home.rglob("*"):
        if path.is_file():
            _no_secret(path.read_bytes())


def _landed(lake: Lake) -> int:
    with reading(lake) as connection:
        row = connection.execute("select count(*) from stored.calls").fetchone()
    return row[0] if row else 0


def _no_secret(said: bytes) -> None:
    assert not any(secret.encode() in said for secret in (PASSWORD, ACCESS_KEY, SECRET_KEY))
