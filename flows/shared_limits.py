"""An engine's limits: kept in this process, and by Prefect's server where several processes share them."""

from __future__ import annotations

import asyncio
import time
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from tasks.engines.pace import Pace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable

    from tasks.engines.ready import ReadyEngine


_AWAY_S: Final = 120.0
"""How long nobody asks a server that did not answer, which Prefect's client says after a minute of tries."""
_KEPT_S: Final = 60.0
"""For so long a killed process keeps its slots, and the others may wait for them: Prefect allows no less."""


@dataclass(slots=True)
class Server:
    """Prefect's server, as far as limits need it. While it is away, each process keeps to its own limits."""

    _away_until: float = 0.0

    async def grants(self, ask: Callable[[], Awaitable[object]]) -> bool:
        """Whether it has; nothing fails because it does not answer."""
        now = time.monotonic()
        if now < self._away_until:
            return False
        if self._away_until:
            self._away_until = now + _AWAY_S  # one asks whether it is back, and the others go on meanwhile
        try:
            await ask()
        except Exception:  # noqa: BLE001  (refused, unreachable or in trouble: it makes no difference)
            self._away_until = time.monotonic() + _AWAY_S
            return False
        self._away_until = 0.0
        return True


_SERVER: Final = Server()


def server_there() -> bool:
    """Whether a Prefect server outside of this process is named: only then can anything be shared."""
    from prefect.settings import get_current_settings  # noqa: PLC0415  (seconds of CPU that others do not pay)

    return get_current_settings().api.url is not None


def slots(engine: str, at_once: int, *, shared: bool) -> Callable[[], AbstractAsyncContextManager[Any]]:
    """A slot for each request in flight."""
    room = asyncio.Semaphore(at_once)
    if not shared:
        return lambda: room

    @asynccontextmanager
    async def slot() -> AsyncIterator[None]:
        from prefect.concurrency.asyncio import concurrency  # noqa: PLC0415

        async with room:
            theirs = concurrency(_slots_name(engine), lease_duration=_KEPT_S)
            held = await _SERVER.grants(theirs.__aenter__)
            try:
                yield
            finally:
                if held:
                    with suppress(Exception):  # the answer is here, and the server frees the slot by itself
                        await theirs.__aexit__(None, None, None)

    return slot


def pace(engine: str, per_minute: float | None, *, shared: bool) -> Pace:
    """How often a request may go."""
    return _SharedPace(engine, per_minute) if shared and per_minute else Pace(per_minute)


async def share_limits(engines: Iterable[ReadyEngine]) -> None:
    """Make the limits on the server that are not there yet; those that an operator changed stay as they are.

    They are Prefect's global concurrency limits `callarchive-NAME` and `callarchive-NAME-turns`.
    """
    from prefect.client.orchestration import get_client  # noqa: PLC0415
    from prefect.client.schemas.actions import GlobalConcurrencyLimitCreate  # noqa: PLC0415
    from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound  # noqa: PLC0415

    async with get_client() as client:
        for limit in [limit for ready in engines for limit in _limits(ready)]:
            try:
                await client.read_global_concurrency_limit_by_name(limit["name"])
            except ObjectNotFound:
                try:
                    await client.create_global_concurrency_limit(GlobalConcurrencyLimitCreate(**limit))
                except ObjectAlreadyExists:
                    continue  # another worker was faster


class _SharedPace(Pace):
    """Evenly spread inside this process, and together with the others no more than the limit."""

    def __init__(self, engine: str, per_minute: float) -> None:
        super().__init__(per_minute)
        self._name = _turns_name(engine)

    async def turn(self) -> None:
        from prefect.concurrency.asyncio import rate_limit  # noqa: PLC0415

        await super().turn()
        await _SERVER.grants(partial(rate_limit, self._name))


def _limits(ready: ReadyEngine) -> list[dict[str, Any]]:
    name, per_minute = ready.engine.NAME, ready.capabilities.requests_per_minute
    if ready.capabilities.runs_here:
        return []
    limits: list[dict[str, Any]] = [{"name": _slots_name(name), "limit": ready.at_once}]
    if per_minute:
        a_second = per_minute / 60
        limits.append(
            {"name": _turns_name(name), "limit": max(1, round(a_second)), "slot_decay_per_second": a_second}
        )
    return limits


def _slots_name(engine: str) -> str:
    return f"callarchive-{engine}"


def _turns_name(engine: str) -> str:
    return f"callarchive-{engine}-turns"
