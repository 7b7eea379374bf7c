"""HarperValleyBank: a JSON file of segments for each call, and truth.json with sides and personal data.

Source: https://github.com/cricketclub/gridspace-stanford-harper-valley (CC BY 4.0), arXiv 2010.13929.
Segments count time on the call's clock (`offset_ms`). Their word times are the corpus's own recogniser's,
so they are taken only where that recogniser heard exactly what the human wrote.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from tasks.compare.reference import Reference, Side, Span, Utterance, party

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_CHANNELS: Final = {"left": 0, "right": 1}
_NOT_PERSONAL: Final = frozenset({"AMOUNT"})
"""Marked in the corpus, and no business of redaction: a sum of money says nothing about who pays it."""


class Segment(BaseModel):
    """One stretch of one speaker."""

    model_config = ConfigDict(extra="ignore")

    index: int
    speaker_role: str
    human_transcript: str
    offset_ms: int
    duration_ms: int = Field(ge=0)
    transcript: str = ""
    word_offsets_ms: list[int] = []
    word_durations_ms: list[int] = []


class _Personal(BaseModel):
    role: str
    text: str
    type: str
    segment_index: int | None = None


class Truth(BaseModel):
    """One call of truth.json."""

    model_config = ConfigDict(extra="ignore")

    reference: dict[str, str]
    pii: list[_Personal] | None = None
    stereo_channels: dict[str, str] = {}


SEGMENTS: Final = TypeAdapter(list[Segment])
TRUTHS: Final = TypeAdapter(dict[str, Truth])


def read_harper(segments: Sequence[Segment] | None, truth: Truth | None) -> Reference:
    """What both files say about a call; either may be missing.

    Without truth.json nobody says which channel is whose: that is found out by comparing.
    """
    spoken = (
        _from_segments(segments) if segments is not None else _from_text(truth.reference if truth else {})
    )
    channels = {role: _CHANNELS.get(side) for side, role in (truth.stereo_channels if truth else {}).items()}
    marked = truth.pii if truth else None
    sides = tuple(
        Side(
            _marked(said, [one for one in marked or () if one.role == role]),
            channels.get(role),
            party(role)[1],
        )
        for role, said in spoken.items()
    )
    return Reference(sides, labelled=marked is not None)


def _from_segments(segments: Iterable[Segment]) -> dict[str, dict[int, Utterance]]:
    sides: dict[str, dict[int, Utterance]] = {}
    for segment in sorted(segments, key=lambda one: one.offset_ms):
        sides.setdefault(segment.speaker_role, {})[segment.index] = _utterance(segment)
    return sides


def _from_text(reference: Mapping[str, str]) -> dict[str, dict[int, Utterance]]:
    return {role: {0: Utterance(tuple(text.split()), party(role)[1])} for role, text in reference.items()}


def _utterance(segment: Segment) -> Utterance:
    words = tuple(segment.human_transcript.split())
    timed = len(words) == len(segment.word_offsets_ms) == len(segment.word_durations_ms)
    times = None
    if timed and segment.transcript.split() == list(words):
        times = tuple(
            (segment.offset_ms + offset_ms, segment.offset_ms + offset_ms + duration_ms)
            for offset_ms, duration_ms in zip(segment.word_offsets_ms, segment.word_durations_ms, strict=True)
        )
    end_ms = segment.offset_ms + segment.duration_ms
    return Utterance(words, party(segment.speaker_role)[1], segment.offset_ms, end_ms, times)


def _marked(said: Mapping[int, Utterance], personal: Iterable[_Personal]) -> tuple[Utterance, ...]:
    """The utterances with their personal data, each value at the first place in its segment still free."""
    marked = dict(said)
    for value in personal:
        index = value.segment_index if value.segment_index in marked else next(iter(marked), None)
        if value.type not in _NOT_PERSONAL and index is not None:
            marked[index] = _with_span(marked[index], value)
    return tuple(marked.values())


def _with_span(utterance: Utterance, value: _Personal) -> Utterance:
    words, sought = utterance.words, tuple(value.text.split())
    taken = {word for span in utterance.personal for word in range(span.start_word, span.end_word)}
    for at in range(len(words) - len(sought) + 1):
        if words[at : at + len(sought)] == sought and not taken & set(range(at, at + len(sought))):
            span = Span(value.type, at, at + len(sought))
            return replace(utterance, personal=(*utterance.personal, span))
    return utterance
