"""Step: chunks -> transcripts. The answer store is asked first; every answer is kept before it is parsed."""

from __future__ import annotations

import asyncio
import hashlib
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tasks.answers import AnswerStore, answer_key
from tasks.engines.derived_times import derive_times
from tasks.engines.errand import Errand, JobsInMemory, JobStore, Patience
from tasks.engines.pace import Pace
from tasks.engines.prices import billed_ms, cost_usd
from tasks.schemas import SAMPLE_RATE_HZ, Usage

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tasks.engines.contract import Engine, EngineOptions
    from tasks.schemas import Chunk, Transcript


@dataclass(frozen=True, slots=True)
class Transcriber:
    """An engine ready to work: its client, its options, the store, and how much may be in flight."""

    engine: Engine
    client: Callable[[], Any]
    """Gives the engine's client, opened at the first call: a night without work loads no model."""
    options: EngineOptions
    store: AnswerStore
    in_flight: asyncio.Semaphore
    jobs: JobStore = field(default_factory=JobsInMemory)
    """The vendors' ids of requests: a killed run resumes a job, and erasing finds it."""
    patience: Patience = field(default_factory=Patience)
    pace: Pace = field(default_factory=lambda: Pace(None))
    asked: dict[str, asyncio.Lock] = field(default_factory=dict)
    """Equal chunks of different recordings wait for one another instead of being sent twice."""

    async def transcribe(self, chunks: Sequence[Chunk]) -> tuple[list[Transcript], list[Usage]]:
        """What was heard in each chunk, in their order, and what each request took.

        Raises:
            EngineError: the engine did not answer, or its answer cannot be read (it is kept all the same).
        """
        ended = await asyncio.gather(*(self._one(chunk) for chunk in chunks), return_exceptions=True)
        answers = []
        for one in ended:  # all of them have ended: what was paid for is kept, whatever failed beside it
            if isinstance(one, BaseException):
                raise one
            answers.append(one)
        return [transcript for transcript, _ in answers], [usage for _, usage in answers]

    async def close(self) -> None:
        """Close the client's connections, if it has any."""
        client: Any = self.client() if self.asked else None
        if hasattr(client, "aclose"):
            await client.aclose()

    async def _one(self, chunk: Chunk) -> tuple[Transcript, Usage]:
        key = answer_key(chunk.pcm, self.engine.NAME, self.options.model, self.options.as_key())
        errand = Errand(key, jobs=self.jobs, patience=self.patience, pace=self.pace)
        requested_at, started = datetime.now(UTC), time.monotonic()
        answer, cache_hit = await self._answer(errand, chunk.pcm)
        latency_ms = round((time.monotonic() - started) * 1000)
        heard = self.engine.parse(answer)
        if heard.times == "absent":
            heard = derive_times(heard, _duration_ms(chunk))
        billed = None if cache_hit else heard.billed_ms
        usage = self._usage(chunk, requested_at, latency_ms, cache_hit=cache_hit, billed=billed)
        return heard, replace(usage, attempts=0 if cache_hit else errand.attempts)

    async def _answer(self, errand: Errand, pcm: bytes) -> tuple[bytes, bool]:
        """The answer under a key, and whether it was there already."""
        async with self.asked.setdefault(errand.key, asyncio.Lock()):
            kept = await asyncio.to_thread(self.store.get, errand.key)
            if kept is not None:
                return kept, True
            async with self.in_flight:
                answer = await self.engine.fetch(self.client(), pcm, self.options, errand)
            await asyncio.to_thread(self.store.put, errand.key, answer)
            return answer, False

    def _usage(
        self, chunk: Chunk, requested_at: datetime, latency_ms: int, *, cache_hit: bool, billed: int | None
    ) -> Usage:
        audio_ms = _duration_ms(chunk)
        capabilities = self.engine.CAPABILITIES.of(self.options.model)
        stated_ms = billed_ms(capabilities, audio_ms) if billed is None else billed
        charged_ms = 0 if cache_hit else stated_ms
        return Usage(
            channel=chunk.channel,
            chunk_index=chunk.index,
            requested_at=requested_at,
            audio_ms=audio_ms,
            billed_ms=charged_ms,
            cost_usd=cost_usd(capabilities, self.options, charged_ms),
            latency_ms=latency_ms,
            attempts=0 if cache_hit else 1,
            cache_hit=cache_hit,
        )


def _duration_ms(chunk: Chunk) -> int:
    return len(chunk.pcm) // 2 * 1000 // SAMPLE_RATE_HZ


def recipe_id(engine: str, options: EngineOptions, rules_hash: str, code_version: str) -> str:
    """What shaped a transcript and its redaction, as 16 hex digits: the same recipe, the same id."""
    shape = "\n".join(
        [engine, options.model, repr(sorted(options.as_key().items())), rules_hash, code_version]
    )
    return hashlib.sha256(shape.encode()).hexdigest()[:16]
