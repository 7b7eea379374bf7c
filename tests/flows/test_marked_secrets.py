"""A secret that a person marks is kept in no form: no answer that holds it stays, but for legal holds."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from finished_calls import NOON
from reviewed_lake import MARIGOLD, archive, decide, desk, settings, the_call, words

from flows.apply_reviews import apply_reviews
from tasks.answers import AnswerStore, Receipt, with_receipt
from tasks.desk.verdicts import Span
from tasks.erasure.holds import add_hold
from tasks.keys import load_keyring
from tasks.lake.catalog import Lake, exclusively, writing

if TYPE_CHECKING:
    from tasks.desk.store import Desk
    from tasks.settings import Settings

__all__ = ["archive", "desk", "settings"]

OWN, OTHER = "a" * 64, "b" * 64
RECEIPT = Receipt(NOON, 5, 1, 0.36, engine="local")


@pytest.fixture
def answers(desk: Desk, settings: Settings) -> AnswerStore:
    """An answer about the call's recording, and one about another."""
    store = AnswerStore(Lake.at(settings.lake).answers, load_keyring(settings.key_file))
    sha256 = the_call(settings)["recording_sha256"]
    store.put(OWN, with_receipt(replace(RECEIPT, recording_sha256=sha256), b"marigold"))
    store.put(OTHER, with_receipt(replace(RECEIPT, recording_sha256="f" * 64), b"zanzibar"))
    return store


def mark(desk: Desk, settings: Settings, entity: str) -> None:
    decide(desk, settings, "missed", after=Span(entity, MARIGOLD, MARIGOLD + 1))


def test_a_marked_secret_takes_its_recordings_answers_along(
    desk: Desk, settings: Settings, answers: AnswerStore
) -> None:
    mark(desk, settings, "PASSWORD")
    assert apply_reviews(settings, dry_run=True).answers_forgotten == 0
    assert answers.all_keys() == [OWN, OTHER]
    assert apply_reviews(settings).answers_forgotten == 1
    assert answers.all_keys() == [OTHER]
    assert words(settings)[MARIGOLD] == "[PASSWORD]"


def test_what_is_no_secret_leaves_answers_alone(desk: Desk, settings: Settings, answers: AnswerStore) -> None:
    mark(desk, settings, "PERSON")
    assert apply_reviews(settings).answers_forgotten == 0
    assert answers.all_keys() == [OWN, OTHER]


def test_a_legal_hold_keeps_the_answers(desk: Desk, settings: Settings, answers: AnswerStore) -> None:
    lake = Lake.at(settings.lake)
    with writing(lake) as connection:
        add_hold(connection, lake, "call", "call-1", "a case is pending in court")
    mark(desk, settings, "PASSWORD")
    assert apply_reviews(settings).answers_forgotten == 0
    assert answers.all_keys() == [OWN, OTHER]


def test_a_lake_that_is_busy_for_a_moment_is_waited_for(desk: Desk, settings: Settings) -> None:
    mark(desk, settings, "PERSON")
    taken = threading.Event()

    def busy() -> None:
        with exclusively(Lake.at(settings.lake)):
            taken.set()
            time.sleep(0.5)

    other = threading.Thread(target=busy)
    other.start()
    taken.wait()
    assert apply_reviews(settings).decisions == 1
    other.join()
