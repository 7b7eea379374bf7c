"""Pace: no more requests a minute to an engine than its plan allows, evenly spread."""

from __future__ import annotations

import asyncio
import time

_MINUTE_S = 60.0


class Pace:
    """One for each engine and process; None for an engine that states no limit."""

    def __init__(self, per_minute: float | None) -> None:
        """Allow so many requests a minute."""
        self._interval_s = _MINUTE_S / per_minute if per_minute else 0.0
        self._next_at = 0.0

    async def turn(self) -> None:
        """Return when the next request may go; who asks first goes first."""
        now = time.monotonic()
        at = max(now, self._next_at)
        self._next_at = at + self._interval_s
        if at > now:
            await asyncio.sleep(at - now)
