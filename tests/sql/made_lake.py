"""A small lake of made-up conversations: several agents, days and kinds of speakers, and a ledger."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from made_measures import add_measures
from made_nights import add_nights
from made_talk import SIDES, TICK_MS, Dice, Row, conversation, end_ms, forget_times, redact, ticks, turns_of

from tasks.lake.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Callable

    import duckdb

    from tasks.questions.question import Question

    Connection = duckdb.DuckDBPyConnection
    Ask = Callable[..., list[Row]]
    Run = Callable[[Connection, Question], list[Row]]
    Open = Callable[["Lake"], Connection]
    Break = Callable[["Lake"], list[Row]]

Lake = dict[str, list[Row]]

STATES = ("skipped", "quarantined", "failed")


def make_lake(seed: int = 7, calls: int = 30) -> Lake:
    """Rows for every table of the lake, as they lie on disk."""
    dice = Dice(seed)
    lake: Lake = {name: [] for name in TABLES}
    for number in range(calls):
        _add_call(lake, dice, number)
    for number, state in enumerate(STATES):
        lake["recordings"].append(_recording(f"left{number}", None, state, "no audio stream"))
    lake["engine_scores"] = [
        _score(engine, speaker) for engine in ("local", "pulse") for speaker in (None, "agent")
    ]
    add_measures(lake, seed)
    add_nights(lake)
    lake["erasures"], lake["holds"] = [_erasure()], [_hold("add"), _hold("remove")]
    lake["rule_hits"] = _rule_hits(lake)
    lake["rule_runs"] = [_rule_run(lake, since) for since in (None, date(2026, 3, 3))]
    return lake


def _rule_hits(lake: Lake) -> list[Row]:
    """Two categories in two versions of the rules: a call with a spoken place, and one with none."""
    return [
        {name: call[name] for name in ("call_id", "call_date")}
        | {"rules_hash": rules_hash, "rule": rule, "place": 1, "speaker": speaker}
        | {"start_ms": start_ms, "end_ms": start_ms and start_ms + 900, "words": speaker and "my account"}
        for rules_hash in ("0123456789abcdef", "fedcba9876543210")
        for number, call in enumerate(lake["calls"])
        for rule, every, speaker, start_ms in (
            ("complaint", 3, "customer", 1000),
            ("no_greeting", 4, None, None),
        )
        if number % every == (rules_hash == "fedcba9876543210")
    ]


def _erasure() -> Row:
    at = datetime(2026, 3, 11, tzinfo=UTC)
    return {"erasure_id": "e1", "asked": "call", "subject": "erased-0123", "state": "done", "calls": 1} | {
        "asked_by": "rosa",
        "asked_at": at,
        "held_calls": 0,
        "finished_at": at,
        "receipt": "{}",
        "key_id": "0a1b2c3d",
        "signature": "f" * 64,
        "names_key_id": "0a1b2c3d",
    }


def _hold(action: str) -> Row:
    at = datetime(2026, 3, 10, tzinfo=UTC)
    return {"hold_id": f"hold-{action}", "action": action, "kind": "queue", "subject": "cards"} | {
        "reason": "a lawsuit",
        "noted_by": "rosa",
        "noted_at": at,
    }


def _rule_run(lake: Lake, since: date | None) -> Row:
    at = datetime(2026, 3, 9, tzinfo=UTC) + timedelta(days=since is None)
    return {"rules_hash": "0123456789abcdef" if since is None else "fedcba9876543210", "run_at": at} | {
        "rules": "{}",
        "since": since,
        "until": None,
        "calls": len(lake["calls"]),
        "matches": 4,
    }


def _add_call(lake: Lake, dice: Dice, number: int) -> None:
    call_id = f"call-{number:03}"
    call_date = (
        None if number % 11 == 10 else date(2026, 3, 2) + timedelta(days=number % 5 + 7 * (number % 10 == 9))
    )
    kind = list(SIDES)[number % 7] if number % 7 < len(SIDES) else "known"
    one_channel = number % 9 == 8
    words: list[Row] = [] if number % 13 == 12 else conversation(dice, SIDES[kind], one_channel=one_channel)
    if number % 17 == 16:
        forget_times(words)
    redactions = redact(dice, words, call_id)
    turns = turns_of(words)
    for row in (*words, *turns, *redactions):
        row.update(call_id=call_id, call_date=call_date)
    lake["words"] += words
    lake["turns"] += turns
    lake["redactions"] += redactions
    call = _call(dice, call_id, call_date, words, turns, redactions)
    lake["certificates"].append(_certificate(call_id, call_date))
    lake["calls"].append(call | ({"channel_count": 1, "channel_verdict": "mono"} if one_channel else {}))
    lake["recordings"].append(_recording(f"sha-{call_id}", call_id, "landed", None))
    lake["engine_usage"] += [_usage(call_id, call_date, chunk, hit=chunk == 1) for chunk in range(2)]
    if redactions:
        lake["reviews"].append(_review(call_id, call_date, redactions[0]["finding_id"]))
        lake["reveals"].append(_reveal(call_id, call_date, redactions[0]["finding_id"]))


def _call(dice: Dice, call_id: str, call_date: date | None, *parts: list[Row]) -> Row:
    words, turns, redactions = parts
    last_ms = max((end_ms(word) or 0 for word in words), default=0)
    duration_ms = last_ms + (0 if dice.chance(0.2) else dice.ms(0, 4000))
    talk = {
        side: ticks([turn for turn in turns if _side(turn) == side]) for side in ("agent", "customer", "")
    }
    channels = [ticks([turn for turn in turns if turn["channel"] == channel]) for channel in (0, 1)]
    rated = [word["confidence_percent"] for word in words if word["confidence_percent"] is not None]
    started_at = call_date and datetime(call_date.year, call_date.month, call_date.day, 9, tzinfo=UTC)
    return {
        "call_id": call_id,
        "recording_sha256": f"sha-{call_id}",
        "source_uri_masked": "file:///archive/*.wav",
        "started_at": started_at,
        "call_date": call_date,
        "duration_ms": duration_ms,
        "channel_count": 2,
        "channel_verdict": "two_speakers",
        "agent_id": dice.random.choice(("ana", "ben", "cleo", None)),
        "queue": dice.random.choice(("cards", "loans", None)),
        "engine": "local",
        "model": "tiny.en",
        "language": "en",
        "recipe_id": "r1",
        "word_count": len(words),
        "agent_talk_ms": len(talk["agent"]) * TICK_MS,
        "customer_talk_ms": len(talk["customer"]) * TICK_MS,
        "other_talk_ms": len(talk[""]) * TICK_MS,
        "silence_ms": duration_ms - len(channels[0] | channels[1]) * TICK_MS,
        "overlap_ms": len(channels[0] & channels[1]) * TICK_MS,
        "mean_confidence": sum(rated) / len(rated) / 100 if rated else None,
        "low_confidence_words": sum(percent < 60 for percent in rated),
        "redaction_count": sum(finding["tier"] != "review" for finding in redactions),
        "rejected_segments": 0,
        "billed_ms": 0,
        "cost_usd": 0.0,
        "landed_at": datetime(2026, 3, 9, tzinfo=UTC),
    }


def _side(turn: Row) -> str:
    return turn["speaker"] if turn["speaker"] in ("agent", "customer") else ""


def _recording(sha256: str, call_id: str | None, state: str, reason: str | None) -> Row:
    at = datetime(2026, 3, 9, tzinfo=UTC)
    return {"recording_sha256": sha256, "call_id": call_id, "state": state, "reason": reason} | {
        "source_uri_masked": "file:///archive/*.wav",
        "attempts": 1,
        "size_bytes": 1000,
        "first_seen_at": at,
        "updated_at": at,
        "run_id": "run-1",
    }


def _usage(call_id: str, call_date: date | None, chunk: int, *, hit: bool) -> Row:
    return {
        "usage_id": f"{call_id}-{chunk}",
        "call_id": call_id,
        "call_date": call_date,
        "recording_sha256": f"sha-{call_id}",
        "channel": 0,
        "chunk_index": chunk,
        "engine": "local",
        "model": "tiny.en",
        "audio_ms": 30_000,
        "billed_ms": 0 if hit else 30_000,
        "cost_usd": 0.0 if hit else 0.01,
        "latency_ms": 5,
        "attempts": 0 if hit else 1,
        "cache_hit": hit,
    }


def _score(engine: str, speaker: str | None) -> Row:
    return {"comparison_id": "c1", "compared_at": datetime(2026, 3, 9, tzinfo=UTC), "engine": engine} | {
        "model": "m",
        "stand_in": False,
        "speaker": speaker,
        "criterion": "wer",
        "value": 0.1,
        "low": 0.08,
        "high": 0.13,
        "resampled": "recordings",
        "sample_size": 300,
        "unit": "share",
    }


def _certificate(call_id: str, call_date: date | None) -> Row:
    stated = {"issued_at": datetime(2026, 3, 9, tzinfo=UTC), "body": "{}", "key_id": "0a1b2c3d"}
    return {"call_id": call_id, "call_date": call_date, "signature": "f" * 64} | stated


def _reveal(call_id: str, call_date: date | None, finding_id: str) -> Row:
    return {"reveal_id": f"reveal-{finding_id}", "call_id": call_id, "call_date": call_date} | {
        "finding_id": finding_id,
        "entity": "PERSON",
        "key_id": "0a1b2c3d",
        "revealed_by": "rosa",
        "revealed_at": datetime(2026, 3, 10, tzinfo=UTC),
        "reason": "a dispute",
    }


def _review(call_id: str, call_date: date | None, finding_id: str) -> Row:
    at = datetime(2026, 3, 10, tzinfo=UTC)
    return {"review_id": f"review-{finding_id}", "call_id": call_id, "call_date": call_date} | {
        "finding_id": finding_id,
        "reviewer": "rosa",
        "decided_at": at,
        "decision": "accepted",
        "before": '{"entity": "PERSON", "start_word": 0, "end_word": 1}',
        "kind": "sample_redacted",
    }
