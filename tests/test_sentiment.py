"""The mood of a turn: signs that anybody would agree with, and what it is not asked about."""

from __future__ import annotations

import pytest

from tasks.sentiment import sentiment


@pytest.mark.parametrize("text", ["you have been really helpful thank you", "great, that is perfect"])
def test_thanks_are_positive(text: str) -> None:
    assert (sentiment(text, "en-US") or 0) > 0.3


@pytest.mark.parametrize("text", ["i am very unhappy with your service", "this is not good at all"])
def test_complaints_are_negative(text: str) -> None:
    assert (sentiment(text, "en") or 0) < -0.3


def test_marks_of_redaction_have_no_mood() -> None:
    assert sentiment("[PASSWORD] [ABUSE_1]", "en") == 0
    assert sentiment("my number is [CARD_NUMBER:a1b2]", "en") == sentiment("my number is", "en")


@pytest.mark.parametrize("language", ["de", "es-MX", None])
def test_other_languages_have_no_measure(language: str | None) -> None:
    assert sentiment("das ist great", language) is None
