"""What a night will cost: sound that would be sent, after silence, dead legs, twins and stored answers."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flows.hear import ONE_VOICE_A_CHANNEL, cut, prepare
from flows.progress import watcher
from tasks.engines.prices import billed_ms, price_of, usd_per_hour
from tasks.errors import Quarantined

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from tasks.audio.limits import AudioLimits
    from tasks.schemas import Bundle, Recording
    from tasks.sources.archive import Archive
    from tasks.transcribe import Transcriber


@dataclass(frozen=True, slots=True)
class Quote:
    """A price before anything is sent, for the first engine. List prices, not the vendor's invoice."""

    engine: str
    model: str
    recordings: int
    requests: int
    minutes_in_archive: float
    minutes_to_send: float
    minutes_to_bill: float
    """What is sent, with every channel counted where the vendor bills channels, rounded as it rounds."""
    usd: float
    usd_per_hour: float
    price_source: str
    price_date: date

    def as_dict(self) -> dict[str, Any]:
        """For machines."""
        return {name: getattr(self, name) for name in self.__slots__} | {
            "price_date": self.price_date.isoformat()
        }

    def sentence(self) -> str:
        """For people."""
        usd = f"{self.usd:.2f}" if self.usd >= 1 else f"{self.usd:.4f}"
        return (
            f"{usd} USD for {self.minutes_to_send:.1f} minutes of sound in {self.requests} requests, out of "
            f"{self.minutes_in_archive:.1f} minutes of calls; {self.engine} ({self.model}), "
            f"{self.usd_per_hour:.3f} USD an hour ({self.price_source}, {self.price_date})"
        )


async def quote(
    recordings: Sequence[Recording],
    archive: Archive,
    limits: AudioLimits,
    transcriber: Transcriber,
    at_once: int,
) -> Quote:
    """Decodes everything and sends nothing. Recordings that will be quarantined cost nothing."""
    room = asyncio.Semaphore(at_once)

    async def one(recording: Recording) -> tuple[int, list[tuple[int, int]]]:
        async with room:
            sizes = await asyncio.to_thread(_requests, recording, archive, limits, transcriber)
        watcher().quoted()
        return sizes

    watcher().quoting(len(recordings))
    found = await asyncio.gather(*(one(recording) for recording in recordings))
    ready = transcriber.engines[0]
    requests = [request for _, sizes in found for request in sizes]
    bills = sum(billed_ms(ready.capabilities, length_ms, channels) for length_ms, channels in requests)
    price = usd_per_hour(ready.engine.CAPABILITIES, ready.options)
    return Quote(
        engine=ready.engine.NAME,
        model=ready.options.model,
        recordings=len(recordings),
        requests=len(requests),
        minutes_in_archive=round(sum(duration_ms for duration_ms, _ in found) / 60_000, 2),
        minutes_to_send=round(sum(length_ms for length_ms, _ in requests) / 60_000, 2),
        minutes_to_bill=round(bills / 60_000, 2),
        usd=round(price_of(price, bills), 4),
        usd_per_hour=price,
        price_source=ready.capabilities.price_source,
        price_date=ready.capabilities.price_date,
    )


def _requests(
    recording: Recording, archive: Archive, limits: AudioLimits, transcriber: Transcriber
) -> tuple[int, list[tuple[int, int]]]:
    """A recording's length, and length in ms and channels of each request that it needs."""
    try:
        audio = prepare(recording, archive, limits)
    except Quarantined:
        return 0, []
    bundles: list[Bundle] = cut(audio, transcriber.engines[0])
    apart = audio.verdict in ONE_VOICE_A_CHANNEL
    missing = transcriber.unanswered(bundles, voices_apart=apart)
    return audio.duration_ms, [(bundle.duration_ms, len(bundle.parts)) for bundle in missing]
