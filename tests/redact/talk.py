"""Conversations for tests, written as "a: ..." and "c: ..." lines, and our own labelled sentences."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tasks.find_pii import find_pii
from tasks.redact.render import render, turn_text
from tasks.schemas import Conversation, Turn, Word

SENTENCES = Path(__file__).with_name("sentences.txt")
SPEAKERS = {"a": "agent", "c": "customer", "": None}


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


def labelled() -> list[dict[str, Any]]:
    """The sentences of sentences.txt as labelled utterances."""
    blocks = [
        [line for line in block.splitlines() if line.strip() and not line.startswith("#")]
        for block in SENTENCES.read_text(encoding="utf-8").split("\n\n")
    ]
    return [_item(number, block) for number, block in enumerate(blocks) if block]


def _item(number: int, lines: list[str]) -> dict[str, Any]:
    item: dict[str, Any] = {
        "id": f"own-{number}",
        "style": "own",
        "words": [],
        "spans": [],
        "optional": [],
        "turns": [],
    }
    for line in lines:
        who, _, said = line.partition(":")
        first = len(item["words"])
        _read(said.replace("{", " { ").replace("}", " } ").split(), item)
        item["turns"].append(
            {"speaker": SPEAKERS[who.strip()], "start_word": first, "end_word": len(item["words"])}
        )
    return item


def _read(pieces: list[str], item: dict[str, Any]) -> None:
    opened = None
    for before, piece in zip(["", *pieces], pieces, strict=False):
        if piece == "{":
            continue
        if before == "{":
            entity, _, group = piece.partition("#")
            opened = (entity, f"{entity}#{group or len(item['spans']) + 100}", len(item["words"]))
        elif piece == "}" and opened:
            entity, group, start = opened
            item["spans"].append(
                {"entity": entity, "group": group, "start_word": start, "end_word": len(item["words"])}
            )
        else:
            if piece.startswith("~"):
                item["optional"].append(len(item["words"]))
            item["words"].append(piece.removeprefix("~"))
