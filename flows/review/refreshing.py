"""The desk held against the lake while the app runs, so that what has landed since asks for a person, too."""

from __future__ import annotations

import asyncio
import logging
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Final

from starlette.concurrency import run_in_threadpool

from flows.review.safety import where
from tasks.desk.refresh import refresh, sampling_of
from tasks.lake.standing_reader import version_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from flows.review.setup import Setup

log = logging.getLogger("callarchive.review")

_EVERY_S: Final = 600.0


@asynccontextmanager
async def refreshing(setup: Setup) -> AsyncIterator[None]:
    """While inside, the desk follows the lake: at once, and whenever that has changed ten minutes later."""
    task = asyncio.create_task(_for_ever(setup))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _for_ever(setup: Setup) -> None:
    seen: int | None = None
    while True:
        try:
            seen = await run_in_threadpool(_refreshed, setup, seen)
        except Exception as error:  # noqa: BLE001  (its message may quote a customer; the next try may succeed)
            log.error("%s", where(error))  # noqa: TRY400
        await asyncio.sleep(_EVERY_S)


def _refreshed(setup: Setup, seen: int | None) -> int:
    """The version of the lake that the desk knows now."""
    with setup.reader.version(wide=True) as lake:
        version = version_of(lake)
        if version != seen:
            done = refresh(setup.desk, lake, sampling_of(setup.settings))
            log.info("items: %d came, %d are gone, %d wait", done.added, done.gone, done.open)
        return version
