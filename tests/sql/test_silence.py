"""Non-talk time, dead air, holds and unheard speech against plain Python."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sql_oracles
from sql_answers import DAYS, of_days, same

if TYPE_CHECKING:
    from made_lake import Ask, Lake
    from made_talk import Row


def timeless(lake: Lake, call: Row) -> bool:
    words = [word for word in lake["words"] if word["call_id"] == call["call_id"]]
    return bool(words) and all(word["start_ms"] is None for word in words)


@pytest.mark.parametrize("days", DAYS)
@pytest.mark.parametrize("least", ["3", "0", "9.5"])
def test_non_talk_time_adds_up_the_long_silences(
    days: dict[str, str], least: str, ask: Ask, made_rows: Lake, times: Lake
) -> None:
    facts = sql_oracles.by_call(made_rows)
    expected = []
    for call in of_days(made_rows["calls"], days):
        gaps = [gap for gap in times["gaps"] if gap["call_id"] == call["call_id"]]
        counted = [gap for gap in gaps if gap["duration_ms"] >= float(least) * 1000]
        lasted = sum(gap["duration_ms"] for gap in counted)
        between = sum(gap["duration_ms"] for gap in counted if gap["place"] == "middle")
        unknown = timeless(made_rows, call)
        expected.append(
            facts(call["call_id"], "duration_ms")
            | {
                "instances": None if unknown else len(counted),
                "non_talk_ms": None if unknown else lasted,
                "between_speech_ms": None if unknown else between,
                "longest_ms": max((gap["duration_ms"] for gap in counted), default=None),
                "non_talk_share": None
                if unknown or not call["duration_ms"]
                else lasted / call["duration_ms"],
            }
        )
    assert any(row["instances"] is None for row in expected)
    same(ask("non_talk_time", at_least_s=least, **days), expected, "call_id")


@pytest.mark.parametrize("days", DAYS)
@pytest.mark.parametrize(
    "given", [{}, {"between_speech_only": "false"}, {"at_least_s": "0.5", "between_speech_only": "true"}]
)
def test_dead_air_lists_silences_with_who_spoke_before_and_after(
    days: dict[str, str], given: dict[str, str], ask: Ask, made_rows: Lake, times: Lake
) -> None:
    facts = sql_oracles.by_call(made_rows)
    names = ("start_ms", "end_ms", "place", "voice_before", "voice_after")
    expected = [
        facts(gap["call_id"]) | {name: gap[name] for name in names} | {"dead_air_ms": gap["duration_ms"]}
        for gap in of_days(times["gaps"], days)
        if gap["duration_ms"] >= float(given.get("at_least_s", 5)) * 1000
        and (gap["place"] == "middle" or given.get("between_speech_only") == "false")
    ]
    assert expected
    same(ask("dead_air", **given, **days), expected, "call_id", "start_ms")


@pytest.mark.parametrize("days", DAYS)
@pytest.mark.parametrize("least", ["15", "2"])
def test_hold_segments_are_long_silences_that_the_agent_ends(
    days: dict[str, str], least: str, ask: Ask, made_rows: Lake, times: Lake
) -> None:
    facts = sql_oracles.by_call(made_rows)
    expected = [
        facts(gap["call_id"])
        | {name: gap[name] for name in ("start_ms", "end_ms", "voice_before")}
        | {"hold_ms": gap["duration_ms"]}
        for gap in of_days(times["gaps"], days)
        if gap["duration_ms"] >= float(least) * 1000
        and gap["voice_after"] == "agent"
        and any(
            span["voice"] == "agent" and span["end_ms"] <= gap["start_ms"]
            for span in sql_oracles.spans(made_rows, gap["call_id"])
        )
    ]
    assert {row["voice_before"] for row in expected} > {"agent"}
    same(ask("hold_segments", at_least_s=least, **days), expected, "call_id", "start_ms")


@pytest.mark.parametrize("days", DAYS)
@pytest.mark.parametrize("least", ["0", "0.4"])
def test_coverage_lists_calls_with_unheard_speech(
    days: dict[str, str], least: str, ask: Ask, made_rows: Lake
) -> None:
    facts = sql_oracles.by_call(made_rows)
    more = ("engine", "duration_ms", "speech_ms", "unheard_ms", "rejected_segments")
    expected = []
    for call in of_days(made_rows["calls"], days):
        if call["speech_ms"] is not None:
            share = call["unheard_ms"] / call["speech_ms"] if call["speech_ms"] else 0.0
            if share >= float(least):
                expected.append(facts(call["call_id"], *more) | {"unheard_share": share})
    assert expected
    same(ask("coverage", at_least_share=least, **days), expected, "call_id")
