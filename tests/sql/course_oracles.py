"""How a call goes on, in boring Python: quarters turn by turn, and who holds the floor span by span."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import sql_oracles

if TYPE_CHECKING:
    from collections.abc import Callable

    from made_lake import Lake
    from made_talk import Row

LONG_MS = 1000
SILENCE_MS = 3000


def call_quarters(lake: Lake) -> list[Row]:
    found = []
    for call in lake["calls"]:
        own = [
            turn | {"call_quarter": _quarter(turn, call["duration_ms"])}
            for turn in lake["turns"]
            if turn["call_id"] == call["call_id"]
        ]
        for (speaker, quarter), turns in sql_oracles.grouped(own, "speaker", "call_quarter").items():
            talk_ms = None if quarter is None else sum(_length(turn) for turn in turns)
            words = sum(turn["word_count"] for turn in turns)
            facts = {name: call[name] for name in ("call_id", "call_date")}
            said = {"turn_count": len(turns), "word_count": words, "talk_ms": talk_ms}
            pace = {"words_per_minute": words * 60_000 / talk_ms if talk_ms else None}
            place = {"speaker": speaker, "call_quarter": quarter}
            found.append(facts | place | said | pace | _mood(turns) | _level(turns))
    return found


def _quarter(turn: Row, duration_ms: int) -> int | None:
    if turn["start_ms"] is None or not duration_ms:
        return None
    middle = (turn["start_ms"] + turn["end_ms"]) / 2
    return next((number for number in (1, 2, 3) if middle < duration_ms * number / 4), 4)


def _length(turn: Row) -> int:
    length: int = turn["end_ms"] - turn["start_ms"]
    return length


def _mood(turns: list[Row]) -> Row:
    rated = [turn for turn in turns if turn["sentiment"] is not None]
    words = sum(turn["word_count"] for turn in rated)
    total = sum(turn["sentiment"] * turn["word_count"] for turn in rated)
    return {
        "rated_words": words,
        "sentiment": total / words if words else None,
        "lowest_sentiment": min((turn["sentiment"] for turn in rated), default=None),
    }


def _level(turns: list[Row]) -> Row:
    loud = [turn for turn in turns if turn["loudness_dbfs"] is not None]
    measured_ms = sum(_length(turn) for turn in loud)
    return {
        "measured_ms": measured_ms if loud else None,
        "loudness_dbfs": mean_level([(turn["loudness_dbfs"], _length(turn)) for turn in loud]),
        "peak_dbfs": max((turn["peak_dbfs"] for turn in loud), default=None),
    }


def mean_level(levels: list[tuple[float, int]]) -> float | None:
    """The level of the mean power, in dB."""
    lasted = sum(length for _, length in levels)
    return (
        10 * math.log10(sum(10 ** (level / 10) * length for level, length in levels) / lasted)
        if lasted
        else None
    )


def call_monologues(lake: Lake) -> list[Row]:
    found = []
    for call in lake["calls"]:
        runs = monologues(sql_oracles.spans(lake, call["call_id"]))
        for voice in {run[0]["voice"] for run in runs}:
            own = [run for run in runs if run[0]["voice"] == voice]
            longest = max(own, key=lambda run: (lasts(run), -run[0]["start_ms"]))
            facts = {name: call[name] for name in ("call_id", "call_date")}
            said = {name: longest[0][name] for name in ("voice", "speaker", "start_ms")}
            words = sum(span["word_count"] for span in longest)
            end = {"end_ms": longest[0]["start_ms"] + lasts(longest), "monologue_ms": lasts(longest)}
            found.append(facts | said | end | {"word_count": words})
    return found


def lasts(run: list[Row]) -> int:
    length: int = max(span["end_ms"] for span in run) - run[0]["start_ms"]
    return length


def monologues(said: list[Row]) -> list[list[Row]]:
    """The spans during which one voice holds the floor, run by run."""
    runs: list[list[Row]] = []
    holder, goes_on, heard_ms = None, False, 0
    for span in said:
        if span["start_ms"] - heard_ms > SILENCE_MS:
            goes_on = False
        heard_ms = max(heard_ms, span["end_ms"])
        if span["end_ms"] - span["start_ms"] >= LONG_MS and span["voice"] != holder:
            holder, goes_on = span["voice"], False
        if span["voice"] == holder and goes_on:
            runs[-1].append(span)
        elif span["voice"] == holder:
            runs.append([span])
            goes_on = True
    return runs


def quarters_of(rows: list[Row], value: Callable[[Row], float | None]) -> list[float | None]:
    """One speaker's value in the first to the fourth quarter."""
    return [
        next((value(row) for row in rows if row["call_quarter"] == number), None) for number in (1, 2, 3, 4)
    ]
