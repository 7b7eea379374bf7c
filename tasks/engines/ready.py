"""An engine ready to work: its client, options and limits, and whether it is out of order."""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, cast

from tasks.engines.errand import Errand, JobsInMemory, JobStore, Patience
from tasks.engines.failures import AnswerLost, EngineClosed, Overloaded
from tasks.engines.pace import Pace
from tasks.errors import EngineBusy, EngineError, EngineRefused

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    from tasks.engines.contract import Capabilities, Engine, EngineOptions, ErasingEngine

_REST_S: Final = 60.0
"""An engine that was out of reach for as long as anybody had patience is left alone for so long."""

_LOST_IN_A_ROW: Final = 4
"""After so many chunks whose answers got lost, which may all be billed, they are sent one at a time."""

log = logging.getLogger("callarchive")


@dataclass(slots=True)
class Condition:
    """How an engine is, as all who ask it in this run have found out."""

    closed: EngineRefused | None = None
    """Why nothing more is sent to it in this run: its key, plan or credit, or an outage without end."""
    rests_until: float = 0.0
    down_since: float | None = None
    """When it was first out of order, if no answer has come since; `time.monotonic()`."""
    lost: int = 0
    """Chunks whose answers got lost, if no answer has come since."""
    one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(slots=True)
class ReadyEngine:
    """One of a run's engines, shared by all its recordings."""

    engine: Engine
    client: Callable[[], Any]
    """Gives the engine's client, opened at the first call: a night without work loads no model."""
    options: EngineOptions
    slot: Callable[[], AbstractAsyncContextManager[Any]]
    """Entered for each request, so that no more than `at_once` are in flight."""
    at_once: int = 1
    jobs: JobStore = field(default_factory=JobsInMemory)
    """The vendor's ids of requests: a killed run resumes a job, and erasing finds it."""
    patience: Patience = field(default_factory=Patience)
    pace: Pace = field(default_factory=lambda: Pace(None))
    erases: bool = False
    """Whether the vendor is told to delete what it heard, once that has landed."""
    used: bool = False
    condition: Condition = field(default_factory=Condition)

    @property
    def capabilities(self) -> Capabilities:
        """Of the model that was chosen."""
        return self.engine.CAPABILITIES.of(self.options.model)

    @property
    def bills_once(self) -> bool:
        """Whether all channels in one request cost as much as one of them."""
        return self.capabilities.channels_per_request > 1 and not self.capabilities.bills_per_channel

    @property
    def closed(self) -> EngineRefused | None:
        """Why it is asked for nothing more in this run, if so."""
        return self.condition.closed

    @property
    def resting(self) -> bool:
        """Whether it was out of reach a moment ago."""
        return time.monotonic() < self.condition.rests_until

    def options_for(self, *, voices_apart: bool) -> EngineOptions:
        """Speakers are told apart only where one channel holds several."""
        return replace(self.options, diarization=self.options.diarization and not voices_apart)

    def errand(self, key: str, channels: int) -> Errand:
        """An errand with this engine's limits."""
        return Errand(key, channels, jobs=self.jobs, patience=self.patience, pace=self.pace)

    async def ask(self, pcm: bytes, options: EngineOptions, errand: Errand) -> bytes:
        """The engine's answer, untouched; raises EngineError, without a request where it is closed.

        One that is out of order is waited for as long as there is patience, and then closed.
        """
        async with self.condition.one_at_a_time if self._loses_answers else nullcontext():
            while True:
                try:
                    answer = await self._ask(pcm, options, errand)
                except Overloaded as error:
                    if not await self._wait(error):
                        raise
                    errand.begun_at = None  # a chunk's own deadline counts while the engine works
                except AnswerLost as error:
                    self.condition.lost += 1
                    if self._loses_answers:
                        await self._wait(error)
                    raise
                else:
                    self.condition.down_since, self.condition.lost = None, 0
                    return answer

    @property
    def _loses_answers(self) -> bool:
        return self.condition.lost >= _LOST_IN_A_ROW

    async def _ask(self, pcm: bytes, options: EngineOptions, errand: Errand) -> bytes:
        async with self.slot():
            if self.closed:
                raise self.closed
            self.used = True
            errand.left_s()  # the clock starts
            try:
                return await self.engine.fetch(self.client(), pcm, options, errand)
            except EngineRefused as error:
                if error.stops_engine:
                    self.condition.closed = error
                raise
            except EngineBusy:
                self.condition.rests_until = time.monotonic() + _REST_S
                raise

    async def _wait(self, error: EngineBusy) -> bool:
        """Let a while go by; False where nobody waits for this engine, or nobody does any longer."""
        longest_s, now = self.patience.outage_s, time.monotonic()
        if not longest_s:
            return False
        if self.condition.down_since is None:
            self.condition.down_since = now
            log.warning("%s; it is waited for, %d minutes at most", error, longest_s / 60)
        left_s = self.condition.down_since + longest_s - now
        if left_s <= 0:
            waited = f"{error}; it was waited for {longest_s / 60:.0f} minutes, the next run goes on"
            self.condition.closed = self.condition.closed or EngineClosed(waited)
            raise self.condition.closed
        await asyncio.sleep(min(self.patience.longest_pause_s, left_s))
        return True

    async def note_request(self, key: str, request_id: str | None, *, cache_hit: bool) -> None:
        """Keep the vendor's id of a request where the vendor is to delete it later."""
        if self.erases and request_id and not cache_hit:
            await asyncio.to_thread(self.jobs.put, key, request_id)

    async def erase_answered(self) -> int:
        """Have the vendor delete every request whose answer is kept; how many it has not deleted."""
        if not self.erases:
            return 0
        answered = await asyncio.to_thread(self.jobs.answered)
        ended = await asyncio.gather(*(self._erase(*one) for one in answered.items()))
        return ended.count(False)

    async def _erase(self, key: str, request_id: str) -> bool:
        erasing = cast("ErasingEngine", self.engine)
        try:
            async with self.slot():
                await erasing.erase(self.client(), request_id, self.errand("", 1))
        except EngineError:
            return False
        await asyncio.to_thread(self.jobs.forget, key)
        return True

    async def close(self) -> None:
        """Close the client's connections, if it has any."""
        client: Any = self.client() if self.used else None
        if hasattr(client, "aclose"):
            await client.aclose()
