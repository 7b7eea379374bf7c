"""Where a limit is met exactly, where two things tie, and in which order answers come."""

from __future__ import annotations

from datetime import UTC, datetime
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
        ("dead_air", "at_least_s", "1", "1.001"),
        ("longest_monologue", "at_least_s", "3", "3.001"),
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


@pytest.mark.parametrize(("hold_ms", "found"), [(15_000, [(1000, 15_000)]), (14_990, [])])
def test_a_hold_lasts_15_seconds(hold_ms: int, found: list[tuple[Any, ...]], rows_of: Tuples) -> None:
    lake = talk(("agent", 0, 1000), ("agent", 1000 + hold_ms, 20_000), duration_ms=20_000)
    assert rows_of("hold_segments", lake, "start_ms", "hold_ms") == found


def test_a_hold_lies_between_words_of_the_agent_whoever_speaks_last_before_it(rows_of: Tuples) -> None:
    lake = talk(
        ("customer", 0, 1000),
        ("agent", 20_000, 21_000),
        ("customer", 50_000, 51_000),
        ("agent", 80_000, 81_000),
    )
    assert rows_of("hold_segments", lake, "start_ms", "voice_before") == [(51_000, "customer")]


MONOLOGUE = ("voice", "start_ms", "end_ms", "word_count")


@pytest.mark.parametrize(
    ("between", "found"),
    [
        (("customer", 3000, 3990), [("agent", 0, 6000, 2)]),
        (("customer", 3000, 4000), [("agent", 0, 3000, 1), ("customer", 3000, 4000, 1)]),
        (("agent", 3400, 3500), [("agent", 0, 6000, 3)]),
    ],
)
def test_a_monologue_ends_when_another_speaks_for_a_second(
    between: tuple[str, int, int], found: list[tuple[Any, ...]], rows_of: Tuples
) -> None:
    lake = talk(("agent", 0, 3000), between, ("agent", 4000, 6000))
    assert rows_of("longest_monologue", lake, *MONOLOGUE) == found


@pytest.mark.parametrize(("back_ms", "end_ms"), [(6000, 7000), (6010, 3000)])
def test_a_monologue_goes_on_over_3_seconds_of_silence(back_ms: int, end_ms: int, rows_of: Tuples) -> None:
    lake = talk(("agent", 0, 3000), ("agent", back_ms, 7000))
    assert rows_of("longest_monologue", lake, "end_ms") == [(end_ms,)]


def test_a_voice_that_is_never_heard_for_a_second_has_no_monologue(rows_of: Tuples) -> None:
    assert rows_of("longest_monologue", talk(("agent", 0, 990), ("agent", 1500, 2400)), "voice") == []


@pytest.mark.parametrize(
    ("start_ms", "end_ms", "quarter"),
    [(0, 0, 1), (0, 4990, 1), (0, 5000, 2), (4990, 9990, 3), (7000, 8000, 4), (10_000, 12_000, 4)],
)
def test_a_turn_is_in_the_quarter_of_its_middle(
    start_ms: int, end_ms: int, quarter: int, rows_of: Tuples
) -> None:
    lake = talk(("agent", start_ms, end_ms))
    assert rows_of("call_quarters", lake, "call_quarter") == [(quarter,)]


def test_silence_has_a_level_and_a_turn_without_length_has_none(rows_of: Tuples) -> None:
    lake = talk(("agent", 0, 1000), ("customer", 2000, 2000))
    for turn in lake["turns"]:
        turn.update(loudness_dbfs=-100.0, peak_dbfs=-100.0)
    levels = dict(rows_of("call_quarters", lake, "speaker", "loudness_dbfs"))
    assert levels == {"agent": pytest.approx(-100, abs=0.05), "customer": None}
    assert rows_of("loudness", lake, "speaker", "peak_dbfs") == [("agent", -100.0)]


def test_a_call_without_speakers_has_one_pace_and_one_mood(rows_of: Tuples) -> None:
    lake = talk(("agent", 0, 1000), ("customer", 1000, 3000), ("agent", 9000, 9500))
    for turn, mood in zip(lake["turns"], (-0.5, 0.5, 1.0), strict=True):
        turn.update(speaker=None, sentiment=mood)
    given = {"at_least_words": "1"}
    paces = rows_of("pace_by_quarter", lake, "speaker", "first_quarter", "fourth_quarter", **given)
    assert paces == [(None, 40.0, 120.0)]
    moods = rows_of("sentiment_by_quarter", lake, "first_quarter", "sentiment_change", **given)
    assert moods == [(0.0, 1.0)]


def test_the_latest_quarter_with_words_is_compared_with_the_earliest(rows_of: Tuples) -> None:
    lake = talk(("agent", 3000, 4000), ("agent", 5000, 5500), duration_ms=10_000)
    given = {"at_least_words": "1"}
    assert rows_of("pace_by_quarter", lake, "first_quarter", "change_share", **given) == [(None, 1.0)]


def test_a_call_without_word_times_has_no_silence_but_a_mood(rows_of: Tuples) -> None:
    lake = talk(("agent", 0, 1000), ("customer", 1000, 2000))
    lake["calls"][0].update(agent_talk_ms=0, customer_talk_ms=0, other_talk_ms=0)
    for row in (*lake["words"], *lake["turns"]):
        row.update(start_ms=None, end_ms=None, duration_ms=None, sentiment=0.25)
    for row in lake["words"]:
        del row["end_ms"], row["sentiment"]
    assert rows_of("non_talk_time", lake, "instances", "non_talk_share") == [(None, None)]
    assert rows_of("pace_by_quarter", lake, "speaker") == []
    assert len(rows_of("sentiment_by_speaker", lake, "sentiment", at_least_words="1")) == 2


@pytest.mark.parametrize(("within", "found"), [("1", [("second", 1)]), ("0.999", [])])
def test_a_repeat_follows_within_exactly_so_many_days(
    within: str, found: list[tuple[Any, ...]], rows_of: Tuples
) -> None:
    calls: list[Row] = [
        {"call_id": name, "customer_key": key, "started_at": datetime(2026, 3, day, 9, tzinfo=UTC)}
        for name, key, day in (
            ("first", "k1", 2),
            ("second", "k1", 3),
            ("third", "k2", 3),
            ("fourth", None, 3),
        )
    ]
    lake = {"calls": [call | {"call_date": call["started_at"].date()} for call in calls]}
    assert rows_of("repeat_callers", lake, "call_id", "repeats", within_days=within) == found
    assert rows_of("repeat_callers", lake, "call_id", since="2026-03-03", until="2026-03-03") == [("second",)]


def test_a_redacted_word_and_the_end_of_a_turn_end_a_run_of_unsure_words(rows_of: Tuples) -> None:
    lake = talk(*(("agent", 1000 * place, 1000 * place + 500) for place in range(6)))
    for word in lake["words"]:
        word.update(confidence_percent=49, turn_index=int(word["word_index"] > 3))
    lake["words"][2].update(word="[PERSON]", entity="PERSON")
    lake["words"][1]["confidence_percent"] = 50
    runs = rows_of("words_for_review", lake, "first_word", "last_word", at_least_words="1")
    assert sorted(runs) == [(0, 0), (3, 3), (4, 5)]
