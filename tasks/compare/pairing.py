"""Which words of the transcripts belong to which side of a reference."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, permutations
from typing import TYPE_CHECKING

from tasks.compare.alignment import errors
from tasks.compare.normalise import normalise

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tasks.compare.hypothesis import Hypothesis, Sound
    from tasks.compare.reference import Reference, Side, Utterance

_MAX_TRIED = 4
"""More sides than this keep their order: the ways to pair them are too many to try."""


@dataclass(frozen=True, slots=True)
class Pairing:
    """What was said and on which channel to look for it; None stands for all channels."""

    utterances: tuple[Utterance, ...]
    channel: int | None


def pair_sides(
    reference: Reference, sound: Sound, heard: Sequence[Hypothesis], language: str
) -> list[Pairing] | str:
    """Each side with its channel, the same for all engines; or why they cannot be compared.

    A side's own channel counts first, then the archive's channel map, then what fits best what all engines
    together heard.
    """
    sides = reference.sides
    if sound.mixed:
        return _together(sides)
    if len(sides) == 1 and sides[0].channel is None and sides[0].speaker is None:
        return [Pairing(sides[0].utterances, None)]
    channels = {place: _known_channel(side, sound) for place, side in enumerate(sides)}
    open_sides = [place for place, channel in channels.items() if channel is None]
    free = [channel for channel in range(sound.channel_count) if channel not in channels.values()]
    if len(open_sides) > len(free):
        return "its reference has more sides than the recording has channels"
    chosen = _best([sides[place] for place in open_sides], free, heard, language)
    channels |= dict(zip(open_sides, chosen, strict=True))
    return [Pairing(side.utterances, channels[place]) for place, side in enumerate(sides)]


def _together(sides: Sequence[Side]) -> list[Pairing] | str:
    """All sides as one, in the order of time."""
    utterances = list(chain.from_iterable(side.utterances for side in sides))
    if len(sides) > 1:
        if any(utterance.start_ms is None for utterance in utterances):
            return "one channel holds both sides: its reference must be one text, or have times"
        utterances.sort(key=lambda one: one.start_ms or 0)
    return [Pairing(tuple(utterances), None)]


def _known_channel(side: Side, sound: Sound) -> int | None:
    if side.channel is not None:
        return side.channel
    named = [channel for channel, speaker in sound.stated_speakers.items() if speaker == side.speaker]
    return named[0] if len(named) == 1 else None


def _best(
    sides: Sequence[Side], channels: Sequence[int], heard: Sequence[Hypothesis], language: str
) -> tuple[int, ...]:
    """The channels of the sides with the fewest errors, all engines taken together."""
    if not sides or len(channels) == 1 or len(channels) > _MAX_TRIED:
        return tuple(channels[: len(sides)])
    said = [_texts(chain.from_iterable(one.words for one in side.utterances), language) for side in sides]
    by_channel = {
        channel: [_texts((one.words[place].text for place in one.on(channel)), language) for one in heard]
        for channel in channels
    }
    costs = {
        (place, channel): sum(errors(words, other) for other in by_channel[channel])
        for place, words in enumerate(said)
        for channel in channels
    }
    return min(
        permutations(channels, len(sides)),
        key=lambda tried: sum(costs[pair] for pair in enumerate(tried)),
    )


def _texts(words: Iterable[str], language: str) -> list[str]:
    return [token.text for token in normalise(list(words), language)]
