"""The nightly run served by this machine: told to stop in the middle of a night, it lets the night end."""

from __future__ import annotations

import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import pytest
from command_line import PROGRAM, end_processes_of, private_environment
from hosted import environment
from short_recordings import write_calls

from flows import serve
from tasks.errors import SettingsError
from tasks.lake.catalog import Lake, reading
from tasks.stand_in import StandIn

if TYPE_CHECKING:
    from pathlib import Path

_WAIT_S = 300
CALLS = 6


class Late(BaseHTTPRequestHandler):
    """A server that is not ready when it is asked for the first time."""

    asked = 0

    def do_GET(self) -> None:
        Late.asked += 1
        self.send_response(503 if Late.asked == 1 else 200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


def test_a_prefect_server_elsewhere_is_waited_for_and_one_that_never_answers_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with HTTPServer(("127.0.0.1", 0), Late) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/api"
        monkeypatch.setenv("PREFECT_API_URL", address)
        with serve.prefect_server() as named:
            assert (named, Late.asked) == (address, 2)
        server.shutdown()
    monkeypatch.setattr(serve, "_START_S", 1)
    with pytest.raises(SettingsError, match="does not answer"), serve.prefect_server():
        pass


@pytest.mark.slow
def test_a_schedule_that_is_told_to_stop_lets_its_night_land_what_was_begun(tmp_path: Path) -> None:
    write_calls(tmp_path / "archive", CALLS)
    lake = tmp_path / "lake"
    with StandIn() as stand_in:
        stand_in.desk.latency_s = 2.0
        asked = environment(stand_in, "deepgram") | {"CALLARCHIVE_BATCH_SIZE": "2"}
        process = subprocess.Popen(
            [PROGRAM, "schedule", tmp_path / "archive", "--lake", lake, "--cron", "* * * * *"],
            cwd=tmp_path,
            env=private_environment(tmp_path, **asked),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            end = time.monotonic() + _WAIT_S
            while not stand_in.desk.worked and process.poll() is None and time.monotonic() < end:
                time.sleep(0.1)
            process.terminate()
            assert process.wait(_WAIT_S) == 0
        finally:
            end_processes_of(tmp_path)
        worked = stand_in.desk.worked
    with reading(Lake.at(str(lake))) as connection:
        ((landed,),) = connection.execute("select count(*) from stored.calls").fetchall()
        nights = connection.execute("select ended_at is null, landed, failed from stored.nights").fetchall()
    assert nights == [(False, landed, 0)]
    assert 0 < landed < CALLS
    assert set(worked.values()) == {1}
    assert len(worked) == 2 * landed  # both sides of what was begun, and nothing else
