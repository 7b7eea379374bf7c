from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.schemas import Chunk, Piece, Transcript, Word
from tasks.stitch import build_conversation, stitch

PER_MS = 16


def _chunk(index: int, *pieces: tuple[int, int], overlap_ms: int = 0, channel: int = 0) -> Chunk:
    samples = tuple(Piece(start * PER_MS, end * PER_MS) for start, end in pieces)
    return Chunk(channel, index, samples, b"", overlap_ms)


def _said(*words: tuple[str, int | None, int | None]) -> Transcript:
    return Transcript(tuple(Word(text, start, end, 0.9) for text, start, end in words))


def _plain(words: list[Word]) -> list[tuple[str, int | None, int | None]]:
    return [(word.text, word.start_ms, word.end_ms) for word in words]


def test_times_go_through_the_pieces_to_the_recordings_clock() -> None:
    chunk = _chunk(0, (1_000, 2_000), (60_000, 61_000))
    words = stitch([chunk], [_said(("one", 100, 300), ("two", 1_500, 1_700))])
    assert _plain(words) == [("one", 1_100, 1_300), ("two", 60_500, 60_700)]


def test_a_word_across_a_join_belongs_to_the_piece_of_its_middle() -> None:
    chunk = _chunk(0, (1_000, 2_000), (60_000, 61_000))
    words = stitch([chunk], [_said(("early", 700, 1_100), ("late", 950, 1_300))])
    assert _plain(words) == [("early", 1_700, 2_000), ("late", 60_000, 60_300)]


def test_times_the_engine_did_not_give_stay_none() -> None:
    words = stitch([_chunk(0, (5_000, 9_000))], [_said(("one", None, None), ("two", 1_000, None))])
    assert _plain(words) == [("one", None, None), ("two", 6_000, None)]


def test_words_carry_their_channel_and_lose_blanks() -> None:
    words = stitch([_chunk(0, (0, 1_000), channel=1)], [_said((" hello ", 0, 500), ("  ", 500, 600))])
    assert [(word.text, word.channel, word.confidence) for word in words] == [("hello", 1, 0.9)]


def test_a_chunk_without_a_transcript_is_an_error() -> None:
    with pytest.raises(ValueError, match="zip"):
        stitch([_chunk(0, (0, 1_000))], [])


def test_words_heard_on_both_sides_of_a_seam_are_kept_once() -> None:
    chunks = [_chunk(0, (0, 10_000)), _chunk(1, (8_500, 20_000), overlap_ms=1_500)]
    left = _said(
        ("i", 7_000, 7_200),
        ("would", 8_600, 8_800),
        ("like", 8_900, 9_200),
        ("to", 9_300, 9_400),
        ("can", 9_800, 10_000),
    )
    right = _said(
        ("wood", 0, 300), ("like", 420, 690), ("to", 800, 920), ("cancel", 1_300, 1_900), ("it", 2_000, 2_100)
    )
    assert [word.text for word in stitch(chunks, [left, right])] == [
        "i",
        "would",
        "like",
        "to",
        "cancel",
        "it",
    ]


def test_without_agreement_each_side_owns_its_half() -> None:
    chunks = [_chunk(0, (0, 10_000)), _chunk(1, (8_000, 20_000), overlap_ms=2_000)]
    left = _said(("alpha", 8_100, 8_400), ("bravo", 9_600, 9_900))
    right = _said(("delta", 100, 400), ("echo", 1_500, 1_900), ("foxtrot", 5_000, 5_500))
    assert [word.text for word in stitch(chunks, [left, right])] == ["alpha", "echo", "foxtrot"]


def test_the_same_word_said_again_outside_the_overlap_is_never_removed() -> None:
    chunks = [_chunk(0, (0, 10_000)), _chunk(1, (9_000, 20_000), overlap_ms=1_000)]
    left = _said(("no", 8_000, 8_200), ("no", 8_400, 8_600), ("no", 9_300, 9_500))
    right = _said(("no", 300, 500), ("no", 1_500, 1_700), ("no", 2_000, 2_200))
    assert [word.start_ms for word in stitch(chunks, [left, right])] == [8_000, 8_400, 9_300, 10_500, 11_000]


def test_a_repeat_without_an_overlap_is_kept() -> None:
    chunks = [_chunk(0, (0, 10_000)), _chunk(1, (10_000, 20_000))]
    words = stitch(chunks, [_said(("yes", 9_700, 9_900)), _said(("yes", 50, 300))])
    assert len(words) == 2


def test_without_times_only_a_run_of_agreeing_words_is_taken_for_a_repeat() -> None:
    chunks = [_chunk(0, (0, 10_000)), _chunk(1, (8_500, 20_000), overlap_ms=1_500)]
    none = (None, None)
    left, right = (
        _said(("a", *none), ("b", *none), ("c", *none)),
        _said(("b", *none), ("c", *none), ("d", *none)),
    )
    assert [word.text for word in stitch(chunks, [left, right])] == ["a", "b", "c", "d"]
    other = _said(("c", *none), ("x", *none))
    assert [word.text for word in stitch(chunks, [left, other])] == ["a", "b", "c", "c", "x"]


VOCABULARY = ["yes", "no", "account", "four", "four", "balance", "the", "nine"]


@st.composite
def _cut_speech(draw: st.DrawFn) -> tuple[list[Word], list[Chunk], list[Transcript]]:
    """Words in order, cut anywhere with overlap: each side hears what lies in it, half words at its edges."""
    words, at = [], draw(st.integers(0, 500))
    for _ in range(draw(st.integers(5, 60))):
        length = draw(st.integers(80, 500))
        words.append(Word(draw(st.sampled_from(VOCABULARY)), at, at + length))
        at += length + draw(st.integers(20, 400))
    chunks, transcripts, start, index = [], [], 0, 0
    overlap_ms = 0
    while start < at:
        end = min(start + draw(st.integers(4_000, 9_000)), at)
        chunks.append(_chunk(index, (start, end), overlap_ms=overlap_ms))
        transcripts.append(Transcript(tuple(_heard(draw, words, start, end))))
        if end == at:
            break
        overlap_ms = draw(st.integers(1_000, 2_000))
        start, index = end - overlap_ms, index + 1
    return words, chunks, transcripts


def _heard(draw: st.DrawFn, words: list[Word], start: int, end: int) -> list[Word]:
    heard = []
    for word in words:
        first, last = max(word.start_ms or 0, start), min(word.end_ms or 0, end)
        if last - first < 40:
            continue
        whole = (first, last) == (word.start_ms, word.end_ms)
        shift = draw(st.integers(-30, 30)) if whole else 0
        text = word.text if whole else f"{word.text}-"
        heard.append(Word(text, max(first - start + shift, 0), min(last - start + shift, end - start)))
    return heard


@given(_cut_speech())
@settings(deadline=None, max_examples=120)
def test_random_cuts_double_no_word_and_drop_none(
    case: tuple[list[Word], list[Chunk], list[Transcript]],
) -> None:
    words, chunks, transcripts = case
    joined = stitch(chunks, transcripts)
    assert [word.text.rstrip("-") for word in joined] == [word.text for word in words]
    for word, truth in zip(joined, words, strict=True):
        assert abs((word.start_ms or 0) - (truth.start_ms or 0)) <= 50
    assert all((left.start_ms or 0) <= (right.start_ms or 0) for left, right in pairwise(joined))


def test_an_hour_of_chunks_does_not_drift() -> None:
    chunks, transcripts, at = [], [], 0
    for index in range(130):
        pieces = [(at, at + 9_137), (at + 11_003, at + 27_411)]
        chunks.append(_chunk(index, *pieces))
        transcripts.append(_said(("first", 0, 200), ("last", 9_137 + 16_000, 9_137 + 16_400)))
        at += 27_733
    words = stitch(chunks, transcripts)
    assert (words[-2].start_ms, words[-1].start_ms) == (129 * 27_733, 129 * 27_733 + 27_003)


def _spoken(channel: int, *words: tuple[str, int, int]) -> list[Word]:
    return [
        Word(text, start, end, channel=channel, speaker=f"speaker_{channel}") for text, start, end in words
    ]


def test_a_conversation_is_turns_in_time_order() -> None:
    agent = _spoken(1, ("hello", 0, 400), ("bank", 500, 900), ("sure", 5_000, 5_400))
    caller = _spoken(0, (" my ", 1_500, 1_700), ("balance", 1_800, 2_300))
    conversation = build_conversation({0: caller, 1: agent})
    assert [word.text for word in conversation.words] == ["hello", "bank", "my", "balance", "sure"]
    assert [(turn.channel, turn.speaker, turn.first_word, turn.end_word) for turn in conversation.turns] == [
        (1, "speaker_1", 0, 2), (0, "speaker_0", 2, 4), (1, "speaker_1", 4, 5),
    ]  # fmt: skip


def test_a_pause_nobody_fills_keeps_the_turn_until_it_is_long() -> None:
    words = _spoken(0, ("one", 0, 300), ("two", 1_300, 1_600), ("three", 3_200, 3_500))
    assert [turn.end_word for turn in build_conversation({0: words}).turns] == [2, 3]


def test_a_word_put_in_between_splits_a_turn_only_at_a_pause() -> None:
    agent = _spoken(1, ("your", 0, 300), ("balance", 350, 800), ("is", 1_700, 1_900))
    caller = _spoken(0, ("okay", 900, 1_200))
    assert [word.text for word in build_conversation({0: caller, 1: agent}).words] == [
        "your",
        "balance",
        "okay",
        "is",
    ]
    fluent = _spoken(1, ("your", 0, 300), ("balance", 350, 800), ("is", 1_300, 1_900))
    assert [word.text for word in build_conversation({0: caller, 1: fluent}).words] == [
        "your",
        "balance",
        "is",
        "okay",
    ]


def test_two_speakers_in_one_channel_are_two_turns() -> None:
    words = [Word("hi", 0, 200, speaker="speaker_0"), Word("hello", 250, 500, speaker="speaker_1")]
    assert len(build_conversation({0: words}).turns) == 2


def test_words_without_times_keep_their_order() -> None:
    conversation = build_conversation({0: [Word("one", None, None), Word("two", None, None)]})
    assert [word.text for word in conversation.words] == ["one", "two"]


def test_nothing_said_is_an_empty_conversation() -> None:
    assert build_conversation({0: [], 1: []}).turns == ()


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 3_000), st.integers(50, 900)), max_size=40))
def test_every_word_is_in_exactly_one_turn(steps: list[tuple[int, int, int]]) -> None:
    words: dict[int, list[Word]] = {0: [], 1: []}
    at = {0: 0, 1: 0}
    for number, (channel, gap, length) in enumerate(steps):
        at[channel] += gap + length
        words[channel].append(Word(f"w{number}", at[channel] - length, at[channel], channel=channel))
    conversation = build_conversation(words)
    assert sorted(word.text for word in conversation.words) == sorted(
        word.text for part in words.values() for word in part
    )
    edges = [(turn.first_word, turn.end_word) for turn in conversation.turns]
    assert [edge for turn in edges for edge in turn] == [
        number for left, right in pairwise([0, *(end for _, end in edges)]) for number in (left, right)
    ]
    for turn in conversation.turns:
        inside = conversation.words[turn.first_word : turn.end_word]
        assert {word.channel for word in inside} == {turn.channel}
