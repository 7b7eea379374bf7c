"""Made-up conversations: words, turns and findings, with talk-over, pauses, missing times and confidences.

Every time is a multiple of 10 ms, so that an oracle may count ticks instead of doing interval arithmetic.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

Row = dict[str, Any]

TICK_MS = 10
TURN_GAP_MS = 1_500
SIDES = {
    "known": ("customer", "agent"),
    "swapped": ("agent", "customer"),
    "unknown": (None, None),
    "half_known": (None, "agent"),
    "numbered": ("speaker_0", "speaker_1"),
}
AGENT_SAYS = (
    "Thank you for calling Harbor Bank.",
    "Good morning, how can I help you today?",
    "Could you give me the card number, please?",
    "Let me check that for you, one moment.",
    "I'd be happy to help with your account.",
    "Is there anything else — anything at all?",
)
CUSTOMER_SAYS = (
    "Hello, I want to cancel my account.",
    "I'd like to cancel my account!",
    "It is four one one one.",
    "Yes.",
    "mm-hm",
    "My account, my account is locked. I can't get in",
    "Café Zürich, CANCEL my account, please",
)
WAYS = ("", "_12", "_0a1b2c3d4e5f")
"""What stands behind the entity in a mark: nothing, a number, a pseudonym."""
REDACTABLE = ("CARD_NUMBER", "PERSON", "DATE_OF_BIRTH")


@dataclass
class Dice:
    """Everything random about a lake comes from here."""

    seed: int
    random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)  # noqa: S311  (a made-up lake, not a secret)

    def ms(self, low: int, high: int) -> int:
        return self.random.randrange(low, high + 1, TICK_MS)

    def chance(self, share: float) -> bool:
        return self.random.random() < share


def conversation(dice: Dice, sides: tuple[str | None, str | None], *, one_channel: bool) -> list[Row]:
    words: list[Row] = []
    clock = 0 if dice.chance(0.2) else dice.ms(0, 6000)
    rated = dice.chance(0.8)
    for _ in range(dice.random.randint(3, 16)):
        side = dice.random.randint(0, 1)
        sentences = AGENT_SAYS if sides[side] == "agent" else CUSTOMER_SAYS
        said, end = _sentence(dice, dice.random.choice(sentences), clock, rated=rated)
        channel = 0 if one_channel else side
        words += [word | {"channel": channel, "speaker": sides[side]} for word in said]
        clock = max(0, end + (dice.ms(8000, 40000) if dice.chance(0.1) else dice.ms(-1800, 2500)))
    words.sort(key=lambda word: word["start_ms"])
    for index, word in enumerate(words):
        word["word_index"] = index
    return words


def _sentence(dice: Dice, text: str, clock: int, *, rated: bool) -> tuple[list[Row], int]:
    said = []
    for word in text.split():
        duration = dice.ms(80, 400)
        confidence = dice.random.randint(20, 100) if rated and dice.chance(0.95) else None
        row = {"word": word, "start_ms": clock, "duration_ms": duration, "confidence_percent": confidence}
        said.append(row | {"entity": None})
        clock += duration + (dice.ms(300, 2600) if dice.chance(0.08) else dice.ms(0, 300))
    return said, clock


def forget_times(words: list[Row]) -> None:
    for word in words:
        word.update(start_ms=None, duration_ms=None)


def redact(dice: Dice, words: list[Row], call_id: str) -> list[Row]:
    redactions: list[Row] = []
    place = dice.random.randint(0, 9)
    while place < len(words):
        voice = (words[place]["channel"], words[place]["speaker"])
        end = place + 1
        while end < min(place + 3, len(words)) and (words[end]["channel"], words[end]["speaker"]) == voice:
            end += 1
        finding = _finding(dice, words[place:end], f"{call_id}-{len(redactions)}")
        redactions.append(finding)
        if finding["tier"] != "review":
            mark = f"[{finding['entity']}{WAYS[len(redactions) % len(WAYS)]}]"
            for word in words[place:end]:
                word.update(word=mark, entity=finding["entity"])
        place = end + dice.random.randint(3, 30)
    return redactions


def _finding(dice: Dice, span: list[Row], finding_id: str) -> Row:
    return {
        "finding_id": finding_id,
        "entity": dice.random.choice(REDACTABLE),
        "reason": "cue",
        "score": dice.random.randint(50, 100) / 100,
        "tier": dice.random.choice(("auto", "flagged", "review")),
        "channel": span[0]["channel"],
        "speaker": span[0]["speaker"],
        "start_word": span[0]["word_index"],
        "end_word": span[-1]["word_index"] + 1,
        "start_ms": span[0]["start_ms"],
        "end_ms": end_ms(span[-1]),
        "mode": "mask",
        "detector_version": "1",
        "review_status": None,
    }


def turns_of(words: list[Row]) -> list[Row]:
    turns: list[Row] = []
    for said in _stretches(words):
        for word in said:
            word["turn_index"] = len(turns)
        rated = [word["confidence_percent"] for word in said if word["confidence_percent"] is not None]
        turns.append(
            {
                "turn_index": len(turns),
                "channel": said[0]["channel"],
                "speaker": said[0]["speaker"],
                "start_ms": said[0]["start_ms"],
                "end_ms": None if said[0]["start_ms"] is None else max(end_ms(word) or 0 for word in said),
                "text": " ".join(word["word"] for word in said),
                "word_count": len(said),
                "mean_confidence": sum(rated) / len(rated) / 100 if rated else None,
                "sentiment": None,
            }
        )
    return turns


def _stretches(words: list[Row]) -> list[list[Row]]:
    stretches: list[list[Row]] = []
    for word in words:
        if stretches and _goes_on(stretches[-1][-1], word):
            stretches[-1].append(word)
        else:
            stretches.append([word])
    return stretches


def _goes_on(before: Row, word: Row) -> bool:
    same = (before["channel"], before["speaker"]) == (word["channel"], word["speaker"])
    return same and (word["start_ms"] or 0) - (end_ms(before) or 0) < TURN_GAP_MS


def end_ms(word: Row) -> int | None:
    return None if word["start_ms"] is None else word["start_ms"] + word["duration_ms"]


def ticks(turns: list[Row]) -> set[int]:
    """Every 10 ms that at least one of the turns covers."""
    timed = [turn for turn in turns if turn["start_ms"] is not None]
    return {tick for turn in timed for tick in range(turn["start_ms"] // TICK_MS, turn["end_ms"] // TICK_MS)}
