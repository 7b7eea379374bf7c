"""Every hosted engine against a stand-in that misbehaves."""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest

from tasks.engines.failures import AnswerLost, EngineClosed, Overloaded
from tasks.engines.registry import HOSTED
from tasks.errors import EngineBusy, EngineError, EngineRefused, UnexpectedAnswer
from tasks.stand_in import SPOKEN
from tasks.stand_in.desk import Kind, sound_id
from tasks.stand_in.hearing import canned
from tests.engines.asking import KEY, PATIENCE, SOUND, TRANSCRIBES, errand_for, fault, fetch

if TYPE_CHECKING:
    from tasks.stand_in import StandIn

ENGINES = pytest.mark.parametrize("name", SPOKEN)


def _worked(stand_in: StandIn, name: str) -> int:
    return stand_in.desk.worked[name, sound_id([SOUND])]


def _tried(stand_in: StandIn, name: str) -> int:
    """Requests that were meant to do the work."""
    posts = [one for one in stand_in.desk.requests(name, TRANSCRIBES.get(name, "")) if one.method == "POST"]
    return len(posts)


@ENGINES
@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_engine_is_tried_again_until_it_answers(stand_in: StandIn, name: str, status: int) -> None:
    stand_in.desk.misbehave(name, fault(name, "status", status=status, times=2))
    errand = errand_for(name)
    assert HOSTED[name].parse(fetch(stand_in, name, errand=errand)).words
    assert (_tried(stand_in, name), _worked(stand_in, name), errand.attempts) == (3, 1, 3)
    assert errand.lost_answers == 0


@pytest.mark.parametrize("name", ["deepgram", "assemblyai"])
def test_retry_after_is_waited_for(stand_in: StandIn, name: str) -> None:
    stand_in.desk.misbehave(name, fault(name, "status", status=429, retry_after="1"))
    began = time.monotonic()
    fetch(stand_in, name)
    assert time.monotonic() - began >= 1


def test_a_retry_after_behind_the_deadline_is_not_waited_for(stand_in: StandIn) -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(minutes=2), usegmt=True)
    stand_in.desk.misbehave("pulse", fault("pulse", "status", status=429, retry_after=later))
    began = time.monotonic()
    with pytest.raises(Overloaded, match="HTTP 429"):
        fetch(stand_in, "pulse")
    assert time.monotonic() - began < 2
    assert _tried(stand_in, "pulse") == 1


@ENGINES
def test_an_engine_that_stays_out_of_order_is_given_up(stand_in: StandIn, name: str) -> None:
    stand_in.desk.misbehave(name, fault(name, "status", status=500, times=50))
    with pytest.raises(EngineBusy) as failed:
        fetch(stand_in, name)
    assert failed.value.retryable
    assert _tried(stand_in, name) == PATIENCE.attempts


@ENGINES
@pytest.mark.parametrize("kind", ["dropped", "lost", "cut_off", "truncated_json"])
def test_an_answer_that_got_lost_is_asked_for_once_more(stand_in: StandIn, name: str, kind: Kind) -> None:
    stand_in.desk.misbehave(name, fault(name, kind))
    errand = errand_for(name)
    assert HOSTED[name].parse(fetch(stand_in, name, errand=errand)).words
    assert (_tried(stand_in, name), errand.lost_answers) == (2, 1)


@ENGINES
def test_a_second_lost_answer_is_not_paid_a_third_time(stand_in: StandIn, name: str) -> None:
    stand_in.desk.misbehave(name, fault(name, "lost", times=5))
    errand = errand_for(name)
    with pytest.raises(AnswerLost):
        fetch(stand_in, name, errand=errand)
    assert (_worked(stand_in, name), errand.lost_answers) == (2, 2)


def test_a_gateway_timeout_counts_as_a_lost_answer(stand_in: StandIn) -> None:
    stand_in.desk.misbehave("deepgram", fault("deepgram", "status", status=504, times=5))
    with pytest.raises(AnswerLost, match="HTTP 504"):
        fetch(stand_in, "deepgram")
    assert _tried(stand_in, "deepgram") == 2


@ENGINES
def test_a_body_that_never_ends_is_left_at_the_deadline(stand_in: StandIn, name: str) -> None:
    stand_in.desk.misbehave(name, fault(name, "slow_body", times=9))
    errand = errand_for(name)
    errand.patience = replace(PATIENCE, deadline_s=0.4)
    began = time.monotonic()
    with pytest.raises(EngineBusy):
        fetch(stand_in, name, errand=errand)
    assert time.monotonic() - began < 4
    assert _worked(stand_in, name) == 1


@ENGINES
@pytest.mark.parametrize("kind", ["wrong_type", "oversized"])
def test_an_answer_that_is_none_is_not_a_transcript(stand_in: StandIn, name: str, kind: Kind) -> None:
    stand_in.desk.misbehave(name, fault(name, kind, times=9))
    with pytest.raises(UnexpectedAnswer):
        HOSTED[name].parse(fetch(stand_in, name))
    assert _worked(stand_in, name) <= 1


@ENGINES
def test_an_answer_of_silence_is_an_answer(stand_in: StandIn, name: str) -> None:
    stand_in.desk.misbehave(name, fault(name, "silence"))
    assert HOSTED[name].parse(fetch(stand_in, name)).words == ()


@ENGINES
def test_a_wrong_key_closes_the_engine_at_once(stand_in: StandIn, name: str) -> None:
    stand_in.desk.key = "another-key"
    with pytest.raises(EngineClosed, match="check the key"):
        fetch(stand_in, name)
    assert len(stand_in.desk.seen) == 1


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("openai", 429, "insufficient_quota"),
        ("openai", 429, "credit_balance_exhausted"),
        ("elevenlabs", 401, "quota_exceeded"),
        ("deepgram", 402, "ASR_PAYMENT_REQUIRED"),
    ],
)
def test_an_account_without_credit_closes_the_engine(
    stand_in: StandIn, name: str, status: int, code: str
) -> None:
    stand_in.desk.misbehave(name, fault(name, "status", status=status, code=code))
    with pytest.raises(EngineClosed, match="out of credit"):
        fetch(stand_in, name)
    assert _tried(stand_in, name) == 1


@ENGINES
@pytest.mark.parametrize("status", [400, 404, 413, 422])
def test_a_refused_request_is_not_sent_again(stand_in: StandIn, name: str, status: int) -> None:
    stand_in.desk.misbehave(name, fault(name, "status", status=status))
    with pytest.raises(EngineRefused, match=f"{name}: HTTP {status}"):
        fetch(stand_in, name)
    assert (_tried(stand_in, name), _worked(stand_in, name)) == (1, 0)


@ENGINES
@pytest.mark.parametrize("kind", ["status", "lost", "truncated_json", "oversized", "wrong_type", "dropped"])
def test_errors_and_logs_hold_neither_the_key_nor_a_word(
    stand_in: StandIn, name: str, kind: Kind, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for other in ("uvicorn.error", "asyncio"):
        caplog.set_level(logging.WARNING, other)
    stand_in.desk.misbehave(name, fault(name, kind, times=9, status=401))
    with pytest.raises(EngineError) as failed:
        HOSTED[name].parse(fetch(stand_in, name))
    shown = f"{failed.value!r} {failed.value} {caplog.text}"
    assert KEY not in shown
    assert not any(f"'{word.text}'" in shown or f'"{word.text}"' in shown for word in canned(SOUND))


def test_an_engine_that_is_not_there_is_busy(stand_in: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(stand_in), "base_url", lambda *_: "http://127.0.0.1:9")
    errand = errand_for("pulse")
    errand.patience = replace(PATIENCE, attempts=3)
    with pytest.raises(Overloaded, match="cannot be reached"):
        fetch(stand_in, "pulse", errand=errand)
    assert (errand.requests, errand.lost_answers) == (3, 0)
