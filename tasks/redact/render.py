"""Findings rendered into words and text."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tasks.schemas import Conversation, Finding, Turn

if TYPE_CHECKING:
    from collections.abc import Sequence


def render(conversation: Conversation, findings: Sequence[Finding]) -> Conversation:
    """The conversation with every word of an auto or flagged finding written as `[ENTITY]`; times stay."""
    words = list(conversation.words)
    for finding in findings:
        if finding.tier == "review":
            continue
        for index in range(finding.start_word, finding.end_word):
            if words[index].entity is None:
                words[index] = replace(words[index], text=f"[{finding.entity}]", entity=finding.entity)
    return Conversation(tuple(words), conversation.turns)


def turn_text(conversation: Conversation, turn: Turn) -> str:
    """The words of a turn with neighbours redacted as the same entity written as one `[ENTITY]`."""
    said: list[str] = []
    before: str | None = None
    for word in conversation.words[turn.first_word : turn.end_word]:
        if word.entity is None or word.entity != before:
            said.append(word.text)
        before = word.entity
    return " ".join(said)
