"""The commands about the review app: what they print, log and refuse, and which accounts they make."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from command_line import private_environment
from review_app import PASSWORD
from served_app import get
from servers import free_port
from typer.testing import CliRunner

from flows.cli.app import app as command_line
from flows.review.app import serve
from flows.review.place import place_of
from tasks.errors import SettingsError
from tasks.settings import load_settings

if TYPE_CHECKING:
    from pathlib import Path

    from review_app import HostileLake


def test_without_a_lake_nothing_is_made_or_served(tmp_path: Path) -> None:
    settings = load_settings(lake=str(tmp_path / "none"))
    with pytest.raises(SettingsError, match="no lake"):
        serve(settings, "127.0.0.1", 8321, None, print)
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.0.1"])  # noqa: S104
def test_the_command_refuses_other_addresses_without_tls(host: str, hostile: HostileLake) -> None:
    said = CliRunner().invoke(command_line, ["review", "--lake", hostile.lake.address, "--host", host])
    assert isinstance(said.exception, SettingsError)
    assert "--tls-certificate" in str(said.exception)


def test_the_command_says_where_it_is_and_what_is_missing_and_logs_no_query(
    hostile: HostileLake, tmp_path: Path
) -> None:
    port, home = free_port(), tmp_path / "ops"
    program = (
        "import atexit, json, sys\n"
        "atexit.register(lambda: print(json.dumps(sorted(sys.modules)), flush=True))\n"
        "from flows.cli.app import main\n"
        "main()"
    )
    command = [sys.executable, "-c", program, "review", "--lake", hostile.lake.address, "--port", str(port)]
    env = private_environment(home, CALLARCHIVE_REVIEW_FILE=str(home / "review.sqlite"))
    env["PYTHONPATH"] = os.pathsep.join([env["PYTHONPATH"], *sys.path])
    with subprocess.Popen(
        command, cwd=home, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        try:
            told = [server.stdout.readline(), server.stdout.readline()]
            answer = get(place_of("127.0.0.1", port), "/nowhere?q=four+one+one+one")
            server.send_signal(signal.SIGINT)
            out, log = server.communicate(timeout=60)
        finally:
            server.kill()
    assert told[0] == "nobody can sign in yet: callarchive reviewers add NAME --role admin\n"
    assert told[1] == f"review app: http://127.0.0.1:{port} (Ctrl-C ends it)\n"
    assert answer.startswith(b"HTTP/1.1 404")
    assert server.returncode == 0
    assert "GET - 404" in log
    assert "four" not in log
    modules = set(json.loads(out.splitlines()[-1]))
    assert "fastapi" in modules
    assert not modules & {"prefect", "webbrowser", "faster_whisper", "matplotlib"}
    assert (home / "review.sqlite").stat().st_mode & 0o077 == 0
    assert (home / "review.key").stat().st_mode & 0o077 == 0


def test_accounts_are_made_and_listed_by_a_command_that_shows_no_password(
    hostile: HostileLake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALLARCHIVE_REVIEW_FILE", str(tmp_path / "review.sqlite"))

    def run(*arguments: str, typed: str | None = None) -> Any:
        order = ["reviewers", *arguments, "--lake", hostile.lake.address]
        return CliRunner().invoke(command_line, order, input=typed)

    assert run("list").output == "no accounts yet: callarchive reviewers add NAME --role admin\n"
    asked = run("add", "maria", "--role", "lead", typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert asked.exit_code == 0
    assert PASSWORD not in asked.output
    assert run("add", "paul", "--role", "auditor", "--password-stdin", typed=f"{PASSWORD}\n").exit_code == 0
    assert run("add", "prox", "--role", "reviewer", "--proxy-only").exit_code == 0
    assert run("add", "eve", "--role", "owner", "--proxy-only").exit_code == 2
    assert isinstance(run("add", "maria", "--role", "lead", "--proxy-only").exception, SettingsError)
    assert run("disable", "paul").exit_code == 0
    assert run("role", "prox", "--role", "admin").exit_code == 0
    assert run("password", "maria", "--password-stdin", typed=f"{PASSWORD}!\n").exit_code == 0
    listed = json.loads(run("list", "--json").output)
    assert [(one["name"], one["role"], one["disabled_at"] is not None) for one in listed] == [
        ("maria", "lead", False),
        ("paul", "auditor", True),
        ("prox", "admin", False),
    ]
    assert "argon2" not in run("list", "--json").output
