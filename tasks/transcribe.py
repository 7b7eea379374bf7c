"""Step: chunks -> transcripts. The answer store is asked first; every answer is kept before it is parsed."""

from __future__ import annotations

import asyncio
import hashlib
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tasks.answers import AnswerStore, answer_key
from tasks.engines.errand import Errand
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
    asked: dict[str, asyncio.Lock] = field(default_factory=dict)
    """Equal chunks of different recordings wait for one another instead of being sent twice."""

    async def transcribe(self, chunks: Sequence[Chunk]) -> tuple[list[Transcript], list[Usage]]:
        """What was heard in each chunk, in their order, and what each request took.

        Raises:
            EngineError: the engine did not answer, or its answer cannot be read (it is kept all the same).
        """
        try:
            async with asyncio.TaskGroup() as group:
                requests = [group.create_task(self._one(chunk)) for chunk in chunks]
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from None
        answers = [request.result() for request in requests]
        return [transcript for transcript, _ in answers], [usage for _, usage in answers]

    async def _one(self, chunk: Chunk) -> tuple[Transcript, Usage]:
        key = answer_key(chunk.pcm, self.engine.NAME, self.options.model, self.options.as_key())
        requested_at, started = datetime.now(UTC), time.monotonic()
        answer, cache_hit = await self._answer(key, chunk.pcm)
        latency_ms = round((time.monotonic() - started) * 1000)
        return self.engine.parse(answer), self._usage(chunk, requested_at, latency_ms, cache_hit=cache_hit)

    async def _answer(self, key: str, pcm: bytes) -> tuple[bytes, bool]:
        """The answer under a key, and whether it was there already."""
        async with self.asked.setdefault(key, asyncio.Lock()):
            kept = await asyncio.to_thread(self.store.get, key)
            if kept is not None:
                return kept, True
            async with self.in_flight:
                answer = await self.engine.fetch(self.client(), pcm, self.options, Errand(key=key))
            await asyncio.to_thread(self.store.put, key, answer)
            return answer, False

    def _usage(self, chunk: Chunk, requested_at: datetime, latency_ms: int, *, cache_hit: bool) -> Usage:
        audio_ms = len(chunk.pcm) // 2 * 1000 // SAMPLE_RATE_HZ
        billed_ms = 0 if cache_hit else audio_ms
        return Usage(
            channel=chunk.channel,
            chunk_index=chunk.index,
            requested_at=requested_at,
            audio_ms=audio_ms,
            billed_ms=billed_ms,
            cost_usd=billed_ms / 3_600_000 * self.engine.CAPABILITIES.usd_per_audio_hour,
            latency_ms=latency_ms,
            attempts=0 if cache_hit else 1,
            cache_hit=cache_hit,
        )


def recipe_id(engine: str, options: EngineOptions, rules_hash: str, code_version: str) -> str:
    """What shaped a transcript and its redaction, as 16 hex digits: the same recipe, the same id."""
    shape = "\n".join(
        [engine, options.model, repr(sorted(options.as_key().items())), rules_hash, code_version]
    )
    return hashlib.sha256(shape.encode()).hexdigest()[:16]
