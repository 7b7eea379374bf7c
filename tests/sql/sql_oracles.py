"""The same answers in boring Python: loops over every pair, sets of 10 ms ticks, no cleverness."""

from __future__ import annotations

import unicodedata
from itertools import pairwise
from statistics import mean, median
from typing import TYPE_CHECKING, Any

from made_talk import TICK_MS, end_ms, ticks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date

    from made_lake import Lake
    from made_talk import Row

BREATH_MS = 300
Span = dict[str, Any]


def voice(row: Row) -> str:
    return row["speaker"] or f"channel {row['channel']}"


def between(rows: Iterable[Row], since: date | None, until: date | None) -> list[Row]:
    """The rows of these days; a row without a date is in no day, but in an unlimited time."""
    return [
        row
        for row in rows
        if (since is None or (row["call_date"] is not None and row["call_date"] >= since))
        and (until is None or (row["call_date"] is not None and row["call_date"] <= until))
    ]


def runs(covered: set[int], bridge: int = 0) -> list[tuple[int, int]]:
    """Runs of ticks as milliseconds; holes of up to `bridge` ticks are closed."""
    found: list[list[int]] = []
    for tick in sorted(covered):
        if found and tick - found[-1][1] <= bridge:
            found[-1][1] = tick + 1
        else:
            found.append([tick, tick + 1])
    return [(first * TICK_MS, end * TICK_MS) for first, end in found]


def spans(lake: Lake, call_id: str) -> list[Span]:
    """A call's speech by voice in order of time."""
    turns = [turn for turn in lake["turns"] if turn["call_id"] == call_id]
    found = []
    for name in {voice(turn) for turn in turns}:
        own = [turn for turn in turns if voice(turn) == name]
        for start, end in runs(ticks(own), BREATH_MS // TICK_MS):
            inside = [t for t in own if t["start_ms"] is not None and start <= t["start_ms"] < end]
            words = sum(turn["word_count"] for turn in inside)
            found.append({"voice": name, "speaker": own[0]["speaker"], "start_ms": start, "end_ms": end})
            found[-1]["word_count"] = words
    found.sort(key=lambda span: (span["start_ms"], span["end_ms"], span["voice"]))
    return found


def talk_over(lake: Lake) -> list[Row]:
    return [
        {
            "call_id": call["call_id"],
            "call_date": call["call_date"],
            "voice": begun["voice"],
            "speaker": begun["speaker"],
            "interrupted_voice": other["voice"],
            "interrupted_speaker": other["speaker"],
            "start_ms": begun["start_ms"],
            "end_ms": min(begun["end_ms"], other["end_ms"]),
            "overlap_ms": min(begun["end_ms"], other["end_ms"]) - begun["start_ms"],
            "took_floor": begun["end_ms"] > other["end_ms"],
        }
        for call in lake["calls"]
        for said in [spans(lake, call["call_id"])]
        for begun in said
        for other in said
        if begun["voice"] != other["voice"] and other["start_ms"] < begun["start_ms"] < other["end_ms"]
    ]


def replies(lake: Lake) -> list[Row]:
    found = []
    for call in lake["calls"]:
        said = spans(lake, call["call_id"])
        for place in range(1, len(said)):
            last = max(said[:place], key=lambda span: span["end_ms"])
            wait = said[place]["start_ms"] - last["end_ms"]
            if wait >= 0 and last["voice"] != said[place]["voice"]:
                found.append(
                    {
                        "call_id": call["call_id"],
                        "call_date": call["call_date"],
                        "voice": said[place]["voice"],
                        "speaker": said[place]["speaker"],
                        "voice_before": last["voice"],
                        "start_ms": said[place]["start_ms"],
                        "response_ms": wait,
                    }
                )
    return found


def gaps(lake: Lake) -> list[Row]:
    found = []
    for call in lake["calls"]:
        said = spans(lake, call["call_id"])
        if call["word_count"] and not said:
            continue
        silent = set(range(call["duration_ms"] // TICK_MS)) - ticks(said)
        for start, end in runs(silent):
            before = [span for span in said if span["end_ms"] <= start]
            after = [span for span in said if span["start_ms"] >= end]
            found.append(
                {
                    "call_id": call["call_id"],
                    "call_date": call["call_date"],
                    "start_ms": start,
                    "end_ms": end,
                    "duration_ms": end - start,
                    "place": _place(before, after),
                    "voice_before": max(before, key=lambda s: s["end_ms"])["voice"] if before else None,
                    "voice_after": after[0]["voice"] if after else None,
                }
            )
    return found


def _place(before: list[Span], after: list[Span]) -> str:
    if not before:
        return "start" if after else "whole"
    return "middle" if after else "end"


def call_speakers(lake: Lake) -> list[Row]:
    found = []
    for call in lake["calls"]:
        turns = [turn for turn in lake["turns"] if turn["call_id"] == call["call_id"]]
        for speaker in {turn["speaker"] for turn in turns}:
            own = [turn for turn in turns if turn["speaker"] == speaker]
            said = [span for span in spans(lake, call["call_id"]) if span["speaker"] == speaker]
            lengths = [span["end_ms"] - span["start_ms"] for span in said]
            words = sum(turn["word_count"] for turn in own)
            found.append(
                {
                    "call_id": call["call_id"],
                    "call_date": call["call_date"],
                    "speaker": speaker,
                    "turn_count": len(own),
                    "word_count": words,
                    "talk_ms": sum(lengths) if said else None,
                    "longest_span_ms": max(lengths, default=None),
                    "first_ms": min((span["start_ms"] for span in said), default=None),
                    "last_ms": max((span["end_ms"] for span in said), default=None),
                    "words_per_minute": words * 60_000 / sum(lengths) if said else None,
                }
            )
    return found


def token(word: str) -> str:
    """Lower case, only letters, marks, digits, and the brackets of redactions."""
    lowered = unicodedata.normalize("NFC", word).lower()
    return "".join(sign for sign in lowered if unicodedata.category(sign)[0] in "LMN" or sign in "[]_")


def tokens(text: str) -> list[str]:
    return [token(piece) for piece in text.split() if token(piece)]


def spoken(lake: Lake, call_id: str) -> dict[str, list[Row]]:
    """A call's words by voice, each with its token."""
    found: dict[str, list[Row]] = {}
    for word in lake["words"]:
        if word["call_id"] == call_id and token(word["word"]):
            found.setdefault(voice(word), []).append(word | {"token": token(word["word"])})
    return found


def said_phrase(
    said: list[Row], phrase: list[str], pause_ms: float = 10**9, slop: int = 0
) -> list[list[Row]]:
    """Every place where one voice says it without a longer pause, the shortest of those that end alike.

    Up to `slop` other words of the voice may stand in between; a pause with such words is divided among them.
    """
    found: dict[int, tuple[list[Row], list[int]]] = {}
    for first in range(len(said) if phrase else 0):
        place, wanted, own = first, list(phrase), []
        while place < len(said) and wanted and (place > first or said[place]["token"] == wanted[0]):
            if said[place]["token"] == wanted[0]:
                wanted.pop(0)
                own.append(place)
            place += 1
        if not wanted and place - first <= len(phrase) + slop:
            found[place] = (said[first:place], own)
    return [
        words
        for words, own in found.values()
        if all(
            said[later]["start_ms"] is None
            or (said[later]["start_ms"] - end_ms(said[earlier])) // (later - earlier) <= pause_ms
            for earlier, later in pairwise(own)
        )
    ]


def context(lake: Lake, call_id: str, first: int, last: int, around: int) -> str:
    own = [word for word in lake["words"] if word["call_id"] == call_id]
    return " ".join(word["word"] for word in own if first - around <= word["word_index"] <= last + around)


def grouped(rows: Iterable[Row], *names: str) -> dict[tuple[Any, ...], list[Row]]:
    found: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        found.setdefault(tuple(row[name] for name in names), []).append(row)
    return found


def by_call(lake: Lake) -> Callable[..., Row]:
    calls = {call["call_id"]: call for call in lake["calls"]}
    return lambda call_id, *more: {
        name: calls[call_id][name] for name in ("call_id", "call_date", "agent_id", "queue", *more)
    }


def averages(values: list[int]) -> dict[str, float]:
    return {"mean_ms": mean(values), "median_ms": median(values), "slowest_ms": max(values)}
