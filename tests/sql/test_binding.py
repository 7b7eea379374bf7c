"""From what a person types to what is bound."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from tasks.errors import SettingsError
from tasks.questions.bind import bind, question_named
from tasks.questions.loader import load_questions

if TYPE_CHECKING:
    from tasks.questions.question import Question


QUESTIONS = load_questions()
GREETING, SEARCH, SILENCE = (
    QUESTIONS[name] for name in ("greeting_within", "phrase_search", "longest_silence")
)


def test_defaults_are_bound_where_nothing_is_given() -> None:
    bound = bind(GREETING, {})
    assert bound["within_s"] == 15.0
    assert bound["since"] is None
    assert isinstance(bound["phrases"], list)
    assert "how can i help" in bound["phrases"]


def test_texts_become_values_of_the_parameters_type() -> None:
    bound = bind(GREETING, {"within_s": "7.5", "phrases": " hi there ;; hello", "since": "2026-03-02"})
    assert bound == {
        "within_s": 7.5,
        "phrases": ["hi there", "hello"],
        "since": date(2026, 3, 2),
        "until": None,
    }
    assert bind(SILENCE, {"between_speech_only": "Yes"})["between_speech_only"] is True
    assert bind(SEARCH, {"phrase": "42", "context_words": "3"})["context_words"] == 3


def test_an_empty_text_takes_back_an_optional_parameter() -> None:
    assert bind(SEARCH, {"phrase": "x", "speaker": "", "since": ""})["since"] is None


def test_a_required_parameter_is_asked_for() -> None:
    with pytest.raises(SettingsError, match=r"phrase_search needs phrase, text: --param phrase="):
        bind(SEARCH, {})


def test_an_unknown_parameter_is_answered_with_the_known_ones() -> None:
    with pytest.raises(
        SettingsError, match=r"no parameter 'within'; it takes within_s \(double, s, default 15\)"
    ):
        bind(GREETING, {"within": "7"})
    with pytest.raises(SettingsError, match="it takes none"):
        bind(replace(GREETING, parameters=()), {"within": "7"})


@pytest.mark.parametrize(
    ("question", "name", "text", "expected"),
    [
        (GREETING, "within_s", "soon", "a number such as 1.5"),
        (GREETING, "within_s", "nan", "a number"),
        (GREETING, "within_s", "", "a number"),
        (GREETING, "since", "yesterday", "a date such as 2026-03-02"),
        (SEARCH, "context_words", "2.5", "a whole number"),
        (SEARCH, "context_words", "99999999999", "a whole number"),
        (SILENCE, "between_speech_only", "perhaps", "true or false"),
    ],
)
def test_a_value_of_the_wrong_type_is_refused_without_repeating_it(
    question: Question, name: str, text: str, expected: str
) -> None:
    given = {"phrase": "x", name: text} if question is SEARCH else {name: text}
    with pytest.raises(SettingsError, match=f"{name} of {question.name} must be {expected}") as caught:
        bind(question, given)
    assert not text or text not in str(caught.value)


def test_an_unknown_question_is_answered_with_the_likeliest_or_all() -> None:
    assert question_named(QUESTIONS, "phrase_search") is SEARCH
    with pytest.raises(SettingsError, match=r"did you mean .*longest_silence"):
        question_named(QUESTIONS, "longest_silences")
    with pytest.raises(SettingsError, match=r"there are: .*calls_by_agent, .*greeting_within"):
        question_named(QUESTIONS, "zzz")
