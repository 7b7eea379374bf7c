"""Several engines in order of preference, channels in one request, ceilings, times from another engine."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from made_vendor import PRICED, SECONDS, Vendor, chunk, run, text_of

from tasks.answers import KeptJobs
from tasks.engines.failures import AnswerLost, EngineClosed, Overloaded
from tasks.errors import EngineError, OverBudget
from tasks.lake import leases
from tasks.lake.catalog import Lake
from tasks.lake.leases import answer_lease, leases_of
from tasks.schemas import Bundle, Heard, Usage
from tasks.spending import Budget
from tasks.transcribe import Transcriber

if TYPE_CHECKING:
    from pathlib import Path

    from tasks.answers import AnswerStore
    from tasks.engines.contract import Capabilities

STEREO_ONCE = replace(PRICED, channels_per_request=2, bills_per_channel=False)
STEREO_EACH = replace(PRICED, channels_per_request=2, bills_per_channel=True)


@pytest.mark.parametrize("error", [EngineClosed("key"), Overloaded("busy"), AnswerLost("gone")])
def test_when_one_engine_fails_the_next_one_speaks(store: AnswerStore, error: EngineError) -> None:
    first, second = Vendor("first", error=error), Vendor("second")
    (heard,), usage = run(Transcriber((first.ready(), second.ready()), store), Bundle((chunk(),)))
    assert (heard.engine, text_of(heard)) == ("second", "hello there")
    assert [(one.engine, one.outcome, one.cost_usd > 0) for one in usage] == [
        ("first", "failed", False),
        ("second", "used", True),
    ]


def test_an_engine_that_hears_nothing_in_speech_is_not_believed(store: AnswerStore) -> None:
    first, second = Vendor("first", says=""), Vendor("second")
    (heard,), usage = run(Transcriber((first.ready(), second.ready()), store), Bundle((chunk(),)))
    assert heard.engine == "second"
    assert [one.outcome for one in usage] == ["nothing_heard", "used"]
    assert all(one.cost_usd == pytest.approx(0.004) for one in usage)


def test_a_breath_may_hold_no_word(store: AnswerStore) -> None:
    first, second = Vendor("first", says=""), Vendor("second")
    (heard,), _ = run(Transcriber((first.ready(), second.ready()), store), Bundle((chunk(1.0),)))
    assert (heard.engine, second.sent) == ("first", [])


def test_when_nobody_hears_anything_that_is_the_transcript(store: AnswerStore) -> None:
    engines = (Vendor("first", says="").ready(), Vendor("second", error=Overloaded("busy")).ready())
    (heard,), _ = run(Transcriber(engines, store), Bundle((chunk(),)))
    assert (heard.engine, heard.transcript.words) == ("first", ())


def test_when_all_fail_the_first_reason_counts(store: AnswerStore) -> None:
    engines = (Vendor("a", error=Overloaded("a is busy")).ready(), Vendor("b", says="unreadable").ready())
    usage: list[Usage] = []
    with pytest.raises(EngineError, match="a is busy"):
        asyncio.run(Transcriber(engines, store).transcribe([Bundle((chunk(),))], usage))
    assert [one.outcome for one in usage] == ["failed", "failed"]


def test_an_engine_that_is_closed_is_not_asked_again(store: AnswerStore) -> None:
    first, second = Vendor("first", error=EngineClosed("key")), Vendor("second")
    transcriber = Transcriber((first.ready(), second.ready()), store)
    for index in range(5):
        run(transcriber, Bundle((chunk(index=index),)))
    assert len(first.sent) == 1


def test_an_engine_out_of_reach_is_left_alone_while_another_helps(store: AnswerStore) -> None:
    first, second = Vendor("first", error=Overloaded("busy")), Vendor("second")
    transcriber = Transcriber((first.ready(), second.ready()), store)
    for index in range(5):
        run(transcriber, Bundle((chunk(index=index),)))
    assert (len(first.sent), len(second.sent)) == (1, 5)


def test_channels_go_together_where_the_file_is_billed_once(store: AnswerStore) -> None:
    vendor = Vendor("v", capabilities=STEREO_ONCE)
    heard, (usage,) = run(Transcriber((vendor.ready(),), store), Bundle((chunk(channel=0), chunk(channel=1))))
    assert vendor.sent == [(4 * SECONDS * 2, 2)]
    assert [(one.chunk.channel, text_of(one)) for one in heard] == [(0, "hello there"), (1, "hello there")]
    assert (usage.channel, usage.billed_ms, usage.cost_usd) == (None, 4_000, pytest.approx(0.004))


@pytest.mark.parametrize("capabilities", [PRICED, STEREO_EACH])
def test_channels_go_apart_where_each_is_billed(store: AnswerStore, capabilities: Capabilities) -> None:
    vendor = Vendor("v", capabilities=capabilities)
    heard, usage = run(Transcriber((vendor.ready(),), store), Bundle((chunk(channel=0), chunk(channel=1))))
    assert vendor.sent == [(4 * SECONDS, 1)] * 2
    assert [one.chunk.channel for one in heard] == [0, 1]
    assert sorted(one.channel or 0 for one in usage) == [0, 1]


def test_a_ceiling_stops_sending_and_not_what_is_in_the_store(store: AnswerStore) -> None:
    vendor = Vendor("v")
    run(Transcriber((vendor.ready(),), store), Bundle((chunk(index=1),)))
    poor = Transcriber((vendor.ready(), Vendor("other").ready()), store, Budget(per_run_usd=0.005))
    (heard,), _ = run(poor, Bundle((chunk(index=1),)))
    assert text_of(heard) == "hello there"
    run(poor, Bundle((chunk(index=2),)))
    with pytest.raises(OverBudget):
        run(poor, Bundle((chunk(index=3),)))
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
            tries = [worker.transcribe([Bundle((chunk(),))], usage) for worker in workers]
            return await asyncio.gather(*tries)

        usage: list[Usage] = []
        (first,), (second,) = asyncio.run(both())
        assert text_of(first) == text_of(second) == "hello there"
        assert len(vendor.sent) == 1
        assert sorted(one.cache_hit for one in usage) == [False, True]
        assert two.take([answer_lease("k")])


def test_answers_that_got_lost_count_as_money(store: AnswerStore) -> None:
    vendor, budget = Vendor("v", lost=1), Budget(per_run_usd=1)
    _, (usage,) = run(Transcriber((vendor.ready(),), store, budget), Bundle((chunk(),)))
    assert usage.uncertain_cost_usd == usage.cost_usd == pytest.approx(0.004)
    assert budget.run_usd == pytest.approx(0.008)


def test_words_without_times_take_another_engines(store: AnswerStore) -> None:
    text = Vendor("text", says="well hello THERE, friend", capabilities=replace(PRICED, word_times=False))
    clock = Vendor("clock", says="um hello there")
    (heard,), usage = run(Transcriber((text.ready(),), store, clock=clock.ready()), Bundle((chunk(),)))
    words = heard.transcript.words
    assert [(word.start_ms, word.end_ms) for word in words[1:3]] == [(100, 180), (200, 280)]
    assert (words[0].end_ms or 0) <= 100
    assert 280 <= (words[3].start_ms or 0) < (words[3].end_ms or 0) <= 4_000
    assert all(word.times_derived for word in words)
    assert {one.engine for one in usage} == {"text", "clock"}


def test_without_a_clock_times_are_spread(store: AnswerStore) -> None:
    text = Vendor("text", capabilities=replace(PRICED, word_times=False))
    broken = Vendor("clock", error=Overloaded("busy"))
    (heard,), _ = run(Transcriber((text.ready(),), store, clock=broken.ready()), Bundle((chunk(),)))
    assert [word.times_derived for word in heard.transcript.words] == [True, True]
    assert heard.transcript.words[-1].end_ms == 4_000


def test_the_vendor_deletes_what_is_kept_here(store: AnswerStore) -> None:
    vendor = Vendor("v")
    transcriber = Transcriber((vendor.ready(erases=True, jobs=KeptJobs(store, "v")),), store)
    run(transcriber, Bundle((chunk(),)))
    assert asyncio.run(transcriber.forget_at_vendors()) == 0
    assert asyncio.run(transcriber.forget_at_vendors()) == 0
    assert vendor.erased == ["id-v"]


def test_what_would_be_sent_is_known_before(store: AnswerStore) -> None:
    vendor = Vendor("v", capabilities=STEREO_EACH)
    transcriber = Transcriber((vendor.ready(),), store)
    both = Bundle((chunk(channel=0), chunk(channel=1)))
    assert [bundle.channel for bundle in transcriber.unanswered([both])] == [0, 1]
    run(transcriber, Bundle((chunk(channel=1),)))
    assert [bundle.channel for bundle in transcriber.unanswered([both])] == [0]
    assert len(vendor.sent) == 1
