"""Several engines in order of preference, channels in one request, ceilings, times from another engine."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from tasks.answers import AnswerStore, KeptJobs
from tasks.engines import ready
from tasks.engines.contract import Capabilities, EngineOptions
from tasks.engines.errand import Patience
from tasks.engines.failures import AnswerLost, EngineClosed, Overloaded
from tasks.engines.local import CAPABILITIES
from tasks.engines.ready import ReadyEngine
from tasks.errors import EngineError, OverBudget, UnexpectedAnswer
from tasks.files.local import LocalFiles
from tasks.lake import leases
from tasks.lake.catalog import Lake
from tasks.lake.leases import answer_lease, leases_of
from tasks.schemas import Bundle, Chunk, Heard, Piece, Transcript, Usage, Word
from tasks.spending import Budget
from tasks.transcribe import Transcriber

if TYPE_CHECKING:
    from pathlib import Path

    from tasks.engines.errand import Errand
    from tasks.keys import Keyring

SECONDS = 16_000 * 2
PRICED = replace(CAPABILITIES, usd_per_audio_hour=3.6, runs_here=False)  # 0.001 USD a second
STEREO_ONCE = replace(PRICED, channels_per_request=2, bills_per_channel=False)
STEREO_EACH = replace(PRICED, channels_per_request=2, bills_per_channel=True)


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


@pytest.fixture
def store(tmp_path: Path, keyring: Keyring) -> AnswerStore:
    return AnswerStore(LocalFiles(tmp_path / "answers"), keyring)


def _chunk(seconds: float = 4, index: int = 0, channel: int = 0) -> Chunk:
    pcm = bytes([index + 1, channel]) * int(seconds * SECONDS / 2)
    return Chunk(channel, index, (Piece(0, len(pcm) // 2),), pcm)


def _run(transcriber: Transcriber, *bundles: Bundle) -> tuple[list[Heard], list[Usage]]:
    usage: list[Usage] = []
    return asyncio.run(transcriber.transcribe(bundles, usage)), usage


def _text(heard: Heard) -> str:
    return " ".join(word.text for word in heard.transcript.words)


@pytest.mark.parametrize("error", [EngineClosed("key"), Overloaded("busy"), AnswerLost("gone")])
def test_when_one_engine_fails_the_next_one_speaks(store: AnswerStore, error: EngineError) -> None:
    first, second = Vendor("first", error=error), Vendor("second")
    (heard,), usage = _run(Transcriber((first.ready(), second.ready()), store), Bundle((_chunk(),)))
    assert (heard.engine, _text(heard)) == ("second", "hello there")
    assert [(one.engine, one.outcome, one.cost_usd > 0) for one in usage] == [
        ("first", "failed", False),
        ("second", "used", True),
    ]


def test_an_engine_that_hears_nothing_in_speech_is_not_believed(store: AnswerStore) -> None:
    first, second = Vendor("first", says=""), Vendor("second")
    (heard,), usage = _run(Transcriber((first.ready(), second.ready()), store), Bundle((_chunk(),)))
    assert heard.engine == "second"
    assert [one.outcome for one in usage] == ["nothing_heard", "used"]
    assert all(one.cost_usd == pytest.approx(0.004) for one in usage)


def test_a_breath_may_hold_no_word(store: AnswerStore) -> None:
    first, second = Vendor("first", says=""), Vendor("second")
    (heard,), _ = _run(Transcriber((first.ready(), second.ready()), store), Bundle((_chunk(1.0),)))
    assert (heard.engine, second.sent) == ("first", [])


def test_when_nobody_hears_anything_that_is_the_transcript(store: AnswerStore) -> None:
    engines = (Vendor("first", says="").ready(), Vendor("second", error=Overloaded("busy")).ready())
    (heard,), _ = _run(Transcriber(engines, store), Bundle((_chunk(),)))
    assert (heard.engine, heard.transcript.words) == ("first", ())


def test_when_all_fail_the_first_reason_counts(store: AnswerStore) -> None:
    engines = (Vendor("a", error=Overloaded("a is busy")).ready(), Vendor("b", says="unreadable").ready())
    usage: list[Usage] = []
    with pytest.raises(EngineError, match="a is busy"):
        asyncio.run(Transcriber(engines, store).transcribe([Bundle((_chunk(),))], usage))
    assert [one.outcome for one in usage] == ["failed", "failed"]


def test_an_engine_that_is_closed_is_not_asked_again(store: AnswerStore) -> None:
    first, second = Vendor("first", error=EngineClosed("key")), Vendor("second")
    transcriber = Transcriber((first.ready(), second.ready()), store)
    for index in range(5):
        _run(transcriber, Bundle((_chunk(index=index),)))
    assert len(first.sent) == 1


def test_an_engine_out_of_reach_is_left_alone_while_another_helps(store: AnswerStore) -> None:
    first, second = Vendor("first", error=Overloaded("busy")), Vendor("second")
    transcriber = Transcriber((first.ready(), second.ready()), store)
    for index in range(5):
        _run(transcriber, Bundle((_chunk(index=index),)))
    assert (len(first.sent), len(second.sent)) == (1, 5)


@dataclass
class Clock:
    """Time that passes only while somebody sleeps."""

    now_s: float = 1_000.0

    def monotonic(self) -> float:
        return self.now_s

    def install(self, patched: pytest.MonkeyPatch) -> None:
        pause = asyncio.sleep

        async def sleep(length_s: float) -> None:
            self.now_s += length_s
            await pause(0)

        patched.setattr(ready, "time", self)
        patched.setattr(asyncio, "sleep", sleep)


def test_the_last_engine_is_waited_for_through_an_outage_of_an_hour(
    store: AnswerStore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    clock, vendor = Clock(), Vendor("v", error=Overloaded("v: HTTP 503"))
    clock.install(monkeypatch)
    back_s = clock.now_s + 3_600
    patient = vendor.ready(patience=Patience(outage_s=7_200))

    def fetch(*given: Any) -> Any:
        vendor.error = vendor.error if clock.now_s < back_s else None
        return vendor.fetch(*given)

    patient.engine.fetch = fetch
    bundles = [Bundle((_chunk(index=index),)) for index in range(3)]
    heard, usage = _run(Transcriber((patient,), store), *bundles)
    assert [_text(one) for one in heard] == ["hello there"] * 3
    assert [(one.outcome, one.cost_usd) for one in usage] == [("used", pytest.approx(0.004))] * 3
    assert clock.now_s - back_s < 180
    assert 3 * 20 < len(vendor.sent) < 3 * 70
    assert patient.condition.down_since is patient.closed is None
    told = [one.getMessage() for one in caplog.records if one.name == "callarchive"]
    assert told == ["v: HTTP 503; it is waited for, 120 minutes at most"]


def test_an_engine_that_does_not_come_back_is_closed_and_says_since_when(
    store: AnswerStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, vendor = Clock(), Vendor("v", error=Overloaded("v: cannot be reached (ConnectError)"))
    clock.install(monkeypatch)
    transcriber = Transcriber((vendor.ready(patience=Patience(outage_s=7_200)),), store, Budget(1))
    reason = r"cannot be reached \(ConnectError\); it was waited for 120 minutes, the next run goes on"
    with pytest.raises(EngineError, match=reason):
        _run(transcriber, Bundle((_chunk(index=1),)), Bundle((_chunk(index=2),)))
    asked, waited_s = len(vendor.sent), clock.now_s
    with pytest.raises(EngineError, match=reason):
        _run(transcriber, Bundle((_chunk(index=3),)))
    assert (len(vendor.sent), clock.now_s, transcriber.budget.run_usd) == (asked, waited_s, 0)


def test_an_engine_that_loses_answers_is_sent_one_chunk_a_minute_until_it_is_back(
    store: AnswerStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, vendor = Clock(), Vendor("v", error=AnswerLost("v: HTTP 504"))
    clock.install(monkeypatch)
    begun_s, patient = clock.now_s, vendor.ready(patience=Patience(outage_s=7_200))
    transcriber = Transcriber((patient,), store)

    async def sent(first: int, last: int) -> list[object]:
        bundles = [Bundle((_chunk(index=index),)) for index in range(first, last)]
        tries = [transcriber.transcribe([bundle], []) for bundle in bundles]
        return await asyncio.gather(*tries, return_exceptions=True)

    async def night() -> None:
        ended = await sent(0, 4) + await sent(4, 34)
        assert [type(one) for one in ended] == [AnswerLost] * 34
        assert (len(vendor.sent), round((clock.now_s - begun_s) / 60)) == (34, 31)
        vendor.error = None
        assert all(isinstance(one, list) for one in await sent(34, 40))
        assert patient.condition.lost == 0

    asyncio.run(night())


def test_channels_go_together_where_the_file_is_billed_once(store: AnswerStore) -> None:
    vendor = Vendor("v", capabilities=STEREO_ONCE)
    heard, (usage,) = _run(
        Transcriber((vendor.ready(),), store), Bundle((_chunk(channel=0), _chunk(channel=1)))
    )
    assert vendor.sent == [(4 * SECONDS * 2, 2)]
    assert [(one.chunk.channel, _text(one)) for one in heard] == [(0, "hello there"), (1, "hello there")]
    assert (usage.channel, usage.billed_ms, usage.cost_usd) == (None, 4_000, pytest.approx(0.004))


@pytest.mark.parametrize("capabilities", [PRICED, STEREO_EACH])
def test_channels_go_apart_where_each_is_billed(store: AnswerStore, capabilities: Capabilities) -> None:
    vendor = Vendor("v", capabilities=capabilities)
    heard, usage = _run(Transcriber((vendor.ready(),), store), Bundle((_chunk(channel=0), _chunk(channel=1))))
    assert vendor.sent == [(4 * SECONDS, 1)] * 2
    assert [one.chunk.channel for one in heard] == [0, 1]
    assert sorted(one.channel or 0 for one in usage) == [0, 1]


def test_a_ceiling_stops_sending_and_not_what_is_in_the_store(store: AnswerStore) -> None:
    vendor = Vendor("v")
    _run(Transcriber((vendor.ready(),), store), Bundle((_chunk(index=1),)))
    poor = Transcriber((vendor.ready(), Vendor("other").ready()), store, Budget(per_run_usd=0.005))
    (heard,), _ = _run(poor, Bundle((_chunk(index=1),)))
    assert _text(heard) == "hello there"
    _run(poor, Bundle((_chunk(index=2),)))
    with pytest.raises(OverBudget):
        _run(poor, Bundle((_chunk(index=3),)))
    assert len(vendor.sent) == 2


def test_two_workers_pay_for_the_same_chunk_once(
    store: AnswerStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "_LOOK_S", 0.01)
    vendor = Vendor("v", takes_s=0.1)
    with (
        leases_of(Lake.at(str(tmp_path / "lake")), 60) as one,
        leases_of(Lake.at(str(tmp_path / "lake")), 60) as two,
    ):
        workers = [
            Transcriber((vendor.ready(),), store, turn=lambda key, held=held: held.turn(answer_lease(key)))
            for held in (one, two)
        ]

        async def both() -> list[list[Heard]]:
            tries = [worker.transcribe([Bundle((_chunk(),))], usage) for worker in workers]
            return await asyncio.gather(*tries)

        usage: list[Usage] = []
        (first,), (second,) = asyncio.run(both())
        assert _text(first) == _text(second) == "hello there"
        assert len(vendor.sent) == 1
        assert sorted(one.cache_hit for one in usage) == [False, True]
        assert two.take([answer_lease("k")])


def test_answers_that_got_lost_count_as_money(store: AnswerStore) -> None:
    vendor, budget = Vendor("v", lost=1), Budget(per_run_usd=1)
    _, (usage,) = _run(Transcriber((vendor.ready(),), store, budget), Bundle((_chunk(),)))
    assert usage.uncertain_cost_usd == usage.cost_usd == pytest.approx(0.004)
    assert budget.run_usd == pytest.approx(0.008)


def test_words_without_times_take_another_engines(store: AnswerStore) -> None:
    text = Vendor("text", says="well hello THERE, friend", capabilities=replace(PRICED, word_times=False))
    clock = Vendor("clock", says="um hello there")
    (heard,), usage = _run(Transcriber((text.ready(),), store, clock=clock.ready()), Bundle((_chunk(),)))
    words = heard.transcript.words
    assert [(word.start_ms, word.end_ms) for word in words[1:3]] == [(100, 180), (200, 280)]
    assert (words[0].end_ms or 0) <= 100
    assert 280 <= (words[3].start_ms or 0) < (words[3].end_ms or 0) <= 4_000
    assert all(word.times_derived for word in words)
    assert {one.engine for one in usage} == {"text", "clock"}


def test_without_a_clock_times_are_spread(store: AnswerStore) -> None:
    text = Vendor("text", capabilities=replace(PRICED, word_times=False))
    broken = Vendor("clock", error=Overloaded("busy"))
    (heard,), _ = _run(Transcriber((text.ready(),), store, clock=broken.ready()), Bundle((_chunk(),)))
    assert [word.times_derived for word in heard.transcript.words] == [True, True]
    assert heard.transcript.words[-1].end_ms == 4_000


def test_the_vendor_deletes_what_is_kept_here(store: AnswerStore) -> None:
    vendor = Vendor("v")
    transcriber = Transcriber((vendor.ready(erases=True, jobs=KeptJobs(store, "v")),), store)
    _run(transcriber, Bundle((_chunk(),)))
    assert asyncio.run(transcriber.forget_at_vendors()) == 0
    assert asyncio.run(transcriber.forget_at_vendors()) == 0
    assert vendor.erased == ["id-v"]


def test_what_would_be_sent_is_known_before(store: AnswerStore) -> None:
    vendor = Vendor("v", capabilities=STEREO_EACH)
    transcriber = Transcriber((vendor.ready(),), store)
    both = Bundle((_chunk(channel=0), _chunk(channel=1)))
    assert [bundle.channel for bundle in transcriber.unanswered([both])] == [0, 1]
    _run(transcriber, Bundle((_chunk(channel=1),)))
    assert [bundle.channel for bundle in transcriber.unanswered([both])] == [0]
    assert len(vendor.sent) == 1
