"""Two processes that share an engine keep its limit together, by Prefect's server."""

from __future__ import annotations

import asyncio
import shutil
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from command_line import run_command
from short_recordings import write_calls

from flows.serve import prefect_server
from flows.shared_limits import server_there
from tasks.stand_in import StandIn

if TYPE_CHECKING:
    from pathlib import Path

LIMIT = "callarchive-deepgram"


def test_without_a_server_nothing_is_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    assert server_there() is False


@pytest.mark.slow
def test_workers_share_an_engines_limit_and_an_operator_may_lower_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "prefect"))
    for worker in ("one", "two"):
        write_calls(tmp_path / worker / "archive", 3, 8.0)
    with StandIn() as stand_in, prefect_server() as server:
        env = {
            "PREFECT_API_URL": server,
            "CALLARCHIVE_ENGINE_URL": stand_in.base_url("deepgram"),
            "DEEPGRAM_API_KEY": stand_in.key,
        }

        def night(worker: str) -> int:
            folder = tmp_path / worker
            options = ("--lake", folder / "lake", "--engine", "deepgram", "--replace", "--json")
            return run_command("ingest", folder / "archive", *options, home=folder, env=env).code

        assert night("one") == 0
        assert _limit(server) > 1
        asyncio.run(_lower(server))
        stand_in.desk.forget()
        stand_in.desk.latency_s = 0.4
        for worker in ("one", "two"):
            shutil.rmtree(tmp_path / worker / "lake" / "answers", ignore_errors=True)
        with ThreadPoolExecutor(2) as both:
            assert list(both.map(night, ("one", "two"))) == [0, 0]
        assert _limit(server) == 1
        assert len(stand_in.desk.requests("deepgram")) == 12
        assert stand_in.desk.most_in_flight == 1


def _limit(server: str) -> int:
    async def read() -> int:
        async with _client(server) as client:
            return (await client.read_global_concurrency_limit_by_name(LIMIT)).limit

    return asyncio.run(read())


async def _lower(server: str) -> None:
    from prefect.client.schemas.actions import GlobalConcurrencyLimitUpdate

    async with _client(server) as client:
        await client.update_global_concurrency_limit(LIMIT, GlobalConcurrencyLimitUpdate(limit=1))


def _client(server: str):  # noqa: ANN202  (Prefect is imported inside)
    from prefect.client.orchestration import PrefectClient

    return PrefectClient(server)
