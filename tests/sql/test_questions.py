"""Questions about times and counts against plain Python, with their defaults and with other parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sql_oracles
from sql_answers import DAYS, of_days, same

if TYPE_CHECKING:
    from made_lake import Ask, Lake


def share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


@pytest.mark.parametrize("days", DAYS)
def test_talk_listen_ratio_divides_agent_by_customer(days: dict[str, str], ask: Ask, made_rows: Lake) -> None:
    names = (
        "call_id",
        "call_date",
        "agent_id",
        "queue",
        "agent_talk_ms",
        "customer_talk_ms",
        "other_talk_ms",
    )
    expected = [
        {name: call[name] for name in names}
        | {
            "agent_share": share(call["agent_talk_ms"], call["agent_talk_ms"] + call["customer_talk_ms"]),
            "talk_listen_ratio": share(call["agent_talk_ms"], call["customer_talk_ms"]),
        }
        for call in of_days(made_rows["calls"], days)
    ]
    assert any(row["agent_share"] is None for row in expected)
    same(ask("talk_listen_ratio", **days), expected, "call_id")


@pytest.mark.parametrize("days", DAYS)
@pytest.mark.parametrize(
    "given", [{}, {"at_least_s": "5"}, {"at_least_s": "1.5", "between_speech_only": "true"}]
)
def test_longest_silence_is_the_longest_gap(
    days: dict[str, str], given: dict[str, str], ask: Ask, made_rows: Lake, times: Lake
) -> None:
    facts = sql_oracles.by_call(made_rows)
    asked = [
        gap
        for gap in of_days(times["gaps"], days)
        if gap["duration_ms"] >= float(given.get("at_least_s", 0)) * 1000
        and (gap["place"] == "middle" or "between_speech_only" not in given)
    ]
    expected = []
    for (call_id,), gaps in sql_oracles.grouped(asked, "call_id").items():
        longest = max(gaps, key=lambda gap: (gap["duration_ms"], -gap["start_ms"]))
        expected.append(facts(call_id) | longest | {"silence_ms": longest["duration_ms"]})
        del expected[-1]["duration_ms"]
    same(ask("longest_silence", **given, **days), expected, "call_id")


@pytest.mark.parametrize("days", DAYS)
@pytest.mark.parametrize("least", ["0", "0.5", "0.9"])
def test_interruptions_are_counted_by_who_interrupts(
    days: dict[str, str], least: str, ask: Ask, made_rows: Lake, times: Lake
) -> None:
    facts = sql_oracles.by_call(made_rows)
    counted = [row for row in of_days(times["talk_over"], days) if row["overlap_ms"] >= float(least) * 1000]
    expected = [
        facts(call_id)
        | {
            "voice": voice,
            "interrupted_voice": other,
            "interruptions": len(rows),
            "floor_taken": sum(row["took_floor"] for row in rows),
            "overlap_ms": sum(row["overlap_ms"] for row in rows),
            "longest_ms": max(row["overlap_ms"] for row in rows),
        }
        for (call_id, voice, other), rows in sql_oracles.grouped(
            counted, "call_id", "voice", "interrupted_voice"
        ).items()
    ]
    assert expected
    rows = ask("interruptions", at_least_s=least, **days)
    same(rows, expected, "call_id", "voice", "interrupted_voice")


@pytest.mark.parametrize("days", DAYS)
@pytest.mark.parametrize("most", ["30", "2"])
def test_response_time_measures_changes_of_voice(
    days: dict[str, str], most: str, ask: Ask, made_rows: Lake, times: Lake
) -> None:
    facts = sql_oracles.by_call(made_rows)
    counted = [row for row in of_days(times["replies"], days) if row["response_ms"] <= float(most) * 1000]
    expected = [
        facts(call_id)
        | {"voice": voice, "replies": len(rows)}
        | sql_oracles.averages([row["response_ms"] for row in rows])
        for (call_id, voice), rows in sql_oracles.grouped(counted, "call_id", "voice").items()
    ]
    assert expected
    same(ask("response_time", at_most_s=most, **days), expected, "call_id", "voice")


@pytest.mark.parametrize("days", DAYS)
@pytest.mark.parametrize("least", ["0", "20"])
def test_words_per_minute_divides_words_by_speaking_time(
    days: dict[str, str], least: str, ask: Ask, made_rows: Lake, times: Lake
) -> None:
    facts = sql_oracles.by_call(made_rows)
    expected = [
        facts(row["call_id"])
        | {name: row[name] for name in ("speaker", "word_count", "talk_ms", "words_per_minute")}
        for row in of_days(times["call_speakers"], days)
        if row["word_count"] >= int(least)
    ]
    assert any(row["speaker"] is None for row in expected)
    same(ask("words_per_minute", at_least_words=least, **days), expected, "call_id", "speaker")


@pytest.mark.parametrize("days", DAYS)
@pytest.mark.parametrize(("below", "least"), [("0.6", "0.1"), ("0.5", "0.35"), ("0.99", "0")])
def test_low_confidence_calls_have_that_share_of_unsure_words(
    days: dict[str, str], below: str, least: str, ask: Ask, made_rows: Lake
) -> None:
    facts = sql_oracles.by_call(made_rows)
    expected = []
    for (call_id,), words in sql_oracles.grouped(of_days(made_rows["words"], days), "call_id").items():
        rated = [word["confidence_percent"] for word in words if word["confidence_percent"] is not None]
        unsure = sum(percent / 100 < float(below) for percent in rated)
        if rated and unsure / len(rated) >= float(least):
            expected.append(
                facts(call_id, "engine")
                | {
                    "rated_words": len(rated),
                    "unsure_words": unsure,
                    "unsure_share": unsure / len(rated),
                    "mean_confidence": sum(rated) / len(rated) / 100,
                }
            )
    assert expected
    same(ask("low_confidence_calls", below=below, at_least_share=least, **days), expected, "call_id")


@pytest.mark.parametrize("days", DAYS)
def test_redactions_by_type_counts_findings_by_tier(days: dict[str, str], ask: Ask, made_rows: Lake) -> None:
    expected = []
    for (entity,), found in sql_oracles.grouped(of_days(made_rows["redactions"], days), "entity").items():
        tiers = [row["tier"] for row in found]
        expected.append(
            {
                "entity": entity,
                "findings": len(found),
                "taken_out": tiers.count("auto") + tiers.count("flagged"),
                "flagged": tiers.count("flagged"),
                "left_for_review": tiers.count("review"),
                "calls": len({row["call_id"] for row in found}),
                "mean_score": sum(row["score"] for row in found) / len(found),
            }
        )
    same(ask("redactions_by_type", **days), expected, "entity")


@pytest.mark.parametrize("days", DAYS)
def test_calls_by_agent_sums_up_each_agents_calls(days: dict[str, str], ask: Ask, made_rows: Lake) -> None:
    expected = []
    for (agent_id,), calls in sql_oracles.grouped(of_days(made_rows["calls"], days), "agent_id").items():
        total = {
            name: sum(call[name] for call in calls)
            for name in ("duration_ms", "agent_talk_ms", "customer_talk_ms", "silence_ms", "overlap_ms")
        }
        expected.append(
            {
                "agent_id": agent_id,
                "calls": len(calls),
                "active_days": len({call["call_date"] for call in calls} - {None}),
                "handle_ms": total["duration_ms"],
                "mean_handle_ms": total["duration_ms"] / len(calls),
                "agent_share": share(
                    total["agent_talk_ms"], total["agent_talk_ms"] + total["customer_talk_ms"]
                ),
                "silence_share": share(total["silence_ms"], total["duration_ms"]),
                "overlap_share": share(total["overlap_ms"], total["duration_ms"]),
                "redactions": sum(call["redaction_count"] for call in calls),
            }
        )
    assert None in {row["agent_id"] for row in expected}
    same(ask("calls_by_agent", **days), expected, "agent_id")
