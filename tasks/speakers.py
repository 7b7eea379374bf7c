"""Who is the agent: from the archive's channel map, else from what is said; with the doubt in plain words."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tasks.schemas import Word

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
    source: Literal["metadata", "speech"] | None
    doubt: str | None = None

    def named(self, words_by_channel: Mapping[int, Sequence[Word]]) -> dict[int, list[Word]]:
        """The same words, each with its channel's speaker."""
        return {
            channel: [replace(word, channel=channel, speaker=self.by_channel[channel]) for word in words]
            for channel, words in words_by_channel.items()
        }


def name_speakers(
    words_by_channel: Mapping[int, Sequence[Word]], stated: Mapping[int, str], *, apart: bool
) -> Speakers:
    """A speaker for every channel. `apart` is False where one channel holds both sides: nobody is named.

    Without a channel map the agent is the side that greets and serves; with one, the map counts and a
    contradiction is recorded as doubt.
    """
    channels = sorted(words_by_channel)
    if not any(words_by_channel.values()):
        return Speakers(dict.fromkeys(channels, None), None, "nobody speaks")
    if not apart:
        return Speakers(dict.fromkeys(channels, None), None, "both sides are on one channel")
    heard = _agent_by_speech(words_by_channel)
    if any(channel in stated for channel in channels):
        named: dict[int, str | None] = {
            channel: stated.get(channel, f"speaker_{channel}") for channel in channels
        }
        return Speakers(named, "metadata", _contradiction(named, heard))
    if heard is None:
        doubt = "no channel map, and what is said does not tell who the agent is"
        unnamed: dict[int, str | None] = {channel: f"speaker_{channel}" for channel in channels}
        return Speakers(unnamed, None, doubt)
    others = iter(["customer"] if len(channels) == 2 else [])
    named = {
        channel: "agent" if channel == heard else next(others, f"speaker_{channel}") for channel in channels
    }
    return Speakers(named, "speech", "no channel map: named by who greets and serves")


def _agent_by_speech(words_by_channel: Mapping[int, Sequence[Word]]) -> int | None:
    """The channel that speaks like an agent, when it does so clearly more than any other."""
    scores = {channel: _agent_signs(words) for channel, words in words_by_channel.items()}
    ranked = sorted(scores, key=lambda channel: scores[channel], reverse=True)
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
