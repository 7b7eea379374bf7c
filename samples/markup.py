"""A call's script: who says what, with the personal data marked in the text.

A marked value reads `{ENTITY=canonical value: the words as spoken}`, for example
`My code is {CARD_CVV=417: four one seven}.`
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from pathlib import Path

MARK = re.compile(r"\{(?P<entity>[A-Z0-9_]+)=(?P<value>[^:}]+): (?P<spoken>[^}]+)\}")
SPEAKERS = ("customer", "agent")


@dataclass(frozen=True)
class Span:
    """Personal data in an utterance: words `start_word` up to, not including, `end_word`."""

    entity: str
    value: str
    start_word: int
    end_word: int


@dataclass(frozen=True)
class Turn:
    """What one party says without a break, and when it begins.

    `gap_s` counts from the end of the turn before (negative: talks over its end; None: a natural pause).
    `at` instead puts a back-channel at that fraction of the turn before, which keeps the floor.
    """

    speaker: str
    words: list[str]
    spans: list[Span]
    gap_s: float | None
    at: float | None


@dataclass(frozen=True)
class Script:
    """One call: its recording's form, its sidecar and its turns."""

    call_id: str
    file: str
    layout: str
    oddity: str
    voices: dict[str, tuple[str, float]]
    turns: list[Turn]
    sidecar: dict[str, Any] | None = None
    text: str | None = None  # the file's content where it holds no audio at all
    cut_at: float | None = None  # the fraction of the file's bytes that is kept


def read_script(path: Path) -> Script:
    """The script in one YAML file; ValueError names the file when a mark in it cannot be read."""
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    try:
        turns = [_turn(entry) for entry in raw.pop("turns", [])]
    except ValueError as error:
        raise ValueError(f"{path.name}: {error}") from error
    voices = {name: (voice["name"], voice["speed"]) for name, voice in raw.pop("voices", {}).items()}
    return Script(voices=voices, turns=turns, **raw)


def parse_text(text: str) -> tuple[list[str], list[Span]]:
    """The words of a marked text, and its marks as word spans."""
    words: list[str] = []
    spans = []
    position = 0
    for mark in MARK.finditer(text):
        words += text[position : mark.start()].split()
        start_word = len(words)
        words += mark["spoken"].split()
        spans.append(Span(mark["entity"], mark["value"], start_word, len(words)))
        tail = re.compile(r"\S*").match(text, mark.end())
        words[-1] += tail[0] if tail else ""
        position = tail.end() if tail else mark.end()
    words += text[position:].split()
    if any(character in word for word in words for character in "{}="):
        raise ValueError(f"a mark cannot be read in: {text}")
    return words, spans


def _turn(entry: dict[str, Any]) -> Turn:
    speaker = next((name for name in SPEAKERS if name in entry), None)
    if speaker is None:
        raise ValueError(f"a turn needs one of {SPEAKERS}: {entry}")
    words, spans = parse_text(entry[speaker])
    return Turn(speaker, words, spans, entry.get("gap"), entry.get("at"))
