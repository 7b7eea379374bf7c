"""Questions about what is said against plain Python: phrases and greetings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import sql_oracles
from made_talk import end_ms
from sql_answers import DAYS, of_days, same

if TYPE_CHECKING:
    from made_lake import Ask, Lake
    from made_talk import Row

PHRASES = [
    "cancel my account",
    "CANCEL, my account!!",
    "my account",
    "my account my account",
    "id like to",
    "I'd like to",
    "café zürich cancel",
    "yes",
    "— ...",
    "[PERSON]",
    "never said here",
    "it is four one one one one",
]


def expected_phrases(lake: Lake, given: dict[str, str]) -> list[Row]:
    facts = sql_oracles.by_call(lake)
    wanted = sql_oracles.tokens(given["phrase"])
    pause_ms = float(given.get("pause_s", 2)) * 1000
    around = int(given.get("context_words", 8))
    return [
        facts(call["call_id"])
        | {
            "speaker": words[0]["speaker"],
            "start_ms": words[0]["start_ms"],
            "end_ms": max((end_ms(word) for word in words), key=lambda end: end or 0),
            "first_word": words[0]["word_index"],
            "last_word": words[-1]["word_index"],
            "context": sql_oracles.context(
                lake, call["call_id"], words[0]["word_index"], words[-1]["word_index"], around
            ),
        }
        for call in of_days(lake["calls"], given)
        for said in sql_oracles.spoken(lake, call["call_id"]).values()
        for words in sql_oracles.said_phrase(said, wanted, pause_ms, int(given.get("slop", 0)))
        if given.get("speaker") in (None, words[0]["speaker"])
    ]


@pytest.mark.parametrize(
    ("phrase", "days"), [(phrase, {}) for phrase in PHRASES] + [("my account", days) for days in DAYS]
)
def test_phrase_search_finds_every_place_a_voice_says_it(
    phrase: str, days: dict[str, str], ask: Ask, made_rows: Lake
) -> None:
    given = {"phrase": phrase, **days}
    same(ask("phrase_search", **given), expected_phrases(made_rows, given), "call_id", "first_word")


def test_phrase_search_takes_pause_speaker_and_context(ask: Ask, made_rows: Lake) -> None:
    given = {"phrase": "cancel my account", "pause_s": "0.2", "speaker": "customer", "context_words": "2"}
    expected = expected_phrases(made_rows, given)
    assert 0 < len(expected) < len(expected_phrases(made_rows, {"phrase": given["phrase"]}))
    same(ask("phrase_search", **given), expected, "call_id", "first_word")


@pytest.mark.parametrize("slop", ["1", "3"])
@pytest.mark.parametrize("phrase", ["my account", "cancel account", "my my account", "i account", "account"])
def test_phrase_search_allows_words_in_between(phrase: str, slop: str, ask: Ask, made_rows: Lake) -> None:
    given = {"phrase": phrase, "slop": slop}
    expected = expected_phrases(made_rows, given)
    assert len(expected) > len(expected_phrases(made_rows, {"phrase": phrase})) or phrase == "account"
    same(ask("phrase_search", **given), expected, "call_id", "first_word")


def test_phrase_search_finds_calls_whose_engine_gives_no_times(ask: Ask) -> None:
    rows = ask("phrase_search", phrase="account")
    assert any(row["start_ms"] is None for row in rows)
    assert all(re.search("account", row["context"], re.IGNORECASE) for row in rows)


def expected_greetings(lake: Lake, days: dict[str, str], within_s: float, phrases: list[str]) -> list[Row]:
    facts = sql_oracles.by_call(lake)
    expected = []
    for call in of_days(lake["calls"], days):
        heard = [
            (words[0]["start_ms"], -(end_ms(words[-1]) or 0), phrase, words[0]["speaker"])
            for said in sql_oracles.spoken(lake, call["call_id"]).values()
            if said[0]["speaker"] != "customer" and said[0]["start_ms"] is not None
            for phrase in phrases
            for words in sql_oracles.said_phrase(said, sql_oracles.tokens(phrase))
            if words[-1]["start_ms"] <= within_s * 1000
        ]
        start, end, phrase, speaker = min(heard) if heard else (None, None, None, None)
        expected.append(
            facts(call["call_id"])
            | {
                "greeted": bool(heard),
                "phrase": phrase,
                "speaker": speaker,
                "start_ms": start,
                "end_ms": None if end is None else -end,
            }
        )
    return expected


DEFAULT_PHRASES = (
    "thank you for calling;thanks for calling;welcome to;good morning;good afternoon;good evening;hello;"
    "how can i help;how may i help;my name is;this is"
)


@pytest.mark.parametrize(
    "given",
    [
        *DAYS,
        {"within_s": "4"},
        {"phrases": "Thank you; good morning, how can; thank you for calling; !"},
        {"phrases": "hello; hello; good morning; Good morning!"},
        {"phrases": ""},
    ],
)
def test_greeting_within_finds_the_first_greeting_in_time(
    given: dict[str, str], ask: Ask, made_rows: Lake
) -> None:
    phrases = [p.strip() for p in given.get("phrases", DEFAULT_PHRASES).split(";")]
    expected = expected_greetings(made_rows, given, float(given.get("within_s", 15)), phrases)
    rows = ask("greeting_within", **given)
    same(rows, expected, "call_id")
    assert any(row["greeted"] for row in rows) == (given.get("phrases") != "")
