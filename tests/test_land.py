"""What breaks a promise of the lake does not land; its neighbours do."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from finished_calls import finished_call, landed_row, mark_of, spoken

from tasks.land import broken_promises
from tasks.redact.marks import Mark
from tasks.schemas import CallMetadata, Conversation, Finding, Turn, Word

if TYPE_CHECKING:
    from collections.abc import Callable

    from tasks.rows import FinishedCall

GOOD = finished_call("good")


def _judge(*calls: FinishedCall) -> dict[str, str]:
    return broken_promises([(call, landed_row(call)) for call in calls])


def test_calls_that_keep_every_promise_are_let_through() -> None:
    silent = finished_call("silent", words={0: []}, findings=())
    undated = finished_call("undated", started_at=None)
    timeless = finished_call("timeless", words={0: [Word("hello", None, None)]}, findings=())
    assert _judge(GOOD, silent, undated, timeless) == {}


def test_without_calls_nothing_is_broken() -> None:
    assert broken_promises([]) == {}


def _a_word_left_in(call: FinishedCall) -> FinishedCall:
    words = list(call.conversation.words)
    words[7] = replace(words[7], text="one", entity=None)
    return replace(call, conversation=Conversation(tuple(words), call.conversation.turns))


def _a_mark_without_a_finding(call: FinishedCall) -> FinishedCall:
    return replace(call, findings=(), marks=())


def _the_value_under_its_entity(call: FinishedCall) -> FinishedCall:
    words = list(call.conversation.words)
    words[7] = replace(words[7], text="4111")
    return replace(call, conversation=Conversation(tuple(words), call.conversation.turns))


def _a_word_in_no_turn(call: FinishedCall) -> FinishedCall:
    *turns, last = call.conversation.turns
    shorter = Turn(last.channel, last.speaker, last.first_word, last.end_word - 1)
    return replace(call, conversation=Conversation(call.conversation.words, (*turns, shorter)))


def _a_word_in_two_turns(call: FinishedCall) -> FinishedCall:
    again = (*call.conversation.turns, call.conversation.turns[0])
    said = Conversation(call.conversation.words, again)
    return replace(call, conversation=said, loudness=[None] * len(again))


def _more_silence_than_there_is(call: FinishedCall) -> FinishedCall:
    return replace(call, facts=replace(call.facts, silence_ms=call.facts.silence_ms + 10))


def _talk_beyond_the_end(call: FinishedCall) -> FinishedCall:
    return replace(call, audio=replace(call.audio, duration_ms=3_000))


def _a_word_too_sure(call: FinishedCall) -> FinishedCall:
    words = [replace(word, confidence=1.4) for word in call.conversation.words]
    return replace(call, conversation=Conversation(tuple(words), call.conversation.turns))


def _a_finding_beyond_the_words(call: FinishedCall) -> FinishedCall:
    beyond = Finding("PHONE", 10, 14, 0.9, "auto", "made up")
    return replace(call, findings=(*call.findings, beyond), marks=(*call.marks, mark_of(beyond)))


def _a_secret_that_is_kept(call: FinishedCall) -> FinishedCall:
    secret = replace(call.findings[0], entity="CARD_CVV")
    words = [
        replace(word, text="[CARD_CVV]", entity="CARD_CVV") if word.entity else word
        for word in call.conversation.words
    ]
    kept = Mark("reversible", "[CARD_CVV]", "0a1b2c3d", b"sealed")
    return replace(
        call,
        findings=(secret,),
        marks=(kept,),
        conversation=Conversation(tuple(words), call.conversation.turns),
    )


BREAKS = (
    _a_secret_that_is_kept,
    _a_word_left_in,
    _a_mark_without_a_finding,
    _the_value_under_its_entity,
    _a_word_in_no_turn,
    _a_word_in_two_turns,
    _more_silence_than_there_is,
    _talk_beyond_the_end,
    _a_word_too_sure,
    _a_finding_beyond_the_words,
)


@pytest.mark.parametrize("break_it", BREAKS, ids=lambda function: function.__name__)
def test_a_call_that_breaks_a_promise_is_named_and_its_neighbours_are_not(
    break_it: Callable[[FinishedCall], FinishedCall],
) -> None:
    broken = _judge(finished_call("before"), break_it(finished_call("broken")), GOOD)
    assert set(broken) == {"broken"}


def test_several_broken_calls_are_all_named() -> None:
    broken = _judge(*(break_it(finished_call(break_it.__name__)) for break_it in BREAKS), GOOD)
    assert set(broken) == {break_it.__name__ for break_it in BREAKS}


@pytest.mark.parametrize(
    "field",
    [{"queue": "\ud800"}, {"agent_id": "\udcff"}, {"customer_id": "\ud800"}],
    ids=lambda field: next(iter(field)),
)
def test_a_call_that_no_table_can_hold_is_named_like_any_other(field: dict[str, Any]) -> None:
    bad = finished_call("broken")
    metadata = CallMetadata(call_id="broken", **field)
    bad = replace(
        bad, recording=replace(bad.recording, metadata=metadata), customer_key=field.get("customer_id")
    )
    assert set(_judge(bad, GOOD)) == {"broken"}


def test_a_word_longer_than_a_minute_breaks_no_promise() -> None:
    long = finished_call("long", words={0: [*spoken("well", 0, 0)]}, findings=())
    assert _judge(long) == {}
