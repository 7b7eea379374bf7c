"""Being told to stop: nothing new is begun, what is under way may end within a time of grace."""

from __future__ import annotations

import asyncio
import signal
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import current_thread, main_thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Stop:
    """Whether this run was told to stop (SIGTERM), or its hours are over."""

    grace_s: float
    _asked: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def asked(self) -> bool:
        """Whether it was."""
        return self._asked.is_set()

    def ask_after(self, hours: float | None) -> None:
        """Give the order after so many hours, where a run may not last longer."""
        if hours is not None:
            asyncio.get_running_loop().call_later(hours * 3600, self._asked.set)

    async def over(self) -> None:
        """Return when it was, and the time of grace is over too."""
        await self._asked.wait()
        await asyncio.sleep(self.grace_s)

    async def wait(self, longest_s: float) -> None:
        """Return after so long, or when it was."""
        try:
            await asyncio.wait_for(self._asked.wait(), longest_s)
        except TimeoutError:
            return

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Take SIGTERM as the order to stop; a second one ends the process as before.

        Only the main thread is told of signals: a flow that runs in another one goes on to its end.
        """
        if current_thread() is not main_thread():
            yield
            return
        loop, before = asyncio.get_running_loop(), signal.getsignal(signal.SIGTERM)

        def told(*_: object) -> None:
            signal.signal(signal.SIGTERM, before)
            loop.call_soon_threadsafe(self._asked.set)

        signal.signal(signal.SIGTERM, told)
        try:
            yield
        finally:
            signal.signal(signal.SIGTERM, before)
