"""What can be counted about a call: talk, silence, overlap, speech without words. All in milliseconds."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tasks.coverage import Coverage, coverage, unheard
from tasks.intervals import length, union

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tasks.intervals import Interval
    from tasks.schemas import Conversation, PreparedAudio, Turn


_SHORTEST_GAP_MS: Final = 1_000


@dataclass(frozen=True, slots=True)
class CallFacts:
    """Times per side and together. Unknown word times count as silence."""

    agent_talk_ms: int
    customer_talk_ms: int
    other_talk_ms: int
    silence_ms: int
    overlap_ms: int
    speech_ms: int | None
    """Speech found in the sound of all channels; None where nobody has looked."""
    unheard_ms: int | None
    """How much of it has no word near."""
    mean_confidence: float | None
    low_confidence_words: int
    unheard_spans: str | None = None
    """Where, as JSON: start and end in ms of each stretch of a second and more; None as above."""


def call_facts(conversation: Conversation, audio: PreparedAudio, low_confidence: float) -> CallFacts:
    """The facts of one conversation within its recording."""
    covered = _covered(conversation, audio)
    by_speaker: dict[str, list[Interval]] = {"agent": [], "customer": [], "other": []}
    by_channel: dict[int, list[Interval]] = {}
    for turn in conversation.turns:
        span = turn_span(conversation, turn)
        if span is None:
            continue
        by_speaker[turn.speaker if turn.speaker in ("agent", "customer") else "other"].append(span)
        by_channel.setdefault(turn.channel, []).append(span)
    voices = [union(spans) for spans in by_channel.values()]
    together = union(span for spans in voices for span in spans)
    confidences = [word.confidence for word in conversation.words if word.confidence is not None]
    return CallFacts(
        agent_talk_ms=length(union(by_speaker["agent"])),
        customer_talk_ms=length(union(by_speaker["customer"])),
        other_talk_ms=length(union(by_speaker["other"])),
        silence_ms=max(0, audio.duration_ms - length(together)),
        overlap_ms=length(union(_shared(voices))),
        speech_ms=covered.speech_ms if covered else None,
        unheard_ms=covered.unheard_ms if covered else None,
        mean_confidence=sum(confidences) / len(confidences) if confidences else None,
        low_confidence_words=sum(confidence < low_confidence for confidence in confidences),
        unheard_spans=_unheard_spans(conversation, audio) if covered else None,
    )


def turn_span(conversation: Conversation, turn: Turn) -> Interval | None:
    """From a turn's first known word time to its last; None where the engine gave no times."""
    words = conversation.words[turn.first_word : turn.end_word]
    starts = [word.start_ms for word in words if word.start_ms is not None]
    ends = [word.end_ms for word in words if word.end_ms is not None]
    return (min(starts), max(ends)) if starts and ends else None


def _covered(conversation: Conversation, audio: PreparedAudio) -> Coverage | None:
    """How the words lie on the speech of all channels; None where a channel's speech is not known."""
    if any(track.speech is None for track in audio.tracks):
        return None
    sides = (
        coverage(
            track.speech_spans_ms, [word for word in conversation.words if word.channel == track.channel]
        )
        for track in audio.tracks
    )
    return sum(sides, Coverage())


def _unheard_spans(conversation: Conversation, audio: PreparedAudio) -> str:
    """Of all channels together, in time order."""
    gaps = [
        gap
        for track in audio.tracks
        for gap in unheard(
            track.speech_spans_ms, [word for word in conversation.words if word.channel == track.channel]
        )
    ]
    return json.dumps([gap for gap in union(gaps) if gap[1] - gap[0] >= _SHORTEST_GAP_MS])


def _shared(voices: Sequence[list[Interval]]) -> list[Interval]:
    """Moments at which at least two of the voices speak."""
    return [
        (max(one[0], two[0]), min(one[1], two[1]))
        for place, voice in enumerate(voices)
        for other in voices[place + 1 :]
        for one in voice
        for two in other
        if max(one[0], two[0]) < min(one[1], two[1])
    ]
