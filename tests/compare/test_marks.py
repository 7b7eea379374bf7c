from __future__ import annotations

from dataclasses import replace

import pytest
from by_hand import hypothesis, side, sound
from hypothesis import given
from hypothesis import strategies as st

from tasks.compare.marks import Marker, SideMarks, mark_side, mark_unreferenced
from tasks.compare.pairing import Pairing
from tasks.compare.reference import Span, Utterance


def marked(said: list[str], heard: str, marker: Marker | None = None, **how: object) -> SideMarks:
    pairing = Pairing(side(*said).utterances, 0)
    return mark_side(7, pairing, hypothesis(heard, **how), sound(1), marker or Marker())  # type: ignore[arg-type]


def test_errors_are_counted_in_the_utterance_they_belong_to() -> None:
    marks = marked(["hello my name", "is jo"], "hello our name is um is indeed Jo!")
    one, two = marks.utterances
    assert (one.words, one.substitutions, one.insertions, one.deletions) == (3, 1, 0, 0)
    assert (two.words, two.substitutions, two.insertions, two.deletions) == (2, 0, 2, 0)
    assert (one.recording, one.speaker) == (7, None)


def test_what_is_not_heard_is_missing_and_what_nobody_said_is_added() -> None:
    (missing,) = marked(["one two three"], "").utterances
    assert (missing.words, missing.deletions) == (3, 3)
    (added,) = marked(["[noise]"], "thank you").utterances
    assert (added.words, added.insertions) == (0, 2)
    assert marked([], "").utterances[0].words == 0


def test_digits_are_counted_apart() -> None:
    (marks,) = marked(["my card is four two six three which one"], "my card is 4253 which one").utterances
    assert (marks.digits, marks.digit_errors, marks.substitutions) == (4, 1, 1)
    (marks,) = marked(["four two"], "4 2 7").utterances
    assert (marks.digits, marks.digit_errors) == (2, 1)


def test_a_term_is_missed_unless_all_of_it_is_heard() -> None:
    marker = Marker(terms=(("zanzibar", "plan"), ("maple", "street", "bank")))
    said = ["the Zanzibar plan of maple street bank", "zanzibar plan"]
    one, two = marked(said, "the zanzibar plan of maple tree bank zanzibar clan", marker).utterances
    assert (one.terms, one.terms_missed, two.terms, two.terms_missed) == (2, 1, 1, 1)


@pytest.mark.parametrize(
    ("heard", "redacted", "hidden"),
    [
        ("i am jo ray thanks", {2, 3}, 1),
        ("i am jo ray thanks", {2}, 0),
        ("i am joe ray thanks", {3}, 0),
        ("i am thanks", set(), 1),
        ("i am joray thanks", {2}, 1),
    ],
)
def test_a_value_is_hidden_when_none_of_what_was_heard_for_it_can_be_read(
    heard: str, redacted: set[int], hidden: int
) -> None:
    utterance = Utterance(("i", "am", "jo", "ray", "thanks"), personal=(Span("NAME", 2, 4),))
    pairing = Pairing((utterance,), 0)
    marks = mark_side(0, pairing, hypothesis(heard, redacted=redacted), sound(1), Marker())
    assert (marks.utterances[0].personal, marks.utterances[0].personal_hidden) == (1, hidden)


def test_values_count_only_where_somebody_looked_for_them() -> None:
    utterance = Utterance(("jo",), personal=(Span("NAME", 0, 1),))
    marks = mark_side(0, Pairing((utterance,), 0), hypothesis("jo"), sound(1), Marker())
    assert marks.utterances[0].personal == 0


def test_a_word_is_right_for_its_confidence_when_all_of_it_is() -> None:
    marks = marked(["call four two now please"], "call 43 now please", sure=0.95)
    assert marks.calibration.words[9] == 4
    assert marks.calibration.right[9] == 3
    assert marked(["call"], "call").calibration.count == 0


def test_times_are_compared_for_words_heard_right() -> None:
    utterance = Utterance(("hello", "my", "42"), None, 0, 900, ((10, 290), (310, 640), (600, 900)))
    heard = hypothesis("hello your 42", step_ms=300)
    marks = mark_side(0, Pairing((utterance,), 0), heard, sound(1), Marker())
    assert marks.time_errors_ms == [10, 10]  # "my" was misheard, 42 is two tokens


def test_speech_is_where_the_references_times_say_or_else_where_it_is_detected() -> None:
    timed = Utterance(("hello", "there"), None, 0, 1_000)
    marks = mark_side(
        0, Pairing((timed,), 0), hypothesis("hello there ghost", step_ms=1_000), sound(1), Marker()
    )
    assert marks.by_reference
    assert (marks.coverage.speech_ms, marks.coverage.unheard_ms) == (1_000, 0)
    assert (marks.coverage.words, marks.coverage.on_silence) == (3, 1)
    untimed = replace(timed, start_ms=None)
    marks = mark_side(0, Pairing((untimed,), 0), hypothesis("hello there", step_ms=1_000), sound(1), Marker())
    assert not marks.by_reference
    assert (marks.coverage.speech_ms, marks.coverage.unheard_ms) == (10_000, 7_500)


def test_without_a_reference_coverage_is_measured_and_nothing_else() -> None:
    left, right = mark_unreferenced(hypothesis("a b", "c", step_ms=500), sound(2))
    assert (left.coverage.words, right.coverage.words) == (2, 1)
    assert not left.utterances
    assert not left.calibration.count


WORDS = st.lists(st.sampled_from("the card is four two 42 twenty [noise] uh one hundred".split()))


@given(st.lists(WORDS, max_size=4), WORDS)
def test_right_wrong_and_missing_words_are_all_the_words(said: list[list[str]], heard: list[str]) -> None:
    marks = marked([" ".join(one) for one in said], " ".join(heard))
    for one in marks.utterances:
        assert 0 <= one.substitutions + one.deletions <= one.words
        assert one.digit_errors >= 0
        assert one.digits <= one.words
    perfect = marked([" ".join(one) for one in said], " ".join(word for one in said for word in one))
    assert all(one.substitutions + one.insertions + one.deletions == 0 for one in perfect.utterances)
