"""Which answers are a recording's: by the books, and by what an answer itself says."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from finished_calls import NOON, finished_call, landed_row, usage

from tasks.answers import AnswerStore, KeptJobs, Receipt, with_receipt
from tasks.erasure.kept_answers import KeptAnswer, answers_of, requests_at_vendors
from tasks.keys import Keyring
from tasks.lake.catalog import Lake, writing
from tasks.land import Landing, land

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tasks.lake.catalog import Connection

BOOKED, SHARED, KILLED, OLD, OTHER = (digit * 64 for digit in "abcde")
RECEIPT = Receipt(NOON, 5, 1, 0.36)
SHA, HELD = (finished_call(name).recording.sha256 for name in ("call-1", "call-2"))


@pytest.fixture
def store(empty_place: Lake, keyring: Keyring) -> AnswerStore:
    """Answers of two calls, one that a killed run left, and one of before the books named answers."""
    store = AnswerStore(empty_place.answers, keyring)
    for key in (BOOKED, SHARED, OLD, OTHER):
        store.put(key, with_receipt(RECEIPT, b"{}"))
    store.put(KILLED, with_receipt(replace(RECEIPT, recording_sha256=SHA, engine="pulse"), b"{}"))
    return store


@pytest.fixture
def connection(empty_place: Lake, store: AnswerStore) -> Iterator[Connection]:
    old = replace(usage(1, 1), answer_id=RECEIPT.answer_id(OLD))
    booked, shared = (replace(usage(0, 0), answer_key=key) for key in (BOOKED, SHARED))
    calls = [
        finished_call("call-1", usage=[booked, replace(shared, chunk_index=1), old]),
        finished_call("call-2", usage=[shared]),
    ]
    with writing(empty_place) as connection:
        land(connection, empty_place, Landing([(call, landed_row(call)) for call in calls], [], []))
        yield connection


def test_answers_are_found_by_the_books_and_by_what_they_say_themselves(
    connection: Connection, store: AnswerStore
) -> None:
    found = {one.key: one.engine for one in answers_of(connection, store, {SHA})}
    assert found == {BOOKED: "local", SHARED: "local", KILLED: "pulse", OLD: "local"}
    assert answers_of(connection, store, {"f" * 64}) == []
    assert answers_of(connection, store, ()) == []


def test_what_a_held_recording_shares_stays(connection: Connection, store: AnswerStore) -> None:
    assert SHARED not in {one.key for one in answers_of(connection, store, {SHA}, held={HELD})}


def test_an_answer_that_nobody_can_open_is_left_alone(connection: Connection, store: AnswerStore) -> None:
    lost = AnswerStore(store.files, Keyring("99999999", {"99999999": bytes(32)}))
    assert {one.key for one in answers_of(connection, lost, {SHA})} == {BOOKED, SHARED}


def test_requests_are_named_by_what_was_kept_or_by_the_answer(store: AnswerStore) -> None:
    said: Any = b'{"id": "job-2", "status": "completed", "words": [], "text": ""}'
    store.put(BOOKED, with_receipt(RECEIPT, said))
    KeptJobs(store, "pulse").put(KILLED, "request-1")
    answers = [
        KeptAnswer(BOOKED, "assemblyai"),
        KeptAnswer(KILLED, "pulse"),
        KeptAnswer(OLD, "elevenlabs"),
        KeptAnswer(OTHER, "local"),
        KeptAnswer(SHARED, None),
    ]
    assert requests_at_vendors(store, answers) == {
        "assemblyai": {BOOKED: "job-2"},
        "pulse": {KILLED: "request-1"},
        "elevenlabs": {OLD: None},
    }
