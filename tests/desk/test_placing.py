"""The words that a person marked, found again by their times, and never others."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.desk.placing import NEAR_MS, TimedWord, is_known, placed
from tasks.desk.verdicts import Span

WORDS = [TimedWord(number // 4, number * 300, number * 300 + 280) for number in range(12)]
SPAN = Span("PERSON", 5, 7, 1_500, 2_080)
"""The second and third word of the second turn."""


def test_where_nothing_has_changed_it_stays() -> None:
    assert placed(SPAN, WORDS, anew=True) == SPAN


@given(st.integers(1, 5), st.integers(0, 2))
def test_words_that_came_before_or_went_move_it(more: int, fewer: int) -> None:
    later = [TimedWord(0, -500 + number, -490 + number) for number in range(more)]
    moved = placed(SPAN, [*later, *WORDS], anew=True)
    assert moved == replace(SPAN, start_word=5 + more, end_word=7 + more)
    earlier = placed(SPAN, WORDS[fewer:], anew=True)
    assert earlier == replace(SPAN, start_word=5 - fewer, end_word=7 - fewer)


@pytest.mark.parametrize(
    "words",
    [
        [],
        WORDS[:6],
        [word._replace(start_ms=word.start_ms + 10) for word in WORDS],
        [*WORDS[:6], WORDS[6]._replace(end_ms=2_200), *WORDS[7:]],
        [*WORDS[:6], TimedWord(1, 1_790, 1_795), *WORDS[6:]],
        [*WORDS[:6], WORDS[6]._replace(turn=9), *WORDS[7:]],
        [TimedWord(0, None, None)] * 12,
        [*WORDS, *WORDS][1:],
    ],
    ids=["silence", "cut off", "later", "longer", "a word between", "two turns", "untimed", "twice"],
)
def test_other_words_are_not_taken_for_it(words: list[TimedWord]) -> None:
    assert placed(SPAN, words, anew=True) is None


def test_without_times_only_a_call_that_did_not_land_since_is_believed() -> None:
    untold = replace(SPAN, start_ms=None, end_ms=None)
    untimed = [TimedWord(word.turn, None, None) for word in WORDS]
    assert placed(untold, untimed, anew=False) == untold
    assert placed(untold, untimed, anew=True) is None
    assert placed(replace(SPAN, end_ms=None), WORDS[1:], anew=True) is None


def test_a_finding_of_the_same_id_is_known_by_its_decision_or_its_time() -> None:
    finding = {"review_status": "pending", "start_ms": 1_500 + NEAR_MS}
    assert is_known(SPAN, finding)
    assert not is_known(SPAN, finding | {"start_ms": 1_501 + NEAR_MS})
    assert not is_known(SPAN, finding | {"start_ms": None})
    assert is_known(SPAN, {"review_status": "confirmed", "start_ms": None})
    assert not is_known(SPAN, None)
