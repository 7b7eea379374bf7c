"""Questions that demand or count phrases against plain Python: scripts, forbidden words, trends, rules."""

from __future__ import annotations

import math
from datetime import date
from typing import TYPE_CHECKING

import pytest
import sql_oracles
from made_talk import end_ms
from sql_answers import DAYS, of_days, same

if TYPE_CHECKING:
    from made_lake import Ask, Lake
    from made_talk import Row

SCRIPT = "good morning | thank you for calling; card number; anything else | one moment"


def places(lake: Lake, call_id: str, phrase: str, speaker: str | None, slop: int = 0) -> list[list[Row]]:
    wanted = sql_oracles.tokens(phrase)
    return [
        words
        for said in sql_oracles.spoken(lake, call_id).values()
        for words in sql_oracles.said_phrase(said, wanted, 2000, slop)
        if speaker in (None, words[0]["speaker"])
    ]


def last_end_ms(words: list[Row]) -> int | None:
    return None if words[0]["start_ms"] is None else max(end_ms(word) or 0 for word in words)


def text(words: list[Row]) -> str:
    return " ".join(word["word"] for word in words)


def own_text(words: list[Row], phrase: str) -> str:
    """A phrase's own words, with dots for those of the speaker in between."""
    shown, wanted, skipped = [], sql_oracles.tokens(phrase), False
    for word in words:
        if word["token"] == wanted[0]:
            wanted.pop(0)
            shown.append(f"... {word['word']}" if skipped else word["word"])
            skipped = False
        else:
            skipped = True
    return " ".join(shown)


@pytest.mark.parametrize("days", DAYS)
@pytest.mark.parametrize(
    "given",
    [
        {"deadlines_s": "5; 20"},
        {"deadlines_s": "10", "speakers": "agent; agent; customer"},
        {"deadlines_s": "3; 3; 3", "speakers": "agent"},
        {"deadlines_s": "5; 20", "slop": "3"},
    ],
)
def test_script_adherence_takes_the_first_time_each_step_is_said(
    given: dict[str, str], days: dict[str, str], ask: Ask, made_rows: Lake
) -> None:
    facts = sql_oracles.by_call(made_rows)
    steps = [step.strip() for step in SCRIPT.split(";")]
    limits, who = given["deadlines_s"].split("; "), given.get("speakers", "agent").split("; ")
    slop = int(given.get("slop", 0))
    expected = []
    for call in of_days(made_rows["calls"], days):
        reached: int | None = None
        for place, step in enumerate(steps):
            speaker = (who + [who[-1]] * 3)[place]
            said = [
                (words, own_text(words, phrase), phrase)
                for phrase in step.split("|")
                for words in places(made_rows, call["call_id"], phrase, speaker, slop)
            ]
            first, shown, _ = min(
                said,
                key=lambda one: (one[0][0]["word_index"], -(last_end_ms(one[0]) or 0), one[2]),
                default=(None, None, None),
            )
            start = first[0]["start_ms"] if first else None
            limit = float((limits + [limits[-1]] * 3)[place]) * 1000
            expected.append(
                facts(call["call_id"])
                | {
                    "step": place + 1,
                    "required": step,
                    "said": first is not None,
                    "in_time": None if start is None else first[-1]["start_ms"] <= limit,
                    "in_order": None if start is None else reached is None or start >= reached,
                    "start_ms": start,
                    "end_ms": last_end_ms(first) if first else None,
                    "words": shown,
                }
            )
            reached = start if reached is None else max(reached, start or 0)
    rows = ask("script_adherence", steps=SCRIPT, **given, **days)
    same(rows, expected, "call_id", "step")
    assert any("... " in (row["words"] or "") for row in rows) == (slop > 0)
    if not days:
        assert {row["in_time"] for row in rows} == {row["in_order"] for row in rows} == {True, False, None}


@pytest.mark.parametrize("days", DAYS)
@pytest.mark.parametrize(("speaker", "slop"), [("agent", "0"), ("customer", "0"), ("", "2")])
def test_forbidden_phrases_are_shown_where_they_are_said(
    speaker: str, slop: str, days: dict[str, str], ask: Ask, made_rows: Lake
) -> None:
    facts = sql_oracles.by_call(made_rows)
    phrases = ["my account", "check for", "anything else", "yes", "never said here"]
    expected = [
        facts(call["call_id"])
        | {
            "phrase": phrase,
            "speaker": words[0]["speaker"],
            "start_ms": words[0]["start_ms"],
            "end_ms": last_end_ms(words),
            "first_word": words[0]["word_index"],
            "words": text(words),
        }
        for call in of_days(made_rows["calls"], days)
        for phrase in phrases
        for words in places(made_rows, call["call_id"], phrase, speaker or None, int(slop))
    ]
    assert expected
    rows = ask("forbidden_phrases", phrases="; ".join(phrases), speaker=speaker, slop=slop, **days)
    same(rows, expected, "call_id", "phrase", "first_word")


@pytest.mark.parametrize(
    "given",
    [
        {"since": "2026-03-04"},
        {"since": "2026-03-05", "until": "2026-03-05", "baseline_since": "2026-03-03"},
        {"since": "2026-03-05", "baseline_until": "2026-03-02", "speaker": "customer"},
        {"since": "2026-03-01"},
    ],
)
def test_keyword_trends_compare_shares_of_calls(given: dict[str, str], ask: Ask, made_rows: Lake) -> None:
    phrases = ["my account", "let me check", "one moment", "never said here"]
    day = {name: date.fromisoformat(value) for name, value in given.items() if name != "speaker"}
    dated = [call for call in made_rows["calls"] if call["call_date"]]
    now = sql_oracles.between(dated, day["since"], day.get("until"))
    before = [call for call in dated if call["call_date"] < day["since"]]
    before = sql_oracles.between(before, day.get("baseline_since"), day.get("baseline_until"))
    expected = []
    for phrase in phrases:
        said, earlier = (
            sum(bool(places(made_rows, call["call_id"], phrase, given.get("speaker"))) for call in calls)
            for calls in (now, before)
        )
        row = {"phrase": phrase, "calls": said, "baseline_calls": earlier} | dict.fromkeys(
            ("per_1000_calls", "baseline_per_1000_calls", "ratio", "ratio_low", "ratio_high")
        )
        row["per_1000_calls"] = 1000 * said / len(now)
        if before:
            row["baseline_per_1000_calls"] = 1000 * earlier / len(before)
        if earlier:
            row["ratio"] = row["per_1000_calls"] / row["baseline_per_1000_calls"]
        if earlier and said:
            width = 1.96 * math.sqrt(1 / said - 1 / len(now) + 1 / earlier - 1 / len(before))
            row["ratio_low"], row["ratio_high"] = (row["ratio"] * math.exp(sign * width) for sign in (-1, 1))
        expected.append(row)
    same(ask("keyword_trends", phrases="; ".join(phrases), **given), expected, "phrase")


@pytest.mark.parametrize("days", DAYS)
@pytest.mark.parametrize("version", ["", "fedcba9876543210"])
def test_categories_count_calls_by_rule_and_queue(
    version: str, days: dict[str, str], ask: Ask, made_rows: Lake
) -> None:
    asked = version or "0123456789abcdef"  # the one that was run last
    calls = {call["call_id"]: call for call in of_days(made_rows["calls"], days)}
    hits = {
        (hit["rule"], hit["call_id"])
        for hit in made_rows["rule_hits"]
        if hit["rules_hash"] == asked and hit["call_id"] in calls
    }
    queues = [call["queue"] for call in calls.values()]
    counted: dict[tuple[str, str | None], int] = {}
    for rule, call_id in hits:
        key = (rule, calls[call_id]["queue"])
        counted[key] = counted.get(key, 0) + 1
    expected = [
        {"rules_hash": asked, "rule": rule, "queue": queue, "calls": number}
        | {"call_share": number / queues.count(queue)}
        for (rule, queue), number in counted.items()
    ]
    assert expected
    same(ask("categories", rules_hash=version, **days), expected, "rule", "queue")
