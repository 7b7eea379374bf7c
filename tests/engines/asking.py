"""Asking an engine, for tests: one chunk of made-up sound, little patience."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from typing import TYPE_CHECKING

from tasks.engines.client import open_client
from tasks.engines.contract import EngineOptions
from tasks.engines.errand import Errand, Patience
from tasks.engines.registry import HOSTED
from tasks.stand_in import Fault

if TYPE_CHECKING:
    from tasks.stand_in import StandIn

PATIENCE = Patience(
    deadline_s=5.0,
    connect_s=1.0,
    silence_s=1.0,
    first_pause_s=0.01,
    longest_pause_s=0.05,
    attempts=6,
    poll_s=0.01,
    answer_max_bytes=1024**2,
)
KEY = "stand-in-key-1234"
SOUND = random.Random(7).randbytes(2 * 32_000)  # noqa: S311  (two seconds of noise, the same in every run)
STEREO = random.Random(8).randbytes(4 * 32_000)  # noqa: S311
SILENCE = bytes(2 * 32_000)
TRANSCRIBES = {"assemblyai": "/v2/transcript"}
"""The path that starts the work where it is not the only one."""


def options_for(name: str, **given: object) -> EngineOptions:
    return replace(EngineOptions(HOSTED[name].DEFAULT_MODEL, "en"), **given)  # type: ignore[arg-type]


def errand_for(name: str, **given: object) -> Errand:
    return Errand(key=f"answer-of-{name}", patience=PATIENCE, **given)  # type: ignore[arg-type]


def fault(name: str, kind: str, **given: object) -> Fault:
    """A fault of the request that does the work."""
    return Fault(kind, path=TRANSCRIBES.get(name, ""), **given)  # type: ignore[arg-type]


def fetch(
    stand_in: StandIn,
    name: str,
    pcm: bytes = SOUND,
    *,
    options: EngineOptions | None = None,
    errand: Errand | None = None,
) -> bytes:
    engine = HOSTED[name]

    async def ask() -> bytes:
        async with open_client(engine, KEY, base_url=stand_in.base_url(name)) as client:
            return await engine.fetch(client, pcm, options or options_for(name), errand or errand_for(name))

    return asyncio.run(ask())


def erase(stand_in: StandIn, name: str, request_id: str) -> None:
    engine = HOSTED[name]

    async def ask() -> None:
        async with open_client(engine, KEY, base_url=stand_in.base_url(name)) as client:
            await engine.erase(client, request_id, errand_for(name))  # type: ignore[attr-defined]

    asyncio.run(ask())
