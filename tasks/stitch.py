"""Put the chunks' words back together: on the recording's clock, each word once, both speakers in order."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from tasks.audio.seams import join_overlap
from tasks.audio.timeline import in_order, on_recording_clock
from tasks.audio.turns import order_turns
from tasks.schemas import SAMPLE_RATE_HZ, Conversation, Turn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tasks.schemas import Chunk, Transcript, Word

_PER_MS = SAMPLE_RATE_HZ // 1000


def stitch(chunks: Sequence[Chunk], transcripts: Sequence[Transcript]) -> list[Word]:
    """The words of all chunks in channel and time order; ValueError unless each chunk has its transcript.

    Times are the recording's milliseconds, never going back inside a channel; None stays None.
    """
    pairs = sorted(zip(chunks, transcripts, strict=True), key=lambda pair: (pair[0].channel, pair[0].index))
    words: list[Word] = []
    for _, channel in groupby(pairs, key=lambda pair: pair[0].channel):
        words.extend(in_order(_channel_words(list(channel))))
    return words


def build_conversation(words_by_channel: Mapping[int, Sequence[Word]]) -> Conversation:
    """The channels' words as one conversation: turns by start time, the words of a turn side by side."""
    words: list[Word] = []
    turns = []
    for turn in order_turns(words_by_channel):
        turns.append(Turn(turn[0].channel, turn[0].speaker, len(words), len(words) + len(turn)))
        words.extend(turn)
    return Conversation(tuple(words), tuple(turns))


def _channel_words(pairs: Iterable[tuple[Chunk, Transcript]]) -> list[Word]:
    words: list[Word] = []
    latest: Chunk | None = None
    for chunk, transcript in pairs:
        heard = [word for word in _without_remarks(transcript.words) if word.text.strip()]
        placed = in_order([on_recording_clock(chunk, word) for word in heard])
        if latest is not None and chunk.overlap_ms and chunk.pieces and latest.pieces:
            start_ms = chunk.pieces[0].start / _PER_MS
            end_ms = max(latest.pieces[-1].end / _PER_MS, start_ms)
            words, placed = join_overlap(words, placed, start_ms, end_ms)
        words.extend(placed)
        latest = chunk
    return words


def _without_remarks(words: Sequence[Word]) -> Iterator[Word]:
    """The words without an engine's remarks such as "[BLANK _AUDIO]": brackets are this lake's own marks."""
    inside = False
    for place, word in enumerate(words):
        opens = word.text.startswith("[") and any("]" in later.text for later in words[place : place + 4])
        if not (inside or opens):
            yield replace(word, text=word.text.replace("[", "").replace("]", ""))
        inside = (inside or opens) and "]" not in word.text
