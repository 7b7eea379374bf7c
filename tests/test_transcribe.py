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

from tasks.answers import AnswerStore, answer_key, without_receipt
from tasks.engines import local
from tasks.engines.contract import EngineOptions
from tasks.engines.ready import ReadyEngine
from tasks.errors import EngineBusy, KeyMissing, UnexpectedAnswer
from tasks.keys import Keyring
from tasks.schemas import Bundle, Chunk, Piece, Transcript, Usage
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


def _transcriber(heard: Heard, store: AnswerStore, workers: int = 2) -> Transcriber:
    priced = replace(local.CAPABILITIES, usd_per_audio_hour=0.36)
    engine = SimpleNamespace(NAME="local", CAPABILITIES=priced, fetch=heard.fetch, parse=local.parse)
    room = asyncio.Semaphore(workers)
    ready = ReadyEngine(engine, lambda: None, OPTIONS, lambda: room)  # type: ignore[arg-type]  # as much of an engine as is used
    return Transcriber((ready,), store)


def _run(transcriber: Transcriber, chunks: list[Chunk]) -> tuple[list[Transcript], list[Usage]]:
    usage: list[Usage] = []
    heard = asyncio.run(transcriber.transcribe([Bundle((chunk,)) for chunk in chunks], usage))
    return [one.transcript for one in heard], sorted(usage, key=lambda one: one.chunk_index)


def _kept(store: AnswerStore, key: str) -> bytes | None:
    kept = store.get(key)
    return None if kept is None else without_receipt(kept)[1]


def _chunk(sound: bytes, index: int = 0, channel: int = 0) -> Chunk:
    pcm = sound * SECOND
    return Chunk(channel, index, (Piece(0, len(pcm) // 2),), pcm)


def test_answers_come_in_the_order_of_the_chunks(store: AnswerStore) -> None:
    chunks = [_chunk(bytes([number]), number) for number in range(6)]
    transcripts, usage = _run(_transcriber(Heard(), store), chunks)
    assert transcripts == [local.parse(canned_answer(chunk.pcm)) for chunk in chunks]
    assert [one.chunk_index for one in usage] == list(range(6))


def test_the_store_is_asked_first(store: AnswerStore) -> None:
    chunk = _chunk(b"a")
    _run(_transcriber(Heard(), store), [chunk])
    again = Heard()
    (transcript,), (usage,) = _run(_transcriber(again, store), [chunk])
    assert again.sent == []
    assert transcript == local.parse(canned_answer(chunk.pcm))
    assert (usage.cache_hit, usage.audio_ms) == (True, 1_000)


def test_an_answer_from_the_store_knows_what_was_paid_for_it(store: AnswerStore) -> None:
    _, (paid,) = _run(_transcriber(Heard(), store), [_chunk(b"a")])
    _, (found,) = _run(_transcriber(Heard(), store), [_chunk(b"a", 4)])
    assert found == replace(paid, cache_hit=True, chunk_index=4)
    assert paid.answer_id


def test_a_request_is_billed_by_its_length(store: AnswerStore) -> None:
    _, (usage,) = _run(_transcriber(Heard(pause_s=0.05), store), [_chunk(b"ab", 3, 1)])
    assert (usage.channel, usage.chunk_index, usage.cache_hit, usage.attempts) == (1, 3, False, 1)
    assert (usage.audio_ms, usage.billed_ms) == (2_000, 2_000)
    assert usage.cost_usd == pytest.approx(0.36 * 2 / 3600)
    assert usage.latency_ms >= 50
    assert usage.requested_at.tzinfo is not None


def test_equal_chunks_asked_for_at_once_are_sent_once(store: AnswerStore) -> None:
    heard = Heard(pause_s=0.05)

    async def two_recordings() -> list[Any]:
        transcriber = _transcriber(heard, store, workers=8)
        chunks = [_chunk(b"a"), _chunk(b"a", 1), _chunk(b"b", 2)]
        bundles = [Bundle((chunk,)) for chunk in chunks]
        usage: list[Usage] = []
        await asyncio.gather(*(transcriber.transcribe(bundles, usage) for _ in range(3)))
        return usage

    usages = asyncio.run(two_recordings())
    assert len(heard.sent) == 2
    assert sum(not usage.cache_hit for usage in usages) == 2


def test_no_more_is_in_flight_than_agreed(store: AnswerStore) -> None:
    heard = Heard(pause_s=0.02)
    _run(_transcriber(heard, store, workers=3), [_chunk(bytes([n]), n) for n in range(9)])
    assert heard.most_at_once == 3


def test_an_answer_that_cannot_be_read_is_kept_all_the_same(store: AnswerStore) -> None:
    chunk = _chunk(b"a")
    with pytest.raises(UnexpectedAnswer):
        _run(_transcriber(Heard(lambda _: b"{}"), store), [chunk])
    assert _kept(store, answer_key(chunk.pcm, "local", "tiny.en", OPTIONS.as_key())) == b"{}"
    again = Heard()
    with pytest.raises(UnexpectedAnswer):
        _run(_transcriber(again, store), [chunk])
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
    transcriber.engines[0].engine.fetch = fetch  # type: ignore[method-assign]  # a stand-in
    good = _chunk(b"good", 1)
    with pytest.raises(UnexpectedAnswer):
        _run(transcriber, [_chunk(b"bad"), good])
    assert _kept(store, answer_key(good.pcm, "local", "tiny.en", OPTIONS.as_key())) == canned_answer(good.pcm)


def test_an_engine_that_fails_leaves_nothing_in_the_store(store: AnswerStore) -> None:
    def fail(_: bytes) -> bytes:
        raise EngineBusy("try later")

    chunk = _chunk(b"a")
    with pytest.raises(EngineBusy, match="try later"):
        _run(_transcriber(Heard(fail), store), [chunk, _chunk(b"b", 1)])
    assert _kept(store, answer_key(chunk.pcm, "local", "tiny.en", OPTIONS.as_key())) is None


def test_an_answer_under_a_lost_key_is_not_asked_for_again(store: AnswerStore) -> None:
    chunk = _chunk(b"a")
    _run(_transcriber(Heard(), store), [chunk])
    heard = Heard()
    other = AnswerStore(store.files, Keyring("99999999", {"99999999": bytes(32)}))
    with pytest.raises(KeyMissing):
        _run(_transcriber(heard, other), [chunk])
    assert heard.sent == []


def test_a_recording_without_speech_asks_for_nothing(store: AnswerStore) -> None:
    assert _run(_transcriber(Heard(), store), []) == ([], [])


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
