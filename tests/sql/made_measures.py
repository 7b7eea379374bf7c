"""What a made lake holds beside its words: moods, loudness, unheard speech, callers, engines, decisions."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from made_talk import Dice

if TYPE_CHECKING:
    from made_lake import Lake
    from made_talk import Row

MODELS = {"local": "tiny.en", "pulse": "pulse-pro"}
CUSTOMERS = ("k1", "k2", None)
REVIEW_STATES = ("not_needed", "pending", "confirmed", "rejected", "rejected", None)


def add_measures(lake: Lake, seed: int) -> None:
    """Fill in the columns that are measured or decided, and a request for a call that never landed."""
    dice = Dice(seed)
    for call in lake["calls"]:
        _measure_call(dice, call)
        turns = [turn for turn in lake["turns"] if turn["call_id"] == call["call_id"]]
        _measure_turns(dice, turns)
        for usage in lake["engine_usage"]:
            if usage["call_id"] == call["call_id"]:
                usage.update(engine=call["engine"], model=call["model"])
                usage.update(uncertain_cost_usd=0.02 if dice.chance(0.2) else 0.0)
    lost = lake["engine_usage"][0] | {"usage_id": "lost-0", "call_id": "lost", "recording_sha256": "left2"}
    lake["engine_usage"].append(lost)
    for finding in lake["redactions"]:
        finding["review_status"] = dice.random.choice(REVIEW_STATES)
    lake["reviews"] += [review for known in lake["reviews"] for review in _reconsidered(dice, known)]


def _measure_call(dice: Dice, call: Row) -> None:
    engine = dice.random.choice(tuple(MODELS))
    speech_ms = call["agent_talk_ms"] + call["customer_talk_ms"] + call["other_talk_ms"]
    call.update(
        engine=engine,
        model=MODELS[engine],
        customer_key=dice.random.choice(CUSTOMERS),
        speech_ms=speech_ms if dice.chance(0.8) else None,
        unheard_ms=None,
    )
    if call["speech_ms"] is not None:
        call["unheard_ms"] = dice.random.randint(0, call["speech_ms"])
        call["unheard_spans"] = _stretches(call["unheard_ms"])
    if call["call_date"]:
        clock = time(dice.random.choice((0, 9, 9, 17, 23)), dice.random.randint(0, 59), tzinfo=UTC)
        call["started_at"] = datetime.combine(call["call_date"], clock)


def _stretches(unheard_ms: int) -> str | None:
    """In two stretches, one or both of which may be too short to be noted; nothing by an earlier version."""
    half = unheard_ms // 2
    spans = [
        [start, end] for start, end in ((0, half), (unheard_ms, 2 * unheard_ms - half)) if end - start >= 1000
    ]
    return None if unheard_ms % 3 == 0 else json.dumps(spans)


def _measure_turns(dice: Dice, turns: list[Row]) -> None:
    english, audible = dice.chance(0.8), dice.chance(0.8)
    for turn in turns:
        loud = audible and turn["start_ms"] is not None and dice.chance(0.95)
        turn["sentiment"] = dice.random.randint(-9999, 9999) / 10_000 if english else None
        turn["loudness_dbfs"] = dice.random.randint(-100, -30) / 2 if loud else None
        turn["peak_dbfs"] = turn["loudness_dbfs"] + dice.random.randint(6, 30) / 2 if loud else None


def _reconsidered(dice: Dice, review: Row) -> list[Row]:
    if dice.chance(0.5):
        return []
    later = review["decided_at"] + timedelta(hours=dice.random.choice((-5, 5)))
    return [review | {"review_id": f"{review['review_id']}-2", "reviewer": "mei", "decided_at": later}]
