"""The deployments on a real Prefect server that asks for a password."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from shown_commands import PREFECT

from flows.serve import prefect_server

if TYPE_CHECKING:
    from collections.abc import Iterator

REPOSITORY = Path(__file__).parents[2]
DEPLOY = REPOSITORY / "deploy"
AUTH = "operator:hush-4711"
PLACES = {
    "CALLARCHIVE_HOME": str(REPOSITORY),
    "CALLARCHIVE_SOURCE": "/recordings",
    "CALLARCHIVE_LAKE": "/srv/lake",
    "CALLARCHIVE_RETENTION_POLICY": "/configuration/retention.yaml",
    "CALLARCHIVE_COMPARE_SOURCE": "/references",
    "CALLARCHIVE_COMPARE_REFERENCES": "/references",
    "CALLARCHIVE_COMPARE_ENGINES": "local",
}

pytestmark = pytest.mark.slow


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server with a password, and the environment of somebody who knows it."""
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "prefect"))
    monkeypatch.setenv("PREFECT_SERVER_API_AUTH_STRING", AUTH)
    monkeypatch.setenv("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
    with prefect_server() as address:
        monkeypatch.setenv("PREFECT_API_AUTH_STRING", AUTH)
        yield address


def prefect(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "prefect", *words],
        cwd=REPOSITORY,
        env=os.environ | more,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def post(address: str, path: str, auth: str | None = AUTH) -> httpx.Response:
    return httpx.post(f"{address}/{path}", json={}, auth=tuple(auth.split(":")) if auth else None, timeout=30)


def test_everything_is_deployed_behind_a_password(server: str, tmp_path: Path) -> None:
    assert post(server, "deployments/filter", auth=None).status_code == 401
    prefect("work-pool", "create", "callarchive", "--type", "process")
    template = str(DEPLOY / "kubernetes" / "base-job-template.json")
    prefect("work-pool", "create", "cluster", "--type", "kubernetes", "--base-job-template", template)
    prefect("--no-prompt", "deploy", "--all", "--prefect-file", str(DEPLOY / "prefect.yaml"), **PLACES)
    deployed = {one["name"]: one for one in post(server, "deployments/filter").json()}
    assert set(deployed) == {
        "nightly",
        "backfill",
        "apply-reviews",
        "compaction",
        "retention",
        "compare",
        "alerts",
    }
    assert deployed["nightly"]["parameters"] == {"source": "/recordings", "lake": "/srv/lake"}
    assert [name for name, one in deployed.items() if not one["schedules"][0]["active"]] == ["backfill"]

    text = (DEPLOY / "automations.yaml").read_text()
    block = 'from prefect.blocks.webhook import Webhook; print(Webhook(url="http://127.0.0.1:9").save("callarchive-alerts"))'
    made = subprocess.run(
        [sys.executable, "-c", block], env=os.environ, capture_output=True, text=True, check=True, timeout=120
    )
    (tmp_path / "automations.yaml").write_text(text.replace("ALERT_BLOCK_ID", made.stdout.split()[-1]))
    prefect("automation", "create", "--from-file", str(tmp_path / "automations.yaml"))
    assert (
        len(post(server, "automations/filter").json())
        == len(re.findall("^  - name: ", text, re.MULTILINE))
        == 6
    )


def test_prefect_knows_the_commands_and_options_that_the_documents_show() -> None:
    for name, options in PREFECT.items():
        said = prefect(*name.split(), "--help").stdout
        assert [option for option in options if option not in said] == []
