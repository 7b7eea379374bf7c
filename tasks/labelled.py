"""Labelled talk: conversations in which somebody has marked what must be redacted."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tasks.errors import SettingsError
from tasks.schemas import Conversation, Turn, Word

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

SPEAKERS = {"a": "agent", "c": "customer", "": None}
"""How a line of marked text says who speaks."""


@dataclass(frozen=True, slots=True)
class Value:
    """One piece of personal data: all the words that give it away, over turns and interruptions."""

    entity: str
    words: frozenset[int]


@dataclass(frozen=True, slots=True)
class LabelledTalk:
    """A conversation without times, and what must be redacted in it."""

    id: str
    style: str
    """How it is written: number words, punctuation, digits ... or "none"."""
    conversation: Conversation
    values: tuple[Value, ...]
    optional: frozenset[int]
    """Words that may be redacted or not: they count nowhere."""


def read_labelled(path: Path) -> Iterator[LabelledTalk]:
    """The conversations of a file: `.jsonl` with one JSON object a line, anything else as marked text.

    docs/redaction.md describes both. Raises SettingsError, with the line's number, where a line is wrong.
    """
    text = path.read_text(encoding="utf-8")
    yield from _json_lines(path, text) if path.suffix == ".jsonl" else _marked_text(path, text)


def _json_lines(path: Path, text: str) -> Iterator[LabelledTalk]:
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            try:
                yield _from_json(json.loads(line), str(number))
            except (ValueError, KeyError, TypeError) as error:
                kind = type(error).__name__
                raise SettingsError(f"{path}, line {number}: not a labelled conversation ({kind})") from None


def _from_json(item: Mapping[str, Any], number: str) -> LabelledTalk:
    turns = tuple(Turn(0, turn["speaker"], turn["start_word"], turn["end_word"]) for turn in item["turns"])
    words: dict[str, set[int]] = defaultdict(set)
    names: dict[str, str] = {}
    optional = frozenset(item.get("optional", ()))
    for span in item["spans"]:
        names.setdefault(span["group"], span["entity"])
        words[span["group"]] |= set(range(span["start_word"], span["end_word"])) - optional
    return LabelledTalk(
        str(item.get("id", number)),
        str(item.get("style", "none")),
        conversation_of(item["words"], turns),
        tuple(Value(names[group], frozenset(found)) for group, found in words.items()),
        optional,
    )


def conversation_of(words: list[str], turns: tuple[Turn, ...]) -> Conversation:
    """A conversation without times."""
    spoken = (
        Word(words[at], None, None, speaker=t.speaker)
        for t in turns
        for at in range(t.first_word, t.end_word)
    )
    return Conversation(tuple(spoken), turns)


@dataclass(slots=True)
class _Block:
    """A conversation of a marked text while it is being read."""

    style: str
    words: list[str] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    values: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    optional: set[int] = field(default_factory=set)
    open: str = ""

    def add(self, line: str) -> None:
        """One line: who speaks, a colon, and what is said."""
        who, colon, said = line.partition(":")
        if not colon or who.strip() not in SPEAKERS:
            raise ValueError("no speaker")
        first = len(self.words)
        for piece in said.replace("{", " { ").replace("}", " } ").split():
            self._take(piece)
        if self.open:
            raise ValueError("an open mark")
        self.turns.append(Turn(0, SPEAKERS[who.strip()], first, len(self.words)))

    def _take(self, piece: str) -> None:
        if piece == "{":
            self.open = piece
        elif self.open == "{":
            self.open = piece if "#" in piece else f"{piece}#at word {len(self.words)}"
        elif piece == "}":
            self.open = ""
        else:
            if piece.startswith("~"):
                self.optional.add(len(self.words))
            elif self.open:
                self.values[self.open].add(len(self.words))
            self.words.append(piece.removeprefix("~"))

    def talk(self, name: str) -> LabelledTalk:
        values = tuple(Value(mark.partition("#")[0], frozenset(words)) for mark, words in self.values.items())
        turns = tuple(self.turns)
        return LabelledTalk(
            name, self.style, conversation_of(self.words, turns), values, frozenset(self.optional)
        )


def _marked_text(path: Path, text: str) -> Iterator[LabelledTalk]:
    """Blocks of lines; a line "@ style" holds for the blocks behind it, "#" begins a comment."""
    block, name = _Block("none"), ""
    for number, line in enumerate([*text.splitlines(), ""], start=1):
        if line.startswith("#"):
            continue
        if block.turns and (not line.strip() or line.startswith("@")):
            yield block.talk(name)
            block = _Block(block.style)
        if line.startswith("@"):
            block = _Block(line[1:].split()[0])
        elif line.strip():
            name = name if block.turns else f"{path.stem}:{number}"
            try:
                block.add(line)
            except ValueError as error:
                raise SettingsError(f"{path}, line {number}: {error} in marked text") from None
