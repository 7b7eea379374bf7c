"""Words, sounds and references as short as a test wants them."""

from __future__ import annotations

from tasks.compare.hypothesis import Hypothesis, Sound
from tasks.compare.reference import Reference, Side, Utterance
from tasks.schemas import Word


def hypothesis(
    *channels: str, sure: float | None = None, step_ms: int | None = None, redacted: set[int] | None = None
) -> Hypothesis:
    """A text for each channel; with `step_ms` each word takes so long, one after another."""
    words = [
        Word(
            text,
            None if step_ms is None else place * step_ms,
            None if step_ms is None else (place + 1) * step_ms,
            sure,
            channel,
        )
        for channel, said in enumerate(channels)
        for place, text in enumerate(said.split())
    ]
    return Hypothesis(tuple(words), redacted=None if redacted is None else frozenset(redacted))


def sound(channels: int = 2, *, mixed: bool = False, speakers: dict[int, str] | None = None) -> Sound:
    """A minute in which somebody speaks for the first ten seconds on every channel."""
    speech = dict.fromkeys(range(channels), ((0, 10000),))
    return Sound(60_000, channels, mixed, speech, speakers or {})


def side(*said: str, channel: int | None = None, speaker: str | None = None) -> Side:
    """An utterance for each text."""
    return Side(tuple(Utterance(tuple(one.split()), speaker) for one in said), channel, speaker)


def reference(*sides: Side, labelled: bool = False) -> Reference:
    """These sides."""
    return Reference(sides, labelled)
