"""What an engine made of a recording, as far as it is compared."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tasks.intervals import Interval
    from tasks.schemas import Usage, Word


@dataclass(frozen=True, slots=True)
class Request:
    """One chunk, as it was asked for and paid. Times are None where the engine was only played."""

    audio_ms: int
    cost_usd: float
    latency_ms: int | None
    retries: int = 0


@dataclass(frozen=True, slots=True)
class Sound:
    """A recording as every engine gets it."""

    duration_ms: int
    channel_count: int
    mixed: bool
    """One track holds all parties."""
    speech: Mapping[int, tuple[Interval, ...]]
    """By channel: where somebody speaks, milliseconds, as our own detector hears it."""
    stated_speakers: Mapping[int, str] = field(default_factory=dict)
    """By channel, as the archive says."""

    @property
    def streams(self) -> tuple[int | None, ...]:
        """The channels to listen to apart; None stands for all of them together."""
        return (None,) if self.mixed else tuple(range(self.channel_count))


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """The words of a recording in the order of the conversation, and what they took."""

    words: tuple[Word, ...]
    requests: tuple[Request, ...] = ()
    redacted: frozenset[int] | None = None
    """Places in `words` that redaction takes out; None where nobody looked."""

    def on(self, channel: int | None) -> list[int]:
        """The places of a channel's words, or of all words for None."""
        return [place for place, word in enumerate(self.words) if channel in (None, word.channel)]


def requests_of(usage: Sequence[Usage], *, timed: bool = True) -> tuple[Request, ...]:
    """What an engine was asked for one recording, as it was paid and waited for when it was asked."""
    return tuple(
        Request(one.audio_ms, one.cost_usd, one.latency_ms if timed else None, max(one.attempts - 1, 0))
        for one in usage
    )
