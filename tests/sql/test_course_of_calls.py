"""Pace, mood, loudness and monologues against plain Python."""

from __future__ import annotations

from typing import TYPE_CHECKING

import course_oracles
import pytest
import sql_oracles
from sql_answers import DAYS, of_days, same

if TYPE_CHECKING:
    from collections.abc import Callable

    from made_lake import Ask, Lake
    from made_talk import Row

QUARTERS = ("first_quarter", "second_quarter", "third_quarter", "fourth_quarter")


@pytest.fixture(scope="module")
def quarters(made_rows: Lake) -> list[Row]:
    return course_oracles.call_quarters(made_rows)


def test_call_quarters_sum_up_turns_by_their_middle(ask: Ask, quarters: list[Row]) -> None:
    assert {row["call_quarter"] for row in quarters} == {1, 2, 3, 4, None}
    assert any(row["sentiment"] is None for row in quarters)
    assert any(row["loudness_dbfs"] is None and row["call_quarter"] for row in quarters)
    same(ask("call_quarters"), quarters, "call_id", "speaker", "call_quarter")


def test_call_monologues_follow_who_holds_the_floor(ask: Ask, made_rows: Lake) -> None:
    expected = course_oracles.call_monologues(made_rows)
    spans = {(row["call_id"], row["start_ms"], row["end_ms"]) for row in ask("speech_spans")}
    assert any((row["call_id"], row["start_ms"], row["end_ms"]) not in spans for row in expected)
    same(ask("call_monologues"), expected, "call_id", "voice")


@pytest.mark.parametrize("days", DAYS)
@pytest.mark.parametrize("least", ["0", "12.5"])
def test_longest_monologue_leaves_out_shorter_ones(
    days: dict[str, str], least: str, ask: Ask, made_rows: Lake
) -> None:
    facts = sql_oracles.by_call(made_rows)
    names = ("voice", "start_ms", "end_ms", "monologue_ms", "word_count")
    expected = [
        facts(row["call_id"]) | {name: row[name] for name in names}
        for row in of_days(course_oracles.call_monologues(made_rows), days)
        if row["monologue_ms"] >= float(least) * 1000
    ]
    assert expected
    same(ask("longest_monologue", at_least_s=least, **days), expected, "call_id", "voice")


def by_speaker(rows: list[Row]) -> dict[tuple[str, str | None], list[Row]]:
    return {
        (call_id, speaker): own
        for (call_id, speaker), own in sql_oracles.grouped(rows, "call_id", "speaker").items()
    }


def courses(
    rows: list[Row], value: Callable[[Row], float | None], change: Callable[[float, float], float]
) -> list[Row]:
    """Each call and speaker with its four quarters, and the change from the first known to the last."""
    found = []
    for (call_id, speaker), own in by_speaker(rows).items():
        values = course_oracles.quarters_of(own, value)
        known = [one for one in values if one is not None]
        found.append(
            {"call_id": call_id, "speaker": speaker}
            | dict(zip(QUARTERS, values, strict=True))
            | {"change": change(known[0], known[-1]) if len(known) > 1 else None}
        )
    return found


@pytest.mark.parametrize("days", DAYS)
@pytest.mark.parametrize("least", ["10", "1"])
def test_pace_by_quarter_compares_the_last_known_pace_with_the_first(
    days: dict[str, str], least: str, ask: Ask, made_rows: Lake, quarters: list[Row]
) -> None:
    facts = sql_oracles.by_call(made_rows)
    placed = [row for row in of_days(quarters, days) if row["call_quarter"]]
    found = courses(
        placed,
        lambda row: row["words_per_minute"] if row["word_count"] >= int(least) else None,
        lambda first, last: last / first - 1,
    )
    expected = [facts(row["call_id"]) | row | {"change_share": row["change"]} for row in found]
    for row in expected:
        del row["change"]
    assert any(row["change_share"] is None for row in expected)
    assert any(row["change_share"] for row in expected)
    same(ask("pace_by_quarter", at_least_words=least, **days), expected, "call_id", "speaker")


@pytest.mark.parametrize("days", DAYS)
@pytest.mark.parametrize("least", ["5", "1"])
def test_sentiment_by_quarter_subtracts_the_first_known_mood_from_the_last(
    days: dict[str, str], least: str, ask: Ask, made_rows: Lake, quarters: list[Row]
) -> None:
    facts = sql_oracles.by_call(made_rows)
    rated = [row for row in of_days(quarters, days) if row["call_quarter"] and row["rated_words"]]
    found = courses(
        rated,
        lambda row: row["sentiment"] if row["rated_words"] >= int(least) else None,
        lambda first, last: last - first,
    )
    expected = [facts(row["call_id"]) | row | {"sentiment_change": row["change"]} for row in found]
    for row in expected:
        del row["change"]
    assert any(row["sentiment_change"] for row in expected)
    same(ask("sentiment_by_quarter", at_least_words=least, **days), expected, "call_id", "speaker")


@pytest.mark.parametrize("days", DAYS)
@pytest.mark.parametrize("least", ["10", "40"])
def test_sentiment_by_speaker_weighs_turns_by_their_words(
    days: dict[str, str], least: str, ask: Ask, made_rows: Lake
) -> None:
    facts = sql_oracles.by_call(made_rows)
    expected = []
    rated = [turn for turn in of_days(made_rows["turns"], days) if turn["sentiment"] is not None]
    for (call_id, speaker), turns in by_speaker(rated).items():
        words = sum(turn["word_count"] for turn in turns)
        total = sum(turn["sentiment"] * turn["word_count"] for turn in turns)
        lowest = min(turn["sentiment"] for turn in turns)
        mood = {"rated_words": words, "sentiment": total / words, "lowest_sentiment": lowest}
        if words >= int(least):
            expected.append(facts(call_id) | {"speaker": speaker} | mood)
    assert expected
    same(ask("sentiment_by_speaker", at_least_words=least, **days), expected, "call_id", "speaker")


@pytest.mark.parametrize("days", DAYS)
def test_loudness_is_the_level_of_the_mean_power(
    days: dict[str, str], ask: Ask, made_rows: Lake, quarters: list[Row]
) -> None:
    facts = sql_oracles.by_call(made_rows)
    loud = [row for row in of_days(quarters, days) if row["loudness_dbfs"] is not None]
    expected = []
    for (call_id, speaker), own in by_speaker(loud).items():
        levels = [
            level for level in course_oracles.quarters_of(own, lambda row: row["loudness_dbfs"]) if level
        ]
        turns = [
            (turn["loudness_dbfs"], turn["end_ms"] - turn["start_ms"])
            for turn in made_rows["turns"]
            if (turn["call_id"], turn["speaker"]) == (call_id, speaker) and turn["loudness_dbfs"] is not None
        ]
        expected.append(
            facts(call_id)
            | {
                "speaker": speaker,
                "measured_ms": sum(length for _, length in turns),
                "loudness_dbfs": course_oracles.mean_level(turns),
                "peak_dbfs": max(row["peak_dbfs"] for row in own),
                "change_db": levels[-1] - levels[0] if len(levels) > 1 else None,
            }
        )
    assert any(row["change_db"] for row in expected)
    same(ask("loudness", **days), expected, "call_id", "speaker")


@pytest.mark.parametrize("days", DAYS)
@pytest.mark.parametrize("above", ["6", "2.25"])
def test_loudness_peaks_are_turns_above_the_speakers_own_level(
    days: dict[str, str], above: str, ask: Ask, made_rows: Lake
) -> None:
    facts = sql_oracles.by_call(made_rows)
    names = ("turn_index", "speaker", "start_ms", "end_ms", "loudness_dbfs", "peak_dbfs")
    loud = [turn for turn in of_days(made_rows["turns"], days) if turn["loudness_dbfs"] is not None]
    expected = []
    for (call_id, _), turns in by_speaker(loud).items():
        usual = course_oracles.mean_level([(t["loudness_dbfs"], t["end_ms"] - t["start_ms"]) for t in turns])
        assert usual is not None
        expected += [
            facts(call_id)
            | {name: turn[name] for name in names}
            | {"usual_dbfs": usual, "above_db": turn["loudness_dbfs"] - usual}
            for turn in turns
            if turn["loudness_dbfs"] - usual >= float(above)
        ]
    assert expected
    same(ask("loudness_peaks", above_db=above, **days), expected, "call_id", "turn_index")
