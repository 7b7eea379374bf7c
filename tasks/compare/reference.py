"""What is truly said in a recording, as somebody wrote it down. Data only, and how sides are named."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_ALIASES: Final = {"caller": "customer", "client": "customer", "representative": "agent"}
_CHANNEL: Final = re.compile(r"(?:channel|ch)?[_ ]?(\d{1,2})")


@dataclass(frozen=True, slots=True)
class Span:
    """Personal data at words[start_word:end_word] of an utterance."""

    entity: str
    start_word: int
    end_word: int


@dataclass(frozen=True, slots=True)
class Utterance:
    """Words said in one go, as written. Times are the recording's milliseconds, None where not stated."""

    words: tuple[str, ...]
    speaker: str | None = None
    start_ms: int | None = None
    end_ms: int | None = None
    word_times: tuple[tuple[int, int], ...] | None = None
    """Start and end of every word, milliseconds."""
    personal: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Side:
    """One party of a call, or all of it where `channel` and `speaker` are both None."""

    utterances: tuple[Utterance, ...]
    channel: int | None = None
    speaker: str | None = None


@dataclass(frozen=True, slots=True)
class Reference:
    """The sides of one recording. `labelled` is True where personal data was looked for and marked."""

    sides: tuple[Side, ...]
    labelled: bool = False


def party(label: str) -> tuple[int | None, str | None]:
    """The channel, or else the speaker, that a label such as "0", "channel 1", "agent" or "Caller" names."""
    plain = label.strip().lower()
    number = _CHANNEL.fullmatch(plain)
    if number:
        return int(number[1]), None
    return None, _ALIASES.get(plain, plain) or None
