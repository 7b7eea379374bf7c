"""Conversations for tests, written as "a: ..." and "c: ..." lines, and our own labelled talk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tasks.find_pii import find_pii
from tasks.labelled import SPEAKERS, LabelledTalk, read_labelled
from tasks.redact.render import render, turn_text
from tasks.schemas import Conversation, Turn, Word

LABELLED = Path(__file__).with_name("labelled")


def talk(*lines: str) -> Conversation:
    """One turn per line; "a:" is the agent, "c:" the customer, ":" nobody knows."""
    words: list[Word] = []
    turns: list[Turn] = []
    for line in lines:
        who, _, said = line.partition(":")
        speaker = SPEAKERS[who.strip()]
        first = len(words)
        words += [Word(text, None, None, speaker=speaker) for text in said.split()]
        turns.append(Turn(0, speaker, first, len(words)))
    return Conversation(tuple(words), tuple(turns))


def redacted(conversation: Conversation, rules: Any) -> list[str]:
    """The turns of a conversation after redaction."""
    rendered = render(conversation, find_pii(conversation, rules))
    return [turn_text(rendered, turn) for turn in rendered.turns]


def covered(conversation: Conversation, rules: Any) -> set[int]:
    """The words that are redacted."""
    return {
        word
        for finding in find_pii(conversation, rules)
        if finding.tier != "review"
        for word in range(finding.start_word, finding.end_word)
    }


def labelled() -> list[LabelledTalk]:
    """All labelled talk of our own."""
    return [item for path in sorted(LABELLED.glob("*.txt")) for item in read_labelled(path)]
