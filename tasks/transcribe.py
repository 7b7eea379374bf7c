"""Step: bundles -> transcripts. The answer store is asked first; every answer is kept before it is parsed."""

from __future__ import annotations

import asyncio
import hashlib
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from tasks.answers import Receipt, answer_key, with_receipt, without_receipt
from tasks.engines.derived_times import align_times, derive_times
from tasks.engines.prices import billed_ms, price_of, usd_per_hour
from tasks.engines.wav import interleaved
from tasks.errors import EngineError
from tasks.schemas import Bundle, Heard, Usage
from tasks.spending import Budget

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, MutableMapping, Sequence

    from tasks.answers import AnswerStore
    from tasks.engines.contract import EngineOptions
    from tasks.engines.ready import ReadyEngine
    from tasks.schemas import Chunk, Transcript, Word

_SPEECH_MS = 1_500
"""An engine that hears no word in more sound than this, all of it near speech, is not believed."""


def _at_once(_: str) -> AbstractAsyncContextManager[None]:
    return nullcontext()


@dataclass(frozen=True, slots=True)
class Transcriber:
    """The engines of a run in order of preference, the store they share, and what may be spent.

    When one refuses, is out of reach, or hears nothing where there is speech, the next is asked.
    """

    engines: tuple[ReadyEngine, ...]
    store: AnswerStore
    budget: Budget = field(default_factory=Budget)
    clock: ReadyEngine | None = None
    """Hears a chunk once more where an engine gives no word times; without it they are spread by letters."""
    link_valid_s: int | None = None
    """How long a vendor may fetch a recording by its link; None where the sound is sent."""
    asked: MutableMapping[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)
    """Equal chunks of different recordings wait for one another instead of being sent twice."""
    turn: Callable[[str], AbstractAsyncContextManager[None]] = _at_once
    """Entered with an answer's key while a vendor is asked for it: other workers wait as well."""

    async def transcribe(
        self,
        bundles: Sequence[Bundle],
        usage: list[Usage],
        *,
        voices_apart: bool = True,
        sha256: str | None = None,
    ) -> list[Heard]:
        """What was heard, channel by channel, in the bundles' order. `usage` grows by every request.

        `voices_apart`: no channel holds several speakers, so nobody need tell them apart; `sha256`: the
        recording that they are of.

        Raises:
            EngineError: no engine has answered, or none in a way that can be read (it is kept all the same).
            OverBudget: asking would pass a ceiling; what is in the store needs no money.
        """
        return await _all_of(
            [self._heard(bundle, usage, sha256, voices_apart=voices_apart) for bundle in bundles]
        )

    def unanswered(self, bundles: Sequence[Bundle], *, voices_apart: bool = True) -> list[Bundle]:
        """The requests that the first engine would be sent, as far as the store has no answer."""
        ready = self.engines[0]
        asking = _Asking(self, ready, ready.options_for(voices_apart=voices_apart), [])
        requests = [request for bundle in bundles for request in asking.requests(bundle)]
        return [
            request
            for request in requests
            if not self.store.has(sound_and_key(request, ready, asking.options)[1])
        ]

    async def forget_at_vendors(self) -> int:
        """Have vendors delete what they heard, where that is wished and the answer is kept.

        How many requests could not be deleted; they are tried again the next time.
        """
        left = 0
        for ready in self.engines:
            left += await ready.erase_answered()
        return left

    async def close(self) -> None:
        """Close the engines' connections."""
        for ready in (*self.engines, *([self.clock] if self.clock else [])):
            await ready.close()

    async def _heard(
        self, bundle: Bundle, usage: list[Usage], sha256: str | None, *, voices_apart: bool
    ) -> list[Heard]:
        first_error: EngineError | None = None
        nothing: list[Heard] = []
        for ready in self._by_preference():
            asking = _Asking(self, ready, ready.options_for(voices_apart=voices_apart), usage, sha256)
            try:
                heard = await asking.about(bundle)
            except EngineError as error:
                first_error = first_error or error
                continue
            if any(one.transcript.words for one in heard) or bundle.duration_ms <= _SPEECH_MS:
                return heard
            nothing = nothing or heard
        if not nothing:
            raise first_error or EngineError("no engine is set")
        return nothing

    def _by_preference(self) -> list[ReadyEngine]:
        """The engines in their order; those that are closed, or were out of reach a moment ago, last."""
        return sorted(self.engines, key=lambda ready: ready.resting or ready.closed is not None)


@dataclass(frozen=True, slots=True)
class _Asking:
    """One engine, asked about one bundle."""

    transcriber: Transcriber
    ready: ReadyEngine
    options: EngineOptions
    usage: list[Usage]
    sha256: str | None = None
    """The recording that the bundle is of."""

    async def about(self, bundle: Bundle) -> list[Heard]:
        """What it hears."""
        return await _all_of([self._request(request) for request in self.requests(bundle)])

    def requests(self, bundle: Bundle) -> list[Bundle]:
        """The bundle as this engine takes it: channels together only where that costs as much as one."""
        if bundle.link and "hosted_url" in self.ready.capabilities.abilities:
            return [bundle]
        fits = len(bundle.parts) <= self.ready.capabilities.channels_per_request
        if len(bundle.parts) == 1 or (fits and self.ready.bills_once):
            return [bundle]
        return [Bundle((part,)) for part in bundle.parts]  # without the link: this engine cannot fetch

    async def _request(self, bundle: Bundle) -> list[Heard]:
        pcm, key = sound_and_key(bundle, self.ready, self.options)
        receipt, answer, cache_hit = await self._answer(key, pcm, bundle)
        spent = self._spent(bundle, receipt, receipt.answer_id(key), cache_hit=cache_hit)
        spent = replace(spent, answer_key=key)
        try:
            transcript = await asyncio.to_thread(self.ready.engine.parse, answer)
        except EngineError:
            self.usage.append(replace(spent, outcome="failed"))
            raise
        self.usage.append(_as_stated(spent, transcript, receipt))
        await self.ready.note_request(key, transcript.request_id, cache_hit=cache_hit)
        if transcript.times == "absent":
            transcript = await self._timed(transcript, bundle)
        return [
            Heard(part, _channel_of(transcript, number), self.ready.engine.NAME, self.options.model)
            for number, part in _numbered(bundle)
        ]

    async def _answer(self, key: str, pcm: bytes, bundle: Bundle) -> tuple[Receipt, bytes, bool]:
        """The answer under a key with its receipt, and whether it was there already."""
        turn = nullcontext() if self.ready.capabilities.runs_here else self.transcriber.turn(key)
        async with self.transcriber.asked.setdefault(key, asyncio.Lock()):
            if kept := await self._kept(key):
                return kept
            async with turn:
                return await self._kept(key) or await self._asked(key, pcm, bundle)

    async def _kept(self, key: str) -> tuple[Receipt, bytes, bool] | None:
        kept = await asyncio.to_thread(self.transcriber.store.get, key)
        return None if kept is None else (*without_receipt(kept), True)

    async def _asked(self, key: str, pcm: bytes, bundle: Bundle) -> tuple[Receipt, bytes, bool]:
        receipt, answer = await self._send(key, pcm, bundle)
        await asyncio.to_thread(self.transcriber.store.put, key, with_receipt(receipt, answer))
        return receipt, answer, False

    async def _send(self, key: str, pcm: bytes, bundle: Bundle) -> tuple[Receipt, bytes]:
        budget, errand = self.transcriber.budget, self.ready.errand(key, _channels(bundle))
        errand.url = bundle.link.url if bundle.link else None
        price, requested_at = self._usd_per_hour, datetime.now(UTC)
        usd = price_of(price, self._billed_ms(bundle))

        def receipt() -> Receipt:
            took = (errand.latency_ms, errand.attempts, price, errand.lost_answers)
            return Receipt(requested_at, *took, self.sha256, self.ready.engine.NAME)

        try:
            with budget.holding(usd):
                answer = await self.ready.ask(pcm, self.options, errand)
        except EngineError:
            failed = self._spent(bundle, receipt(), None, cache_hit=False)
            self.usage.append(replace(failed, outcome="failed", billed_ms=0, cost_usd=0.0))
            raise
        finally:
            budget.lost(errand.lost_answers * usd)
        return receipt(), answer

    async def _timed(self, transcript: Transcript, bundle: Bundle) -> Transcript:
        """Times for words that came without, from what the clock hears in the same sound."""
        clock = self.transcriber.clock
        if clock is not None and transcript.words:
            helper = _Asking(self.transcriber, clock, clock.options, self.usage, self.sha256)
            try:
                (heard,) = await helper.about(bundle)
                transcript = align_times(transcript, heard.transcript.words)
            except EngineError:
                pass  # the words count; their times are then spread
        return derive_times(transcript, bundle.duration_ms)

    @property
    def _usd_per_hour(self) -> float:
        return usd_per_hour(self.ready.engine.CAPABILITIES, self.options)

    def _billed_ms(self, bundle: Bundle) -> int:
        return billed_ms(self.ready.capabilities, bundle.duration_ms, _channels(bundle))

    def _spent(self, bundle: Bundle, receipt: Receipt, answer_id: str | None, *, cache_hit: bool) -> Usage:
        length_ms = self._billed_ms(bundle)
        return Usage(
            engine=self.ready.engine.NAME,
            model=self.options.model,
            channel=bundle.channel,
            chunk_index=bundle.index,
            requested_at=receipt.requested_at,
            audio_ms=bundle.duration_ms,
            billed_ms=length_ms,
            cost_usd=price_of(receipt.usd_per_hour, length_ms),
            latency_ms=receipt.latency_ms,
            attempts=receipt.attempts,
            cache_hit=cache_hit,
            uncertain_cost_usd=receipt.lost_answers * price_of(receipt.usd_per_hour, length_ms),
            answer_id=answer_id,
        )


def sound_and_key(bundle: Bundle, ready: ReadyEngine, options: EngineOptions) -> tuple[bytes, str]:
    """What a request carries, and the key under which its answer is kept."""
    pcm, channels = interleaved([part.pcm for part in bundle.parts]), _channels(bundle)
    shape = options.as_key() | ({"channels": channels} if channels > 1 else {})
    shape |= {"link": True} if bundle.link else {}
    return pcm, answer_key(pcm, ready.engine.NAME, options.model, shape)


def recipe_id(engine: str, options: EngineOptions, rules_hash: str, code_version: str) -> str:
    """What shaped a transcript and its redaction, as 16 hex digits: the same recipe, the same id."""
    shape = "\n".join(
        [engine, options.model, repr(sorted(options.as_key().items())), rules_hash, code_version]
    )
    return hashlib.sha256(shape.encode()).hexdigest()[:16]


def _as_stated(spent: Usage, transcript: Transcript, receipt: Receipt) -> Usage:
    """What the engine says it bills counts more than what its price list makes of the length."""
    used = replace(spent, outcome="used" if transcript.words else "nothing_heard")
    if transcript.billed_ms is None:
        return used
    stated_ms = transcript.billed_ms
    return replace(used, billed_ms=stated_ms, cost_usd=price_of(receipt.usd_per_hour, stated_ms))


async def _all_of(tries: Sequence[Awaitable[list[Heard]]]) -> list[Heard]:
    """What all of them give, once all have ended: what was paid for is kept, whatever fails beside it."""
    ended = await asyncio.gather(*tries, return_exceptions=True)
    heard: list[Heard] = []
    for one in ended:
        if isinstance(one, BaseException):
            raise one
        heard.extend(one)
    return heard


def _channels(bundle: Bundle) -> int:
    return bundle.link.channels if bundle.link else len(bundle.parts)


def _numbered(bundle: Bundle) -> Iterator[tuple[int, Chunk]]:
    """The parts, each with the number that its channel has in the request."""
    for place, part in enumerate(bundle.parts):
        yield (part.channel if bundle.link else place), part


def _channel_of(transcript: Transcript, place: int) -> Transcript:
    """The words of one of a request's channels."""
    words: tuple[Word, ...] = tuple(word for word in transcript.words if word.channel == place)
    return replace(transcript, words=words, segments=())
