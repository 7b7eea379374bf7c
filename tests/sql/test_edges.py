"""Where a limit is met exactly, where two things tie, and in which order answers come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from made_lake import Ask, Lake, Open
    from made_talk import Row

    Tuples = Callable[..., list[tuple[Any, ...]]]


def talk(*said: tuple[str, int, int], duration_ms: int = 10_000, word: str = "well") -> Lake:
    """A call of one-word turns: who, from, to."""
    facts = {"call_id": "call", "call_date": None}
    words: list[Row] = [
        facts
        | {
            "channel": int(speaker == "agent"),
            "speaker": speaker,
            "turn_index": index,
            "word_index": index,
            "word": word,
            "start_ms": start_ms,
            "duration_ms": end_ms - start_ms,
        }
        for index, (speaker, start_ms, end_ms) in enumerate(said)
    ]
    turns = [row | {"end_ms": row["start_ms"] + row["duration_ms"], "word_count": 1} for row in words]
    for turn in turns:
        del turn["duration_ms"], turn["word"], turn["word_index"]
    calls = [facts | {"duration_ms": duration_ms, "word_count": len(words)}]
    return {"words": words, "turns": turns, "calls": calls}


@pytest.fixture
def rows_of(open_lake: Open, answer: Ask) -> Tuples:
    """The rows of a relation or question on a hand-written call, as tuples of the named columns."""

    def _rows_of(name: str, lake: Lake, *columns: str, **given: str) -> list[tuple[Any, ...]]:
        with open_lake(lake) as connection:
            return [tuple(row[column] for column in columns) for row in answer(connection, name, given)]

    return _rows_of


OVERLAP = ("voice", "start_ms", "overlap_ms", "took_floor")


@pytest.mark.parametrize(
    ("second", "found"),
    [
        (("customer", 1000, 1500), []),
        (("customer", 1010, 1500), [("customer", 1010, 490, False)]),
        (("customer", 1500, 2000), [("customer", 1500, 500, False)]),
        (("customer", 1500, 2010), [("customer", 1500, 500, True)]),
        (("customer", 2000, 3000), []),
        (("customer", 1500, 1500), []),
    ],
)
def test_talk_over_begins_within_the_others_speech(
    second: tuple[str, int, int], found: list[tuple[Any, ...]], rows_of: Tuples
) -> None:
    assert rows_of("talk_over", talk(("agent", 1000, 2000), second), *OVERLAP) == found


def test_one_voice_may_talk_over_two_others(rows_of: Tuples) -> None:
    lake = talk(("agent", 0, 3000), ("customer", 1000, 4000), ("speaker_2", 2000, 2500))
    found = rows_of("talk_over", lake, "voice", "interrupted_voice", "overlap_ms")
    assert sorted(found) == [
        ("customer", "agent", 2000),
        ("speaker_2", "agent", 500),
        ("speaker_2", "customer", 500),
    ]


def test_a_pause_of_300_ms_is_a_breath_and_a_longer_one_ends_the_span(rows_of: Tuples) -> None:
    lake = talk(("agent", 0, 100), ("agent", 400, 500), ("agent", 801, 900))
    assert rows_of("speech_spans", lake, "start_ms", "end_ms") == [(0, 500), (801, 900)]


def test_a_call_full_of_speech_has_no_gap(rows_of: Tuples) -> None:
    lake = talk(("agent", 0, 5000), ("customer", 5000, 10_000))
    assert rows_of("gaps", lake, "start_ms") == []
    assert rows_of("replies", lake, "voice", "response_ms") == [("customer", 0)]


def test_a_turn_without_length_is_a_moment_of_speech_without_a_pace(rows_of: Tuples) -> None:
    lake = talk(("agent", 4000, 4000))
    assert rows_of("gaps", lake, "start_ms", "end_ms", "place") == [(0, 4000, "start"), (4000, 10_000, "end")]
    assert rows_of("call_speakers", lake, "talk_ms", "words_per_minute") == [(0, None)]


@pytest.mark.parametrize(
    ("name", "parameter", "met", "missed"),
    [
        ("interruptions", "at_least_s", "0.5", "0.501"),
        ("longest_silence", "at_least_s", "4", "4.001"),
        ("response_time", "at_most_s", "1", "0.999"),
        ("words_per_minute", "at_least_words", "3", "4"),
        ("greeting_within", "within_s", "3", "2.999"),
    ],
)
def test_a_limit_that_is_met_exactly_counts(
    name: str, parameter: str, met: str, missed: str, rows_of: Tuples
) -> None:
    lake = talk(("customer", 0, 1500), ("customer", 1000, 2000), ("agent", 3000, 6000), word="Hello!")
    lake["turns"].append(lake["turns"][0] | {"turn_index": 3, "start_ms": 5500, "end_ms": 6000})
    column = "greeted" if name == "greeting_within" else "call_id"
    answers = [rows_of(name, lake, column, **{parameter: limit}) for limit in (met, missed)]
    assert answers[0] in ([("call",)], [(True,)])
    assert answers[1] in ([], [(False,)])


def test_the_earliest_of_equal_silences_is_the_longest(rows_of: Tuples) -> None:
    lake = talk(("agent", 2000, 4000), ("agent", 6000, 10_000))
    assert rows_of("longest_silence", lake, "start_ms", "place") == [(0, "start")]


def test_a_share_that_is_met_exactly_counts(rows_of: Tuples) -> None:
    lake = talk(("agent", 0, 100), ("agent", 100, 200))
    for word, percent in zip(lake["words"], (59, 60), strict=True):
        word["confidence_percent"] = percent
    assert rows_of("low_confidence_calls", lake, "unsure_words", at_least_share="0.5") == [(1,)]


def test_a_phrase_goes_on_over_a_pause_of_exactly_the_limit(rows_of: Tuples) -> None:
    lake = talk(("agent", 0, 500), ("agent", 2500, 3000))
    found = {
        s: rows_of("phrase_search", lake, "end_ms", phrase="well, well", pause_s=s) for s in ("2", "1.999")
    }
    assert found == {"2": [(3000,)], "1.999": []}
