"""Plain text: the words of one side, or of a whole call; each line is an utterance."""

from __future__ import annotations

from tasks.compare.reference import Side, Utterance


def read_text(text: str, channel: int | None = None, speaker: str | None = None) -> Side:
    """The side that a text holds. Lines that begin with `#` are remarks."""
    lines = (line.split() for line in text.splitlines() if not line.lstrip().startswith("#"))
    return Side(tuple(Utterance(tuple(words), speaker) for words in lines if words), channel, speaker)
