"""Findings rendered into words and text."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tasks.redact.marks import label
from tasks.schemas import Conversation, Finding, Turn

if TYPE_CHECKING:
    from collections.abc import Sequence


def render(
    conversation: Conversation, findings: Sequence[Finding], marks: Sequence[str] | None = None
) -> Conversation:
    """The conversation with every word of an auto or flagged finding written as its mark; times stay.

    Without marks given, one for each finding, a mark is `[ENTITY]`.
    """
    words = list(conversation.words)
    for finding, mark in zip(findings, marks or map(label, findings), strict=True):
        if finding.tier == "review":
            continue
        for index in range(finding.start_word, finding.end_word):
            if words[index].entity is None:
                words[index] = replace(words[index], text=mark, entity=finding.entity)
    return Conversation(tuple(words), conversation.turns)


def turn_text(conversation: Conversation, turn: Turn) -> str:
    """The words of a turn with neighbours of one mark written as one."""
    said: list[str] = []
    before: str | None = None
    for word in conversation.words[turn.first_word : turn.end_word]:
        if word.entity is None or word.text != before:
            said.append(word.text)
        before = None if word.entity is None else word.text
    return " ".join(said)
