"""A call's speech over time as shapes of a picture: a lane for each voice, one for talk-over and silence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flows.review.plain_words import speaker
from tasks.intervals import union

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tasks.intervals import Interval
    from tasks.read_call import Outlined, WholeCall

WIDTH: Final = 1000
LANE: Final = 22
_SHORTEST_SILENCE_MS: Final = 3_000
_SHORTEST_TALK_OVER_MS: Final = 200


@dataclass(frozen=True, slots=True)
class Lane:
    """One voice: its name, the class of its colour, and paths where it speaks and where that was redacted."""

    name: str
    kind: str
    speech: str
    taken: str
    left: str


@dataclass(frozen=True, slots=True)
class Lanes:
    """All of them, `height` high, and how often two talk at once or nobody does."""

    voices: list[Lane]
    talk_over: str
    silence: str
    talk_overs: int
    silences: int
    height: int


def lanes_of(whole: WholeCall, duration_ms: int) -> Lanes | None:
    """None where no word has a time."""
    spoken: dict[tuple[str | None, int], list[Interval]] = {}
    for turn in whole.turns:
        if (span := _times(turn)) is not None:
            spoken.setdefault((turn.speaker, turn.channel if turn.speaker is None else 0), []).append(span)
    if not spoken or not duration_ms:
        return None
    voices = {voice: union(spans) for voice, spans in spoken.items()}
    talk_over = [span for span in _at_once(voices.values()) if span[1] - span[0] >= _SHORTEST_TALK_OVER_MS]
    silence = _silences(union(span for spans in voices.values() for span in spans), duration_ms)
    drawn = _Drawing(duration_ms)
    lanes = [
        _lane(drawn, whole, place, voice, spans)
        for place, (voice, spans) in enumerate(sorted(voices.items(), key=lambda item: str(item[0])))
    ]
    return Lanes(
        lanes,
        drawn.path(talk_over, len(lanes), 4, LANE - 8),
        drawn.path(silence, len(lanes), LANE // 2 - 2, 4),
        len(talk_over),
        len(silence),
        LANE * (len(lanes) + 1),
    )


@dataclass(frozen=True, slots=True)
class _Drawing:
    duration_ms: int

    def path(self, spans: Iterable[Interval], place: int, top: int, height: int) -> str:
        """Boxes in the lane at that place."""
        scale, y = WIDTH / self.duration_ms, place * LANE + top
        boxes = [(start * scale, max((end - start) * scale, 0.6)) for start, end in spans]
        return "".join(f"M{x:.2f} {y}h{width:.2f}v{height}h{-width:.2f}z" for x, width in boxes)


def _lane(
    drawn: _Drawing, whole: WholeCall, place: int, voice: tuple[str | None, int], spans: Sequence[Interval]
) -> Lane:
    name, channel = voice
    own = [
        one
        for one in whole.findings
        if one["start_ms"] is not None
        and (one["speaker"], one["channel"] if name is None else 0) == voice
        and one["review_status"] != "rejected"
    ]
    taken, left = (
        [(one["start_ms"], one["end_ms"]) for one in own if (one["tier"] == "review") == is_left]
        for is_left in (False, True)
    )
    return Lane(
        speaker(name) if name else f"Channel {channel + 1}",
        name if name in {"agent", "customer"} else "other",
        drawn.path(spans, place, 5, LANE - 10),
        drawn.path(taken, place, 2, LANE - 4),
        drawn.path(left, place, 2, LANE - 4),
    )


def _times(turn: Outlined) -> Interval | None:
    start_ms, end_ms = turn.start_ms, turn.end_ms
    return None if start_ms is None or end_ms is None else (start_ms, end_ms)


def _at_once(voices: Iterable[Sequence[Interval]]) -> list[Interval]:
    """Where two or more speak."""
    spans = [span for of_voice in voices for span in of_voice]
    edges = sorted([(start, 1) for start, _ in spans] + [(end, -1) for _, end in spans])
    found, speaking, since = [], 0, 0
    for at, change in edges:
        if speaking == 2 and change == -1:
            found.append((since, at))
        speaking += change
        if speaking == 2 and change == 1:
            since = at
    return found


def _silences(speech: Sequence[Interval], duration_ms: int) -> list[Interval]:
    ends = [0, *(end for _, end in speech)]
    starts = [*(start for start, _ in speech), duration_ms]
    between = zip(ends, starts, strict=True)
    return [(end, start) for end, start in between if start - end >= _SHORTEST_SILENCE_MS]
