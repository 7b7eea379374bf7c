"""Calls made up in bulk, as rows of the lake: Zipf words, turns, pauses, talk-over, marks, a few phrases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.lake.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

CALLS_A_DAY: Final = 10_000
FIRST_DAY: Final = date(2026, 1, 5)
_MEAN_WORDS: Final = 1_000
_TURN_WORDS: Final = 14
_VOCABULARY: Final = Path(__file__).parents[3] / "tasks" / "redact" / "names" / "common.txt"
_MARKS: Final = ("[PERSON]", "[CARD_NUMBER]", "[PHONE]", "[ADDRESS]", "[DATE_OF_BIRTH]")
_STEP_MS: Final = 10
"""Engines give times in steps: Whisper of 20 ms, others of 10."""
_MARKED: Final = 0.005
_COMMONEST: Final = (
    "i you the and to a that it is of in yeah okay so my for have on me we this be what your with can just "
    "know not was they are do but right all one if like at uh um no there yes get out well up got about or "
    "as please thank thanks account call number card help let see now need would will time from an then"
).split()
_PHRASES: Final = {
    "thank you for calling how may i help": 0.7,
    "is there anything else i can help you with": 0.6,
    "i want to cancel my account": 0.01,
    "this call may be recorded": 0.8,
    "let me put you on hold": 0.15,
}
"""What is said in calls, and in which share of them."""


@dataclass(frozen=True, slots=True)
class Talk:
    """The words of a batch of calls laid end to end, and the turns and calls that they fall into."""

    words: NDArray[Any]
    turn_words: NDArray[np.int64]
    """How many words each turn has."""
    call_turns: NDArray[np.int64]
    """How many turns each call has."""
    word_start: NDArray[np.int64]
    word_ms: NDArray[np.int64]
    turn_start: NDArray[np.int64]
    turn_end: NDArray[np.int64]
    overlap_ms: NDArray[np.int64]
    """By how much each turn begins before the one before it ends."""

    @property
    def turn_call(self) -> NDArray[np.int64]:
        """The call of every turn, from 0."""
        return np.repeat(np.arange(len(self.call_turns)), self.call_turns)

    @property
    def word_turn(self) -> NDArray[np.int64]:
        """The turn of every word, from 0."""
        return np.repeat(np.arange(len(self.turn_words)), self.turn_words)


def made_batches(
    words: int, calls_a_batch: int, seed: int = 1, first_call: int = 0
) -> Iterator[dict[str, pa.Table]]:
    """Batches of rows by relation, about so many words in all, 10,000 calls a day; calls are numbered."""
    dice = np.random.default_rng(seed + first_call)
    spoken, shares = _spoken(np.random.default_rng(seed))
    made, number = 0, first_call
    while made < words:
        day = number // CALLS_A_DAY
        count = min(calls_a_batch, CALLS_A_DAY - number % CALLS_A_DAY)
        tables = _rows(_talk(dice, spoken, shares, count), dice, number, FIRST_DAY + timedelta(days=day))
        yield tables
        made += tables["words"].num_rows
        number += count


def _spoken(dice: np.random.Generator) -> tuple[NDArray[Any], NDArray[np.float64]]:
    """What is said, and how often: by Zipf and Mandelbrot, the commonest words of telephone talk first."""
    rest = sorted({*_VOCABULARY.read_text().split()} - {*_COMMONEST})
    words = [*_COMMONEST, *dice.permutation(rest)]
    share = 1 / (np.arange(1, len(words) + 1) + 2.7) ** 1.2
    marks = np.full(len(_MARKS), _MARKED / len(_MARKS))
    return np.array([*_MARKS, *words], dtype=object), np.append(marks, share / share.sum() * (1 - _MARKED))


def _talk(dice: np.random.Generator, spoken: NDArray[Any], shares: NDArray[np.float64], calls: int) -> Talk:
    call_turns = np.maximum(2, dice.lognormal(np.log(_MEAN_WORDS / _TURN_WORDS), 0.5, calls).astype(int))
    turn_words = dice.geometric(1 / _TURN_WORDS, call_turns.sum())
    words = spoken[dice.choice(len(spoken), turn_words.sum(), p=shares)]
    _say_phrases(dice, words, turn_words, call_turns)
    word_ms = np.clip(dice.lognormal(5.5, 0.4, len(words)), 60, 1_500).astype(int) // _STEP_MS * _STEP_MS
    lag = dice.integers(0, 10, len(words)) * _STEP_MS
    firsts = np.concatenate(([0], np.cumsum(turn_words)[:-1]))
    lag[firsts] = 0
    turn_ms = np.add.reduceat(word_ms + lag, firsts)
    pause, overlap = _pauses(dice, turn_ms, call_turns)
    turn_start = _within_calls(np.concatenate(([0], (turn_ms + pause)[:-1])), call_turns) + 800
    ends = np.cumsum(word_ms + lag)
    before = np.repeat((ends - word_ms - lag)[firsts], turn_words)
    word_start = ends - word_ms - before + np.repeat(turn_start, turn_words)
    return Talk(words, turn_words, call_turns, word_start, word_ms, turn_start, turn_start + turn_ms, overlap)


def _say_phrases(
    dice: np.random.Generator,
    words: NDArray[Any],
    turn_words: NDArray[np.int64],
    call_turns: NDArray[np.int64],
) -> None:
    """Put each phrase over the words of a turn that is long enough, in its share of the calls."""
    firsts = np.concatenate(([0], np.cumsum(turn_words)[:-1]))
    call_firsts = np.concatenate(([0], np.cumsum(call_turns)[:-1]))
    for phrase, share in _PHRASES.items():
        said = phrase.split()
        for call in np.flatnonzero(dice.random(len(call_turns)) < share):
            turn = call_firsts[call] + dice.integers(0, call_turns[call])
            if turn_words[turn] >= len(said):
                words[firsts[turn] : firsts[turn] + len(said)] = said


def _pauses(
    dice: np.random.Generator, turn_ms: NDArray[np.int64], call_turns: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The pause after each turn, negative where the next one begins early, and each turn's overlap."""
    pause = dice.normal(350, 500, len(turn_ms))
    long = dice.random(len(turn_ms)) < 0.02
    pause[long] = dice.uniform(3_000, 60_000, long.sum())
    following = np.append(turn_ms[1:], turn_ms[-1])
    pause = np.maximum(pause, -0.4 * np.minimum(turn_ms, following)).astype(int)
    pause[np.cumsum(call_turns) - 1] = 0
    return pause, np.concatenate(([0], np.maximum(0, -pause[:-1])))


def _within_calls(steps: NDArray[np.int64], call_turns: NDArray[np.int64]) -> NDArray[np.int64]:
    """Running sums that begin again with every call."""
    sums = np.cumsum(steps)
    firsts = np.concatenate(([0], np.cumsum(call_turns)[:-1]))
    return sums - np.repeat(sums[firsts], call_turns)


def _rows(talk: Talk, dice: np.random.Generator, number: int, day: date) -> dict[str, pa.Table]:
    calls = len(talk.call_turns)
    ids = pa.array([f"call-{number + place:09d}" for place in range(calls)])
    tables = {
        "words": _words(talk, dice, ids, day),
        "turns": _turns(talk, dice, ids, day),
        "calls": _calls(talk, dice, ids, day),
    }
    tables["redactions"] = _redactions(tables["words"])
    tables["engine_usage"] = _usage(tables["calls"])
    tables["recordings"] = _recordings(tables["calls"])
    return {name: tables[name] if name in tables else schema.empty_table() for name, schema in TABLES.items()}


def _table(name: str, columns: dict[str, Any]) -> pa.Table:
    """The columns in the lake's types; what is left out is null, one value is for all rows."""
    rows = max(len(column) for column in columns.values() if isinstance(column, pa.Array | np.ndarray))
    arrays = []
    for field in TABLES[name]:
        column = columns.get(field.name)
        if not isinstance(column, pa.Array | pa.ChunkedArray | np.ndarray):
            column = pa.repeat(pa.scalar(column, field.type), rows)
        arrays.append(pc.cast(pa.array(column) if isinstance(column, np.ndarray) else column, field.type))
    return pa.Table.from_arrays(arrays, schema=TABLES[name])


def _words(talk: Talk, dice: np.random.Generator, ids: pa.Array, day: date) -> pa.Table:
    turn, firsts = talk.word_turn, np.concatenate(([0], np.cumsum(talk.call_turns)[:-1]))
    call = talk.turn_call[turn]
    turn_index = turn - firsts[call]
    call_words = np.bincount(call, minlength=len(ids))
    before = np.concatenate(([0], np.cumsum(call_words)[:-1]))
    words = pa.array(talk.words, pa.string())
    marked = pc.starts_with(words, "[")
    entity = pc.if_else(marked, pc.utf8_trim(words, "[]"), pa.scalar(None, pa.string()))
    return _table(
        "words",
        {
            "call_id": ids.take(pa.array(call)),
            "call_date": day,
            "channel": (turn_index % 2).astype(np.uint8),
            "speaker": pa.array(["agent", "customer"]).take(pa.array(turn_index % 2)),
            "turn_index": turn_index,
            "word_index": np.arange(len(call)) - before[call],
            "word": words,
            "start_ms": talk.word_start,
            "duration_ms": talk.word_ms,
            "confidence_percent": (100 * dice.beta(8, 1, len(call))).astype(np.uint8),
            "entity": entity,
        },
    )


def _turns(talk: Talk, dice: np.random.Generator, ids: pa.Array, day: date) -> pa.Table:
    call = talk.turn_call
    turn_index = np.arange(len(call)) - np.concatenate(([0], np.cumsum(talk.call_turns)[:-1]))[call]
    offsets = np.concatenate(([0], np.cumsum(talk.turn_words))).astype(np.int32)
    texts = pa.ListArray.from_arrays(pa.array(offsets), pa.array(talk.words, pa.string()))
    count = len(call)
    return _table(
        "turns",
        {
            "call_id": ids.take(pa.array(call)),
            "call_date": day,
            "turn_index": turn_index,
            "channel": (turn_index % 2).astype(np.uint8),
            "speaker": pa.array(["agent", "customer"]).take(pa.array(turn_index % 2)),
            "start_ms": talk.turn_start,
            "end_ms": talk.turn_end,
            "text": pc.binary_join(texts, " "),
            "word_count": talk.turn_words,
            "mean_confidence": dice.beta(20, 2, count).astype(np.float32),
            "sentiment": np.where(dice.random(count) < 0.6, 0, dice.normal(0.1, 0.4, count).clip(-1, 1)),
            "loudness_dbfs": dice.normal(-24, 4, count).round(1),
            "peak_dbfs": dice.normal(-8, 3, count).clip(-100, 0).round(1),
        },
    )


def _calls(talk: Talk, dice: np.random.Generator, ids: pa.Array, day: date) -> pa.Table:
    call, count = talk.turn_call, len(ids)
    firsts = np.concatenate(([0], np.cumsum(talk.call_turns)[:-1]))
    turn_index = np.arange(len(call)) - firsts[call]
    turn_ms = talk.turn_end - talk.turn_start
    agent_ms, customer_ms, overlap_ms, said = (
        np.bincount(call, weights, count).astype(int)
        for weights in (
            turn_ms * (turn_index % 2 == 0),
            turn_ms * (turn_index % 2 == 1),
            talk.overlap_ms,
            talk.turn_words,
        )
    )
    duration_ms = talk.turn_end[firsts + talk.call_turns - 1] + 1_500
    word_call = call[talk.word_turn]
    marks = np.bincount(word_call, [word[0] == "[" for word in talk.words], count).astype(int)
    started = [
        datetime(day.year, day.month, day.day, 8, tzinfo=UTC) + timedelta(seconds=int(second))
        for second in dice.integers(0, 43_200, count)
    ]
    return _table(
        "calls",
        {
            "call_id": ids,
            "recording_sha256": pa.array([f"{dice.bytes(32).hex()}" for _ in range(count)]),
            "source_uri_masked": "file:///archive/####.wav",
            "started_at": pa.array(started, pa.timestamp("us", tz="UTC")),
            "call_date": day,
            "duration_ms": duration_ms,
            "channel_count": 2,
            "channel_verdict": "two_speakers",
            "speaker_source": "metadata",
            "agent_id": pa.array([f"agent-{agent:03d}" for agent in dice.integers(0, 200, count)]),
            "queue": pa.array([f"queue-{queue}" for queue in dice.integers(0, 8, count)]),
            "customer_key": pa.array([f"{key:032x}" for key in dice.integers(0, 50_000, count)]),
            "engine": "local",
            "model": "tiny.en",
            "language": "en",
            "recipe_id": "0123456789abcdef",
            "word_count": said,
            "agent_talk_ms": agent_ms,
            "customer_talk_ms": customer_ms,
            "other_talk_ms": 0,
            "silence_ms": duration_ms - agent_ms - customer_ms + overlap_ms,
            "overlap_ms": overlap_ms,
            "speech_ms": agent_ms + customer_ms,
            "unheard_ms": dice.integers(0, 4_000, count),
            "mean_confidence": dice.beta(20, 2, count).astype(np.float32),
            "low_confidence_words": dice.poisson(5, count),
            "redaction_count": marks,
            "rejected_segments": 0,
            "billed_ms": 0,
            "cost_usd": 0.0,
            "landed_at": datetime(2026, 2, 1, tzinfo=UTC),
        },
    )


def _redactions(words: pa.Table) -> pa.Table:
    found = words.filter(pc.is_valid(words["entity"]))
    at = found["word_index"].combine_chunks()
    names = pc.binary_join_element_wise(found["call_id"].combine_chunks(), pc.cast(at, pa.string()), "-")
    start = found["start_ms"].combine_chunks()
    return _table(
        "redactions",
        {name: found[name].combine_chunks() for name in ("call_id", "entity", "channel", "speaker")}
        | {
            "call_date": found["call_date"].combine_chunks(),
            "finding_id": names,
            "reason": "digits",
            "score": 0.9,
            "tier": "auto",
            "start_word": at,
            "end_word": pc.add(at, 1),
            "start_ms": start,
            "end_ms": pc.add(start, pc.cast(found["duration_ms"].combine_chunks(), pa.int32())),
            "mode": "label",
            "detector_version": "1",
            "review_status": "not_needed",
            "rules_hash": "e" * 16,
        },
    )


def _usage(calls: pa.Table) -> pa.Table:
    chunks = np.ceil(calls["duration_ms"].to_numpy() / 25_000).astype(int)
    call = np.repeat(np.arange(calls.num_rows), chunks)
    index = np.arange(len(call)) - np.repeat(np.cumsum(chunks) - chunks, chunks)
    ids = calls["call_id"].combine_chunks().take(pa.array(call))
    return _table(
        "engine_usage",
        {
            "usage_id": pc.binary_join_element_wise(ids, pa.array(index.astype(str)), "-"),
            "call_id": ids,
            "call_date": calls["call_date"][0].as_py(),
            "recording_sha256": calls["recording_sha256"].combine_chunks().take(pa.array(call)),
            "run_id": "run-1",
            "channel": 0,
            "chunk_index": index,
            "engine": "local",
            "model": "tiny.en",
            "requested_at": datetime(2026, 2, 1, tzinfo=UTC),
            "audio_ms": 25_000,
            "billed_ms": 0,
            "cost_usd": 0.0,
            "uncertain_cost_usd": 0.0,
            "latency_ms": 900,
            "attempts": 1,
            "cache_hit": False,
            "outcome": "used",
        },
    )


def _recordings(calls: pa.Table) -> pa.Table:
    taken = ("recording_sha256", "call_id", "source_uri_masked", "duration_ms")
    at = datetime(2026, 2, 1, tzinfo=UTC)
    return _table(
        "recordings",
        {name: calls[name].combine_chunks() for name in taken}
        | {
            "state": "landed",
            "attempts": 1,
            "size_bytes": 4_000_000,
            "first_seen_at": at,
            "updated_at": at,
            "run_id": "run-1",
        },
    )
