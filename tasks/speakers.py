"""Who is the agent: from the archive's channel map, else from what is said; with the doubt in plain words."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Literal, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tasks.schemas import Word

Side = TypeVar("Side", int, str)
"""A channel's number, or the label that an engine gave a voice."""

_SAID_BY_AGENTS: Final = re.compile(
    r"\b("
    r"thank(s| you) for (calling|holding)|thank you for your patience|welcome to|anything else|"
    r"how (can|may|could) i (help|assist)|what can i (do|help)|could you (confirm|verify|spell)|"
    r"(can|may) i (have|get|take|ask)( for)? your|for security|let me (check|pull|look)|"
    r"i see (here|that)|on (your|the) account|my name is \w+ how|have a (great|good|nice) (day|one)"
    r")\b"
)
_SAID_BY_CUSTOMERS: Final = re.compile(
    r"\b("
    r"i('m| am) calling (about|because|to)|i('d| would) like to|i was (hoping|wondering)|"
    r"i (need|want|wanted|lost|forgot|moved|received|got|have a question)|can you (help|tell|send|check)|"
    r"my (card|account|bill|order|password|claim|internet)|do i (need|have)|yes please|"
    r"that('s| is) (all|everything)|thanks for your help"
    r")\b"
)
_SURE: Final = 2
"""How many more signs one side must show than the other to be called the agent."""


@dataclass(frozen=True, slots=True)
class Speakers:
    """Who speaks on which channel, how that is known, and what speaks against it."""

    by_channel: dict[int, str | None]
    source: Literal["metadata", "speech", "diarization"] | None
    doubt: str | None = None
    by_label: dict[str, str] = field(default_factory=dict)
    """Where one channel holds several people: whom an engine's label stands for."""

    def named(self, words_by_channel: Mapping[int, Sequence[Word]]) -> dict[int, list[Word]]:
        """The same words, each with its speaker."""
        return {
            channel: [replace(word, channel=channel, speaker=self._of(channel, word)) for word in words]
            for channel, words in words_by_channel.items()
        }

    def _of(self, channel: int, word: Word) -> str | None:
        return self.by_label.get(word.speaker or "", self.by_channel[channel])


def name_speakers(
    words_by_channel: Mapping[int, Sequence[Word]], stated: Mapping[int, str], *, apart: bool
) -> Speakers:
    """A speaker for every channel.

    `apart` is False where one channel holds both sides: an engine's labels tell them apart, or nobody does.
    Without a channel map the agent is the side that greets and serves; with one, the map counts and a
    contradiction is recorded as doubt.
    """
    channels = sorted(words_by_channel)
    if not any(words_by_channel.values()):
        return Speakers(dict.fromkeys(channels, None), None, "nobody speaks")
    if not apart:
        return _by_label(words_by_channel)
    heard = _agent_by_speech(words_by_channel)
    if any(channel in stated for channel in channels):
        stated_names: dict[int, str | None] = {
            channel: stated.get(channel, f"speaker_{channel}") for channel in channels
        }
        return Speakers(stated_names, "metadata", _contradiction(stated_names, heard))
    if heard is None:
        doubt = "no channel map, and what is said does not tell who the agent is"
        return Speakers({channel: f"speaker_{channel}" for channel in channels}, None, doubt)
    names = dict(_names(channels, heard, {channel: f"speaker_{channel}" for channel in channels}))
    return Speakers(names, "speech", "no channel map: named by who greets and serves")


def _by_label(words_by_channel: Mapping[int, Sequence[Word]]) -> Speakers:
    """Speakers of a shared channel by the labels that an engine gave its words, if it gave any."""
    nobody: dict[int, str | None] = dict.fromkeys(sorted(words_by_channel), None)
    voices: dict[str, list[Word]] = {}
    for word in (word for words in words_by_channel.values() for word in words):
        if word.speaker:
            voices.setdefault(word.speaker, []).append(word)
    if not voices:
        return Speakers(nobody, None, "both sides are on one channel")
    heard = _agent_by_speech(voices)
    names = {label: label for label in voices}
    if heard is not None:
        names = {label: name or label for label, name in _names(sorted(voices), heard, names)}
    return Speakers(nobody, "diarization", "one channel: told apart by the engine", names)


def _names(
    sides: Sequence[Side], agent: Side, others: Mapping[Side, str]
) -> Iterator[tuple[Side, str | None]]:
    """Where there are two sides and one is the agent, the other is the customer."""
    for side in sides:
        yield side, "agent" if side == agent else "customer" if len(sides) == 2 else others[side]


def _agent_by_speech(words_by_side: Mapping[Side, Sequence[Word]]) -> Side | None:
    """The channel or voice that speaks like an agent, when it does so clearly more than any other."""
    scores = {side: _agent_signs(words) for side, words in words_by_side.items()}
    ranked = sorted(scores, key=lambda side: scores[side], reverse=True)
    if not ranked or scores[ranked[0]] < _SURE:
        return None
    rest = scores[ranked[1]] if len(ranked) > 1 else 0
    return ranked[0] if scores[ranked[0]] - rest >= _SURE else None


def _agent_signs(words: Sequence[Word]) -> int:
    text = re.sub(r"[^\w' ]", "", " ".join(word.text for word in words).lower())
    return len(_SAID_BY_AGENTS.findall(text)) - len(_SAID_BY_CUSTOMERS.findall(text))


def _contradiction(named: Mapping[int, str | None], heard: int | None) -> str | None:
    if heard is None or "agent" not in named.values() or named[heard] == "agent":
        return None
    return f"the channel map says otherwise, but channel {heard} speaks like the agent: swapped?"
