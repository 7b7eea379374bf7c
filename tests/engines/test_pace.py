"""Requests a minute."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from tasks.engines.pace import Pace
from tests.engines.asking import errand_for, fetch

if TYPE_CHECKING:
    from tasks.stand_in import StandIn


def _took_s(pace: Pace, turns: int) -> float:
    async def take() -> None:
        await asyncio.gather(*(pace.turn() for _ in range(turns)))

    began = time.monotonic()
    asyncio.run(take())
    return time.monotonic() - began


def test_turns_are_spread_evenly_from_the_first_on() -> None:
    assert 0.38 <= _took_s(Pace(600), 5) < 2


def test_without_a_limit_nobody_waits() -> None:
    assert _took_s(Pace(None), 1000) < 1


def test_every_request_of_a_job_takes_its_turn(stand_in: StandIn) -> None:
    pace = Pace(600)
    began = time.monotonic()
    fetch(stand_in, "assemblyai", errand=errand_for("assemblyai", pace=pace))
    requests = len(stand_in.desk.requests("assemblyai"))
    assert requests == 4
    assert time.monotonic() - began >= 0.28
