"""The interval arithmetic against an oracle that counts milliseconds one by one."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.facts import call_facts, turn_span
from tasks.intervals import length, union
from tasks.schemas import Conversation, Piece, PreparedAudio, Track, Turn, Word

DURATION_MS = 60
AUDIO = PreparedAudio(DURATION_MS, 3, "multichannel", (), {})
SPEAKERS = ("agent", "customer", "speaker_2", None)

spans = st.tuples(st.integers(0, DURATION_MS), st.integers(0, 12)).map(
    lambda pair: (pair[0], min(DURATION_MS, pair[0] + pair[1]))
)
words = st.builds(
    lambda span, timed, confidence: Word("x", *(span if timed else (None, None)), confidence),
    spans,
    st.booleans() | st.just(value=True),
    st.none() | st.floats(0, 1),
)
turns = st.lists(st.tuples(st.integers(0, 2), st.lists(words, min_size=1, max_size=3)), max_size=8)


def _conversation(turns: list[tuple[int, list[Word]]]) -> Conversation:
    words: list[Word] = []
    made = []
    for channel, said in turns:
        made.append(Turn(channel, SPEAKERS[channel], len(words), len(words) + len(said)))
        words.extend(said)
    return Conversation(tuple(words), tuple(made))


def _ticks(said: list[Word]) -> set[int]:
    """The milliseconds of one turn: from its first word's start to its last word's end."""
    starts = [word.start_ms for word in said if word.start_ms is not None]
    ends = [word.end_ms for word in said if word.end_ms is not None]
    return set(range(min(starts), max(ends))) if starts and ends else set()


@given(turns)
def test_talk_silence_and_overlap_are_what_counting_gives(turns: list[tuple[int, list[Word]]]) -> None:
    facts = call_facts(_conversation(turns), AUDIO, 0.5)
    talking: dict[int, set[int]] = {channel: set() for channel in range(3)}
    for channel, said in turns:
        talking[channel] |= _ticks(said)
    voices = [sum(tick in ticks for ticks in talking.values()) for tick in range(DURATION_MS)]
    assert facts.agent_talk_ms == len(talking[0])
    assert facts.customer_talk_ms == len(talking[1])
    assert facts.other_talk_ms == len(talking[2])
    assert facts.silence_ms == voices.count(0)
    assert facts.overlap_ms == sum(count > 1 for count in voices)


@given(turns)
def test_confidence_is_the_mean_of_what_is_known(turns: list[tuple[int, list[Word]]]) -> None:
    facts = call_facts(_conversation(turns), AUDIO, 0.5)
    known = [word.confidence for _, said in turns for word in said if word.confidence is not None]
    assert facts.mean_confidence == (pytest.approx(sum(known) / len(known)) if known else None)
    assert facts.low_confidence_words == len([confidence for confidence in known if confidence < 0.5])


@given(st.lists(spans))
def test_a_union_is_disjoint_in_order_and_covers_the_same(spans: list[tuple[int, int]]) -> None:
    merged = union(spans)
    assert {tick for span in merged for tick in range(*span)} == {
        tick for span in spans for tick in range(*span)
    }
    assert all(start < end for start, end in merged)
    assert all(one[1] < two[0] for one, two in pairwise(merged))
    assert length(merged) == len({tick for span in spans for tick in range(*span)})


def test_talk_beyond_the_recordings_end_leaves_no_negative_silence() -> None:
    conversation = _conversation([(0, [Word("x", 0, DURATION_MS + 10)])])
    assert call_facts(conversation, AUDIO, 0.5).silence_ms == 0


def test_a_call_without_words_is_all_silence() -> None:
    facts = call_facts(Conversation((), ()), AUDIO, 0.5)
    assert (facts.silence_ms, facts.overlap_ms, facts.mean_confidence) == (DURATION_MS, 0, None)


def test_a_turn_without_times_has_no_span() -> None:
    conversation = _conversation([(0, [Word("x", None, None), Word("y", None, None)])])
    assert turn_span(conversation, conversation.turns[0]) is None


def test_speech_without_a_word_near_is_unheard_channel_by_channel() -> None:
    pieces = (Piece(0, 16_000), Piece(48_000, 64_000))  # the first and the fourth second
    audio = PreparedAudio(5_000, 2, "two_speakers", (Track(0, b"", pieces), Track(1, b"", pieces)), {})
    facts = call_facts(_conversation([(0, [Word("x", 0, 1_000, channel=0)])]), audio, 0.5)
    assert (facts.speech_ms, facts.unheard_ms) == (4_000, 3_000)
    assert json.loads(facts.unheard_spans or "") == [[0, 1_000], [3_000, 4_000]]


def test_only_stretches_of_a_second_and_more_have_a_place() -> None:
    track = Track(0, b"", (Piece(0, 16_000 * 4),))
    said = [Word("x", 0, 400, channel=0), Word("y", 1_800, 2_000, channel=0)]
    facts = call_facts(_conversation([(0, said)]), PreparedAudio(5_000, 1, "mono", (track,), {}), 0.5)
    assert facts.unheard_ms == 400 + 1_500
    assert json.loads(facts.unheard_spans or "") == [[2_500, 4_000]]


def test_where_nobody_has_looked_for_speech_nothing_is_said_about_it() -> None:
    audio = PreparedAudio(5_000, 1, "mono", (Track(0, b""),), {})
    facts = call_facts(Conversation((), ()), audio, 0.5)
    assert (facts.speech_ms, facts.unheard_ms, facts.unheard_spans) == (None, None, None)
