from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

sys.path.insert(0, str(Path(__file__).parent / "flows"))

from canned_engine import canned_answer

from tasks.answers import AnswerStore, answer_key
from tasks.engines import local
from tasks.engines.contract import EngineOptions
from tasks.errors import EngineBusy, KeyMissing, UnexpectedAnswer
from tasks.keys import Keyring
from tasks.schemas import Chunk, Piece
from tasks.transcribe import Transcriber, recipe_id

if TYPE_CHECKING:
    from collections.abc import Callable

OPTIONS = EngineOptions("tiny.en", "en")
SECOND = 32_000


@dataclass
class Heard:
    """An engine that notes what it is sent."""

    answer: Callable[[bytes], bytes] = canned_answer
    pause_s: float = 0.0
    sent: list[bytes] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0

    async def fetch(self, _: object, pcm: bytes, *__: object) -> bytes:
        self.sent.append(pcm)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(self.pause_s)
        self.at_once -= 1
        return self.answer(pcm)


@pytest.fixture
def store(tmp_path: Path, keyring: Keyring) -> AnswerStore:
    return AnswerStore(str(tmp_path / "answers"), keyring)


def _transcriber(heard: Heard, store: AnswerStore, workers: int = 2) -> Transcriber:
    priced = replace(local.CAPABILITIES, usd_per_audio_hour=0.36)
    engine = SimpleNamespace(NAME="local", CAPABILITIES=priced, fetch=heard.fetch, parse=local.parse)
    return Transcriber(engine, lambda: None, OPTIONS, store, asyncio.Semaphore(workers))  # type: ignore[arg-type]  # as much of an engine as is used


def _chunk(sound: bytes, index: int = 0, channel: int = 0) -> Chunk:
    pcm = sound * SECOND
    return Chunk(channel, index, (Piece(0, len(pcm) // 2),), pcm)


def test_answers_come_in_the_order_of_the_chunks(store: AnswerStore) -> None:
    chunks = [_chunk(bytes([number]), number) for number in range(6)]
    transcripts, usage = asyncio.run(_transcriber(Heard(), store).transcribe(chunks))
    assert transcripts == [local.parse(canned_answer(chunk.pcm)) for chunk in chunks]
    assert [one.chunk_index for one in usage] == list(range(6))


def test_the_store_is_asked_first(store: AnswerStore) -> None:
    chunk = _chunk(b"a")
    asyncio.run(_transcriber(Heard(), store).transcribe([chunk]))
    again = Heard()
    (transcript,), (usage,) = asyncio.run(_transcriber(again, store).transcribe([chunk]))
    assert again.sent == []
    assert transcript == local.parse(canned_answer(chunk.pcm))
    assert (usage.cache_hit, usage.billed_ms, usage.cost_usd, usage.attempts) == (True, 0, 0.0, 0)
    assert usage.audio_ms == 1_000


def test_a_request_is_billed_by_its_length(store: AnswerStore) -> None:
    _, (usage,) = asyncio.run(_transcriber(Heard(pause_s=0.05), store).transcribe([_chunk(b"ab", 3, 1)]))
    assert (usage.channel, usage.chunk_index, usage.cache_hit, usage.attempts) == (1, 3, False, 1)
    assert (usage.audio_ms, usage.billed_ms) == (2_000, 2_000)
    assert usage.cost_usd == pytest.approx(0.36 * 2 / 3600)
    assert usage.latency_ms >= 50
    assert usage.requested_at.tzinfo is not None


def test_equal_chunks_asked_for_at_once_are_sent_once(store: AnswerStore) -> None:
    heard = Heard(pause_s=0.05)

    async def two_recordings() -> list[Any]:
        transcriber = _transcriber(heard, store, workers=8)
        return await asyncio.gather(
            *(transcriber.transcribe([_chunk(b"a"), _chunk(b"a", 1), _chunk(b"b", 2)]) for _ in range(3))
        )

    usages = [usage for _, each in asyncio.run(two_recordings()) for usage in each]
    assert len(heard.sent) == 2
    assert sum(not usage.cache_hit for usage in usages) == 2


def test_no_more_is_in_flight_than_agreed(store: AnswerStore) -> None:
    heard = Heard(pause_s=0.02)
    asyncio.run(_transcriber(heard, store, workers=3).transcribe([_chunk(bytes([n]), n) for n in range(9)]))
    assert heard.most_at_once == 3


def test_an_answer_that_cannot_be_read_is_kept_all_the_same(store: AnswerStore) -> None:
    chunk = _chunk(b"a")
    with pytest.raises(UnexpectedAnswer):
        asyncio.run(_transcriber(Heard(lambda _: b"{}"), store).transcribe([chunk]))
    assert store.get(answer_key(chunk.pcm, "local", "tiny.en", OPTIONS.as_key())) == b"{}"
    again = Heard()
    with pytest.raises(UnexpectedAnswer):
        asyncio.run(_transcriber(again, store).transcribe([chunk]))
    assert again.sent == []


def test_what_is_in_flight_when_another_chunk_fails_is_kept(store: AnswerStore) -> None:
    def answer(pcm: bytes) -> bytes:
        return b"{}" if pcm.startswith(b"bad") else canned_answer(pcm)

    heard = Heard(answer, pause_s=0.1)

    async def fetch(client: object, pcm: bytes, *rest: object) -> bytes:
        if not pcm.startswith(b"bad"):
            await asyncio.sleep(0.2)
        return await Heard.fetch(heard, client, pcm, *rest)

    transcriber = _transcriber(heard, store)
    transcriber.engine.fetch = fetch  # type: ignore[method-assign]  # a stand-in
    good = _chunk(b"good", 1)
    with pytest.raises(UnexpectedAnswer):
        asyncio.run(transcriber.transcribe([_chunk(b"bad"), good]))
    assert store.get(answer_key(good.pcm, "local", "tiny.en", OPTIONS.as_key())) == canned_answer(good.pcm)


def test_an_engine_that_fails_leaves_nothing_in_the_store(store: AnswerStore) -> None:
    def fail(_: bytes) -> bytes:
        raise EngineBusy("try later")

    chunk = _chunk(b"a")
    with pytest.raises(EngineBusy, match="try later"):
        asyncio.run(_transcriber(Heard(fail), store).transcribe([chunk, _chunk(b"b", 1)]))
    assert store.get(answer_key(chunk.pcm, "local", "tiny.en", OPTIONS.as_key())) is None


def test_an_answer_under_a_lost_key_is_not_asked_for_again(store: AnswerStore) -> None:
    chunk = _chunk(b"a")
    asyncio.run(_transcriber(Heard(), store).transcribe([chunk]))
    heard = Heard()
    other = AnswerStore(store.root, Keyring("99999999", {"99999999": bytes(32)}))
    with pytest.raises(KeyMissing):
        asyncio.run(_transcriber(heard, other).transcribe([chunk]))
    assert heard.sent == []


def test_a_recording_without_speech_asks_for_nothing(store: AnswerStore) -> None:
    assert asyncio.run(_transcriber(Heard(), store).transcribe([])) == ([], [])


def test_a_recipe_is_named_by_all_that_shapes_it() -> None:
    plain = recipe_id("local", OPTIONS, "rules", "0.1.0")
    others = {
        recipe_id("other", OPTIONS, "rules", "0.1.0"),
        recipe_id("local", EngineOptions("base.en", "en"), "rules", "0.1.0"),
        recipe_id("local", EngineOptions("tiny.en", "de"), "rules", "0.1.0"),
        recipe_id("local", OPTIONS, "other rules", "0.1.0"),
        recipe_id("local", OPTIONS, "rules", "0.2.0"),
    }
    assert plain == recipe_id("local", EngineOptions("tiny.en", "en"), "rules", "0.1.0")
    assert len(plain) == 16
    assert plain not in others
    assert len(others) == 5


def test_the_canned_answer_is_one_that_local_reads() -> None:
    assert json.loads(canned_answer(b"\0" * SECOND))["segments"]
    assert len(local.parse(canned_answer(b"\0" * SECOND)).words) == 3
