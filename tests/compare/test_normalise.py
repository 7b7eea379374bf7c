from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.compare.normalise import normalise

SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
).split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()


def texts(text: str, language: str = "en") -> str:
    return " ".join(token.text for token in normalise(text.split(), language))


def spelled(number: int) -> str:
    if number < 20:
        return SMALL[number]
    if number < 100:
        rest = number % 10
        return TENS[number // 10 - 2] + (f"-{SMALL[rest]}" if rest else "")
    if number < 1_000:
        rest = number % 100
        return f"{SMALL[number // 100]} hundred" + (f" and {spelled(rest)}" if rest else "")
    rest = number % 1_000
    return f"{spelled(number // 1_000)} thousand" + (f" {spelled(rest)}" if rest else "")


@pytest.mark.parametrize(
    ("spoken", "written", "both"),
    [
        ("four two six three", "4263", "4 2 6 3"),
        ("a hundred and thirty four dollars", "$134.", "1 3 4 dollars"),
        ("twenty twenty eight", "2028", "2 0 2 8"),
        ("four oh two", "402", "4 0 2"),
        ("double five triple one", "55 111", "5 5 1 1 1"),
        ("one eight hundred five five five one two one two", "1-800-555-1212", "1 8 0 0 5 5 5 1 2 1 2"),
        ("five million", "5 million", "5 0 0 0 0 0 0"),
        ("one point five million dollars", "$1.5 million", "1 5 0 0 0 0 0 dollars"),
        ("three hundred thousand", "300,000", "3 0 0 0 0 0"),
        ("two hundred and five", "2 hundred and five", "2 0 5"),
        ("three point five percent", "3.5%", "3 point 5 percent"),
        ("five dollars and fifty cents", "$5.50", "5 dollars and 5 0 cents"),
        ("twenty third of march", "23rd of March", "2 3 of march"),
        ("nine thirty p m", "9:30 p.m.", "9 3 0 pm"),
        ("at nine", "at 9:00", "at 9"),
        ("all right okay", "Alright, OK!", "alright okay"),
        ("e mail", "e-mail", "email"),
        ("rock and roll", "Rock & Roll", "rock and roll"),
        ("a seven", "A7", "a 7"),
        ("i don't know", "I don\N{RIGHT SINGLE QUOTATION MARK}t know.", "i don't know"),
    ],
)
def test_spoken_and_written_forms_are_the_same(spoken: str, written: str, both: str) -> None:
    assert texts(spoken) == both
    assert texts(written) == both


@given(st.integers(0, 999_999))
def test_every_number_is_its_digits_however_it_is_put(number: int) -> None:
    digits = " ".join(str(number))
    assert texts(str(number)) == digits
    assert texts(f"{number:,}") == digits
    assert texts(spelled(number)) == digits


def test_noise_marks_and_fillers_are_no_words() -> None:
    assert texts("[noise] hello <unk> uh you [blank audio] %hesitation um") == "hello you"
    assert texts("[unintelligible] - ... hmm") == ""


def test_a_token_knows_its_words() -> None:
    tokens = normalise("so $5.50 for two hundred and one things".split())
    assert [(token.text, token.first_word, token.end_word) for token in tokens] == [
        ("so", 0, 1),
        ("5", 1, 2),
        ("dollars", 1, 2),
        ("and", 1, 2),
        ("5", 1, 2),
        ("0", 1, 2),
        ("cents", 1, 2),
        ("for", 2, 3),
        ("2", 3, 7),
        ("0", 3, 7),
        ("1", 3, 7),
        ("things", 7, 8),
    ]


def test_a_lone_one_and_a_second_are_words_and_not_digits() -> None:
    tokens = normalise("which one wait a second my pin is one two one".split())
    assert [token.text for token in tokens if token.digit] == ["1", "2", "1"]


def test_other_languages_have_their_own_numbers_or_none() -> None:
    assert texts("zweiundvierzig Euro", "de") == texts("42 Euro", "de") == "4 2 euro"
    assert texts("neljä 42", "fi") == "neljä 4 2"


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=("Z", "C")), min_size=1)))
def test_any_words_are_taken_and_every_token_comes_from_one_of_them(words: list[str]) -> None:
    once = normalise(words)
    assert all(0 <= token.first_word < token.end_word <= len(words) for token in once)
    assert not any(" " in token.text for token in once)
