"""Findings rendered out of sound: which stretches of which channels are muted."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Final, NamedTuple

from tasks.coverage import unheard

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tasks.schemas import Conversation, Finding, Verdict, Word

Span = tuple[int, int]
"""Milliseconds from the recording's start; may begin before it and end behind it."""

FADE_MS: Final = 5
"""Each span begins and ends with so much fading: a redacted word lies at least so far inside."""
_SHARE_BEFORE: Final = 0.7
_SHARE_BEHIND: Final = 0.25
"""At most so much of a word before or behind a span goes with it; together less than a whole word, so that
none between two spans is muted."""
_LATE_MS: Final = 350
"""Recognisers press a number's words together and begin it late, inside a word that they let last too long:
so much of that word is muted, its share permitting. Measured with Whisper over the samples: where a name or
a number begins behind another word it is 150 ms late in the median, and 345 ms in one of ten."""
_PRESSED_MS: Final = 1_500
"""A word without time or length was said somewhere in what the words beside it last, its share permitting."""
_DERIVED_PADDING_MS: Final = 1_500
"""Where the engine gave no time for a word: one that was worked out from letters may be off by a second."""
_WORDLESS_MS: Final = 3_000
"""Speech beside a span in which no word is known goes with it, so far at most: recognisers press a number's
words together, or drop its first digits, and what they left out would stay audible."""
_JOINED_GAP_MS: Final = 600
"""Breaths between digits go with them."""


@dataclass(frozen=True, slots=True)
class Sound:
    """What must be known about a recording to mute it."""

    verdict: Verdict
    channel_count: int
    duration_ms: int
    speech_ms: Mapping[int, Sequence[Span]] = field(default_factory=dict)
    """Where somebody speaks, by channel; unknown where nobody has looked."""


def mute_spans(
    conversation: Conversation, findings: Sequence[Finding], sound: Sound, padding_ms: int
) -> dict[int, list[Span]]:
    """The spans to mute by channel, in order and apart.

    A word with a time of its own lies inside a span if and only if it is redacted. Where a voice can be heard
    on several channels all of them are muted, what is said there at the same moment included. A word without
    time or length is muted from the word before it to the word after it; where nothing in its turn has a
    time, its whole channel is. Derived times are padded widely. A passage is muted like a word of that time.
    """
    passages = [finding.passage_ms for finding in findings if finding.passage_ms]
    redacted = {
        word
        for finding in findings
        if finding.tier != "review"
        for word in range(finding.start_word, finding.end_word)
    }
    spans: dict[int, list[Span]] = {channel: [] for channel in range(sound.channel_count)}
    apart = sound.verdict == "two_speakers"
    for channel in {*spans, *(turn.channel for turn in conversation.turns)}:
        spots = _spots(conversation, channel, redacted)
        for passage in passages:
            if channel in heard_on(passage, conversation, sound):
                _put_in(spots, passage)
        own = list(_spans(spots, sound.duration_ms, padding_ms))
        for target in [channel] if apart else spans:
            spans[target] += own
    kept = [word for index, word in enumerate(conversation.words) if index not in redacted]
    muted = {}
    for channel, own in spans.items():
        beside = [word for word in kept if not apart or word.channel == channel]
        speech = sound.speech_ms.get(channel, ()) if apart else _everywhere(sound)
        muted[channel] = _joined([_widened(span, beside, speech) for span in own], beside)
    return muted


def heard_on(passage: Span, conversation: Conversation, sound: Sound) -> list[int]:
    """The channels on which a passage is heard: where somebody speaks then without words, or else speaks.

    All of them where a voice can be heard on several, or nobody has looked where somebody speaks.
    """
    every = list(range(sound.channel_count))
    if sound.verdict != "two_speakers":
        return every
    speech = {channel: sound.speech_ms.get(channel, ()) for channel in every}
    without_words = {
        channel: unheard(spans, [word for word in conversation.words if word.channel == channel])
        for channel, spans in speech.items()
    }
    return _meeting(passage, without_words) or _meeting(passage, speech) or every


def muted_ms(spans: Iterable[Sequence[Span]], duration_ms: int) -> int:
    """For how long at least one channel is muted."""
    inside = [(max(start, 0), min(end, duration_ms)) for channel in spans for start, end in channel]
    return sum(end - start for start, end in _joined(inside, [], gap_ms=0))


class _Spot(NamedTuple):
    """A word's place on its channel; negative times are those of a channel read backwards."""

    start_ms: int
    end_ms: int
    redacted: bool
    timed: bool
    derived: bool
    placeless: bool
    """Nothing in its turn has a time."""

    def mirrored(self) -> _Spot:
        return self._replace(start_ms=-self.end_ms, end_ms=-self.start_ms)


class _Edge(NamedTuple):
    """How far one end of a span reaches."""

    beginning_ms: int
    """Of the recording, or of the recording read backwards."""
    padding_ms: int
    """Into silence."""
    reach_ms: int
    """Into the word beside it."""
    share: float
    """And into so much of that word at most."""


def _spots(conversation: Conversation, channel: int, redacted: set[int]) -> list[_Spot]:
    spots = []
    for turn in conversation.turns:
        if turn.channel != channel:
            continue
        words = conversation.words[turn.first_word : turn.end_word]
        placeless = all(word.start_ms is None for word in words)
        for index, word in enumerate(words, turn.first_word):
            start_ms, end_ms = word.start_ms or 0, word.end_ms or 0
            timed = word.start_ms is not None and start_ms < end_ms
            spots.append(_Spot(start_ms, end_ms, index in redacted, timed, word.times_derived, placeless))
    return spots


def _put_in(spots: list[_Spot], passage: Span) -> None:
    start_ms, end_ms = passage
    later = (place for place, spot in enumerate(spots) if spot.timed and spot.start_ms >= start_ms)
    spot = _Spot(start_ms, end_ms, redacted=True, timed=True, derived=False, placeless=False)
    spots.insert(next(later, len(spots)), spot)


def _meeting(passage: Span, spans: Mapping[int, Sequence[Span]]) -> list[int]:
    """The channels of which a span overlaps the passage."""
    start_ms, end_ms = passage
    return [
        channel
        for channel, own in spans.items()
        if any(start < end_ms and end > start_ms for start, end in own)
    ]


def _spans(spots: Sequence[_Spot], duration_ms: int, padding_ms: int) -> Iterator[Span]:
    """A padded span for each run of redacted words."""
    backwards = [spot.mirrored() for spot in reversed(spots)]
    for is_redacted, group in groupby(range(len(spots)), key=lambda place: spots[place].redacted):
        if not is_redacted:
            continue
        run = list(group)
        if any(spots[place].placeless for place in run):
            yield -padding_ms, duration_ms + padding_ms
            continue
        length = len(run)
        before = _Edge(0, padding_ms, max(padding_ms, _LATE_MS), _SHARE_BEFORE)
        behind = _Edge(-duration_ms, padding_ms, padding_ms, _SHARE_BEHIND)
        start_ms = _start_ms(spots, run[0], length, before)
        end_ms = -_start_ms(backwards, len(spots) - 1 - run[-1], length, behind)
        yield start_ms, end_ms


def _start_ms(spots: Sequence[_Spot], first: int, length: int, edge: _Edge) -> int:
    """Where to begin muting the run spots[first:first + length]."""
    run = spots[first : first + length]
    starts = [spot.start_ms for spot in run if spot.timed]
    if not run[0].timed:
        heard = (spot.end_ms for spot in reversed(spots[:first]) if spot.timed)
        starts.append(next(heard, edge.beginning_ms))
    start_ms = min(starts)
    if any(spot.derived for spot in run):
        return start_ms - max(edge.padding_ms, _DERIVED_PADDING_MS)
    before = spots[first - 1] if first else None
    padded_ms = start_ms - edge.padding_ms
    if before is None or not before.timed or before.derived or before.end_ms <= padded_ms:
        return padded_ms
    limit_ms = before.end_ms - int(edge.share * (before.end_ms - before.start_ms))
    reach_ms = edge.reach_ms if run[0].timed else _PRESSED_MS
    return max(start_ms - reach_ms, min(limit_ms, start_ms - FADE_MS))


def _everywhere(sound: Sound) -> list[Span]:
    return [span for spans in sound.speech_ms.values() for span in spans]


def _widened(span: Span, kept: Iterable[Word], speech: Sequence[Span]) -> Span:
    """The span with the speech on both sides of it in which no word is known."""
    start_ms, end_ms = span
    timed = [
        (word.start_ms, word.end_ms) for word in kept if word.start_ms is not None and word.end_ms is not None
    ]
    before_ms = max((end for start, end in timed if start < start_ms), default=0)
    after_ms = min((start for start, end in timed if end > end_ms), default=end_ms + _WORDLESS_MS)
    near = [(begun, ended) for begun, ended in speech if begun < start_ms and ended > start_ms - _WORDLESS_MS]
    begins = [max(begun, before_ms, start_ms - _WORDLESS_MS) for begun, ended in near if ended > before_ms]
    near = [(begun, ended) for begun, ended in speech if ended > end_ms and begun < end_ms + _WORDLESS_MS]
    ends = [min(ended, after_ms, end_ms + _WORDLESS_MS) for begun, ended in near if begun < after_ms]
    return min([start_ms, *begins]), max([end_ms, *ends])


def _joined(spans: Iterable[Span], kept: Sequence[Word], gap_ms: int = _JOINED_GAP_MS) -> list[Span]:
    """The spans in order; those that overlap, or have a short gap without a word between them, as one."""
    joined: list[Span] = []
    for start_ms, end_ms in sorted(spans):
        ended_ms = joined[-1][1] if joined else start_ms - gap_ms - 1
        touches = start_ms <= ended_ms
        if touches or (start_ms - ended_ms <= gap_ms and not _speaks(kept, ended_ms, start_ms)):
            joined[-1] = (joined[-1][0], max(ended_ms, end_ms))
        elif end_ms > start_ms:
            joined.append((start_ms, end_ms))
    return joined


def _speaks(kept: Sequence[Word], start_ms: int, end_ms: int) -> bool:
    """Whether one of the words lies between these times, in part at least."""
    return any(
        word.start_ms < end_ms and word.end_ms > start_ms
        for word in kept
        if word.start_ms is not None and word.end_ms is not None
    )
