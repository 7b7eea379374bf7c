"""Two processes that share an engine keep its limit together, by Prefect's server."""

from __future__ import annotations

import asyncio
import shutil
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, ClassVar

import pytest
from command_line import run_command
from short_recordings import write_calls

from flows import shared_limits
from flows.serve import prefect_server
from flows.shared_limits import server_there
from tasks.stand_in import StandIn

if TYPE_CHECKING:
    from pathlib import Path

LIMIT = "callarchive-deepgram"


def test_without_a_server_nothing_is_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    assert server_there() is False


def test_while_the_server_is_away_a_process_keeps_to_its_own_limit_and_nothing_fails(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import prefect.concurrency.asyncio as of_prefect

    server = shared_limits.Server()
    monkeypatch.setattr(shared_limits, "_SERVER", server)
    monkeypatch.setattr(of_prefect, "concurrency", Away)
    asked, most = Away.asked, 0

    async def work() -> None:
        slot, busy = shared_limits.slots("deepgram", 2, shared=True), 0

        async def one() -> None:
            nonlocal busy, most
            async with slot():
                busy += 1
                most = max(most, busy)
                await asyncio.sleep(0.01)
                busy -= 1

        await asyncio.gather(*(one() for _ in range(8)))
        assert (most, asked) == (2, ["taken"])
        server._away_until -= 1_000
        Away.back = True
        async with slot():
            Away.back = False  # it goes while the engine is asked: the answer counts all the same
        assert asked == ["taken", "taken", "freed"]

    asyncio.run(work())


class Away:
    """Prefect's `concurrency`, which raises unless the server is back."""

    asked: ClassVar[list[str]] = []
    back: ClassVar[bool] = False

    def __init__(self, name: str, lease_duration: float) -> None:
        assert (name, lease_duration) == (LIMIT, 60)

    async def __aenter__(self) -> None:
        self._note("taken")

    async def __aexit__(self, *_: object) -> None:
        self._note("freed")

    def _note(self, what: str) -> None:
        self.asked.append(what)
        if not self.back:
            raise ConnectionError("All connection attempts failed")


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
