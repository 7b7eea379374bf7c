"""Staging and marts against plain Python, on the made lake."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sql_oracles
from made_talk import end_ms

if TYPE_CHECKING:
    from made_lake import Ask, Lake
    from made_talk import Row


def same(rows: list[Row], expected: list[Row]) -> None:
    """The same rows in any order; floats to nine digits."""

    def key(row: Row) -> list[tuple[str, str]]:
        return sorted(
            (name, repr(round(v, 6)) if isinstance(v, float) else repr(v)) for name, v in row.items()
        )

    assert sorted(rows, key=key) == [
        {
            name: pytest.approx(value, rel=1e-6) if isinstance(value, float) else value
            for name, value in row.items()
        }
        for row in sorted(expected, key=key)
    ]


def test_words_have_ends_and_confidences_between_0_and_1(ask: Ask, made_rows: Lake) -> None:
    expected = [
        {name: word[name] for name in word if name not in ("duration_ms", "confidence_percent")}
        | {
            "end_ms": end_ms(word),
            "confidence": None if (percent := word["confidence_percent"]) is None else percent / 100,
        }
        for word in made_rows["words"]
    ]
    same(ask("words"), expected)


@pytest.mark.parametrize(
    "name",
    ["calls", "turns", "redactions", "recordings", "engine_usage", "engine_scores", "reviews", "holds"],
)
def test_staging_views_show_what_is_stored(name: str, ask: Ask, made_rows: Lake) -> None:
    rows = ask(name)
    assert len(rows) == len(made_rows[name])
    expected = [{column: row.get(column) for column in rows[0]} for row in made_rows[name]]
    same(rows, expected)


def test_speech_spans_join_a_voice_over_breaths(ask: Ask, made_rows: Lake) -> None:
    expected = [
        span | {"call_id": call["call_id"], "call_date": call["call_date"]}
        for call in made_rows["calls"]
        for span in sql_oracles.spans(made_rows, call["call_id"])
    ]
    rows = ask("speech_spans")
    for row in rows:
        del row["quiet_before_ms"], row["voice_before"]  # seen through gaps and replies
    same(rows, expected)
    assert len(expected) < len(made_rows["turns"])


@pytest.mark.parametrize("name", ["gaps", "replies", "talk_over", "call_speakers"])
def test_interval_marts_agree_with_counting_ticks(name: str, ask: Ask, times: Lake) -> None:
    expected = times[name]
    assert len(expected) > 10
    same(ask(name), expected)


def test_every_kind_of_gap_is_on_the_made_lake(ask: Ask) -> None:
    assert {gap["place"] for gap in ask("gaps")} == {"start", "middle", "end", "whole"}


def test_spoken_words_drop_case_and_punctuation_and_keep_redactions(ask: Ask, made_rows: Lake) -> None:
    expected = [
        {
            "call_id": word["call_id"],
            "call_date": word["call_date"],
            "word_index": word["word_index"],
            "voice": sql_oracles.voice(word),
            "speaker": word["speaker"],
            "word": word["word"],
            "token": sql_oracles.token(word["word"]),
            "start_ms": word["start_ms"],
            "end_ms": end_ms(word),
        }
        for word in made_rows["words"]
        if sql_oracles.token(word["word"])
    ]
    same(ask("spoken_words"), expected)
    said = {row["token"] for row in expected}
    assert {"café", "zürich", "id", "mmhm", "[person]"} <= said
    assert len(expected) < len(made_rows["words"])


def test_unknown_speakers_on_two_channels_are_two_voices(ask: Ask) -> None:
    unknown = {row["voice"] for row in ask("talk_over") if row["speaker"] is None}
    assert unknown & {"channel 0", "channel 1"}
