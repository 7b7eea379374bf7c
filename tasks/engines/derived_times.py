"""Times for words that came without, marked as derived: another engine's, or shared out by letters."""

from __future__ import annotations

import re
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Final

from tasks.schemas import Segment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tasks.schemas import Transcript, Word

_MARKS: Final = re.compile(r"[\W_]+")


def derive_times(transcript: Transcript, duration_ms: int) -> Transcript:
    """The same transcript with a time on every word; what the engine has stated stays as it is.

    A segment's words share its time; words outside of any segment share what lies between their timed
    neighbours, or the sound's beginning and end. Characters say little about a word's length: good for
    finding a place in a recording and for muting generously, not for measuring.
    """
    words = list(transcript.words)
    for segment in transcript.segments:
        _fill(words, segment)
    for gap in list(_gaps(words, duration_ms)):
        _fill(words, gap)
    derived = any(word.times_derived for word in words)
    return replace(transcript, words=tuple(words), times="derived" if derived else transcript.times)


def align_times(transcript: Transcript, timed: Sequence[Word]) -> Transcript:
    """The same transcript with times for those words that another engine heard as well, marked as derived.

    `timed` is what that engine heard in the same sound. The other words are left for `derive_times`, to lie
    between their neighbours, and so the transcript's own segments are dropped: they are coarser.
    """
    words = list(transcript.words)
    said, heard = ([_bare(word.text) for word in listed] for listed in (words, timed))
    for block in SequenceMatcher(None, said, heard, autojunk=False).get_matching_blocks():
        for place in range(block.size):
            word, known = words[block.a + place], timed[block.b + place]
            if said[block.a + place] and known.start_ms is not None and known.end_ms is not None:
                words[block.a + place] = replace(
                    word, start_ms=known.start_ms, end_ms=known.end_ms, times_derived=True
                )
    return replace(transcript, words=tuple(words), segments=(), times="derived")


def spread(texts: Sequence[str], start_ms: int, end_ms: int) -> list[tuple[int, int]]:
    """Start and end for each text, side by side, each as long as its characters and a space."""
    ends = [0, *accumulate(len(text) + 1 for text in texts)]
    length_ms = max(0, end_ms - start_ms)
    edges = [start_ms + round(length_ms * end / ends[-1]) for end in ends] if texts else []
    return list(pairwise(edges))


def _fill(words: list[Word], segment: Segment) -> None:
    """Times for those words of a segment that have none."""
    places = range(segment.first_word, min(segment.end_word, len(words)))
    texts = [words[place].text for place in places]
    for place, (start_ms, end_ms) in zip(
        places, spread(texts, segment.start_ms, segment.end_ms), strict=True
    ):
        if words[place].start_ms is None or words[place].end_ms is None:
            words[place] = replace(words[place], start_ms=start_ms, end_ms=end_ms, times_derived=True)


def _gaps(words: Sequence[Word], duration_ms: int) -> Iterator[Segment]:
    """Runs of untimed words of one channel, with the time that is left for them."""
    for channel in {word.channel for word in words}:
        yield from _channel_gaps(words, channel, duration_ms)


def _channel_gaps(words: Sequence[Word], channel: int, duration_ms: int) -> Iterator[Segment]:
    first, heard_ms = None, 0
    for place, word in enumerate(words):
        timed = word.start_ms is not None and word.end_ms is not None
        if first is not None and (timed or word.channel != channel):
            until_ms = word.start_ms if timed and word.channel == channel else duration_ms
            yield Segment(heard_ms, max(heard_ms, until_ms or 0), first, place)
            first = None
        if word.channel != channel:
            continue
        if timed:
            heard_ms = max(heard_ms, word.end_ms or 0)
        elif first is None:
            first = place
    if first is not None:
        yield Segment(heard_ms, max(heard_ms, duration_ms), first, len(words))


def _bare(text: str) -> str:
    return _MARKS.sub("", text).casefold()
