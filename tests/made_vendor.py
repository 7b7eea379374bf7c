"""An engine that says what it is told to, and the chunks it is sent."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from tasks.engines.contract import Capabilities, EngineOptions
from tasks.engines.local import CAPABILITIES
from tasks.engines.ready import ReadyEngine
from tasks.errors import EngineError, UnexpectedAnswer
from tasks.schemas import Bundle, Chunk, Heard, Piece, Transcript, Usage, Word

if TYPE_CHECKING:
    from tasks.engines.errand import Errand
    from tasks.transcribe import Transcriber

SECONDS = 16_000 * 2
PRICED = replace(CAPABILITIES, usd_per_audio_hour=3.6, runs_here=False)  # 0.001 USD a second


@dataclass
class Vendor:
    """An engine that says what it is told to, and notes what it is sent."""

    name: str
    says: str = "hello there"
    error: EngineError | None = None
    capabilities: Capabilities = PRICED
    lost: int = 0
    takes_s: float = 0.0
    sent: list[tuple[int, int]] = field(default_factory=list)
    erased: list[str] = field(default_factory=list)

    async def fetch(self, _: object, pcm: bytes, options: EngineOptions, errand: Errand) -> bytes:
        self.sent.append((len(pcm), errand.channels))
        errand.lost_answers += self.lost
        await asyncio.sleep(self.takes_s)
        if self.error:
            raise self.error
        return f"{errand.channels} {self.says}".encode()

    def parse(self, answer: bytes) -> Transcript:
        channels, *words = answer.decode().split()
        if "unreadable" in words:
            raise UnexpectedAnswer("no")
        timed = self.capabilities.word_times
        spoken = tuple(
            Word(word, place * 100 if timed else None, place * 100 + 80 if timed else None, channel=channel)
            for channel in range(int(channels))
            for place, word in enumerate(words)
        )
        return Transcript(spoken, times="stated" if timed else "absent", request_id=f"id-{self.name}")

    async def erase(self, _: object, request_id: str, __: object) -> None:
        self.erased.append(request_id)

    def ready(self, **more: Any) -> ReadyEngine:
        engine: Any = SimpleNamespace(
            NAME=self.name,
            CAPABILITIES=self.capabilities,
            fetch=self.fetch,
            parse=self.parse,
            erase=self.erase,
        )
        room = asyncio.Semaphore(4)
        return ReadyEngine(engine, lambda: None, EngineOptions("m", "en"), lambda: room, **more)


def chunk(seconds: float = 4, index: int = 0, channel: int = 0) -> Chunk:
    pcm = bytes([index + 1, channel]) * int(seconds * SECONDS / 2)
    return Chunk(channel, index, (Piece(0, len(pcm) // 2),), pcm)


def run(transcriber: Transcriber, *bundles: Bundle) -> tuple[list[Heard], list[Usage]]:
    usage: list[Usage] = []
    return asyncio.run(transcriber.transcribe(bundles, usage)), usage


def text_of(heard: Heard) -> str:
    return " ".join(word.text for word in heard.transcript.words)
