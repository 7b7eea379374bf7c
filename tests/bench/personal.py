"""The personal words of a reference, what was heard in their place, and why any of them can be read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tasks.schemas import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tasks.compare.reference import Reference, Side, Utterance
    from tasks.schemas import Track, Word

_BARE = re.compile(r"[\W_]+")
_CHANNELS = {"customer": 0, "agent": 1}
_SILENT = 2
"""Samples are this small where a copy is silent: what resampling leaves of nothing."""


@dataclass(frozen=True, slots=True)
class Personal:
    """One finding of the reference: its words, and when each of them is said."""

    entity: str
    channel: int | None
    words: frozenset[str]
    times_ms: tuple[tuple[int, int], ...]


def personal_data(reference: Reference, *, apart: bool) -> Iterator[Personal]:
    """Everything that is marked; `apart`: each side on a channel of its own."""
    for side in reference.sides:
        channel = _channel(side) if apart else None
        for utterance in side.utterances:
            for span in utterance.personal:
                spoken = utterance.words[span.start_word : span.end_word]
                words = frozenset(_bare(word) for word in spoken)
                times = tuple(_times(utterance, span.start_word, span.end_word))
                yield Personal(span.entity, channel, words, times)


def heard_in(finding: Personal, words: Iterable[Word], around_ms: int = 0) -> list[Word]:
    """The words whose middle lies inside one of the finding's, or so near to one."""
    inside = []
    for word in words:
        if finding.channel not in (None, word.channel) or word.start_ms is None or word.end_ms is None:
            continue
        middle_ms = (word.start_ms + word.end_ms) / 2
        if any(
            start_ms - around_ms < middle_ms < end_ms + around_ms for start_ms, end_ms in finding.times_ms
        ):
            inside.append(word)
    return inside


def tells(finding: Personal, words: Iterable[Word]) -> bool:
    """Whether one of the words is a word of the value."""
    return any(_bare(word.text) in finding.words for word in words)


def audible_ms(finding: Personal, tracks: Sequence[Track]) -> list[int]:
    """How much of each of its words is not silent, on any of its channels."""
    heard = [track for track in tracks if finding.channel in (None, track.channel)]
    return [
        max((_audible_ms(track, start_ms, end_ms) for track in heard), default=0)
        for start_ms, end_ms in finding.times_ms
    ]


def _audible_ms(track: Track, start_ms: int, end_ms: int) -> int:
    first, end = (ms * SAMPLE_RATE_HZ // 1000 for ms in (start_ms, end_ms))
    samples = np.frombuffer(track.pcm, "<i2")[first:end]
    loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > _SILENT)
    return int(len(loud) and (loud[-1] - loud[0] + 1) * 1000 // SAMPLE_RATE_HZ)


def _channel(side: Side) -> int | None:
    return side.channel if side.channel is not None else _CHANNELS.get(side.speaker or "")


def _times(utterance: Utterance, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Of each word; where only the utterance has times, its words share them evenly."""
    if utterance.word_times:
        yield from utterance.word_times[start:end]
    elif utterance.start_ms is not None and utterance.end_ms is not None:
        each_ms = (utterance.end_ms - utterance.start_ms) / len(utterance.words)
        for place in range(start, end):
            yield (
                round(utterance.start_ms + place * each_ms),
                round(utterance.start_ms + (place + 1) * each_ms),
            )


def _bare(text: str) -> str:
    return _BARE.sub("", text).casefold()
