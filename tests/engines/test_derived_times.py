"""Times that are worked out where an engine gives none."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tasks.engines.derived_times import derive_times, spread
from tasks.schemas import Segment, Transcript, Word


def _untimed(text: str) -> tuple[Word, ...]:
    return tuple(Word(word, None, None) for word in text.split())


def test_a_text_without_anything_is_spread_over_the_sound_by_characters() -> None:
    derived = derive_times(Transcript(_untimed("a bbb"), times="absent"), 600)
    assert [(word.start_ms, word.end_ms) for word in derived.words] == [(0, 200), (200, 600)]
    assert derived.times == "derived"
    assert all(word.times_derived for word in derived.words)


def test_a_segments_words_share_its_time() -> None:
    heard = Transcript(
        _untimed("aa bb cc"), times="absent", segments=(Segment(100, 300, 0, 2), Segment(500, 600, 2, 3))
    )
    times = [(word.start_ms, word.end_ms) for word in derive_times(heard, 1000).words]
    assert times == [(100, 200), (200, 300), (500, 600)]


def test_stated_times_stay_and_gaps_are_filled_between_them() -> None:
    words = (Word("a", None, None), Word("b", 400, 500), Word("c", None, None), Word("d", 800, 900))
    derived = derive_times(Transcript(words, times="absent"), 1000)
    assert [(word.start_ms, word.end_ms) for word in derived.words] == [
        (0, 400),
        (400, 500),
        (500, 800),
        (800, 900),
    ]
    assert [word.times_derived for word in derived.words] == [True, False, True, False]


def test_a_transcript_with_all_its_times_is_left_alone() -> None:
    heard = Transcript((Word("a", 0, 100),))
    assert derive_times(heard, 1000) == heard


def test_channels_do_not_share_their_time() -> None:
    words = (Word("a", None, None), Word("b", None, None, channel=1))
    derived = derive_times(Transcript(words, times="absent"), 1000)
    assert [(word.start_ms, word.end_ms) for word in derived.words] == [(0, 1000), (0, 1000)]


@given(
    st.lists(st.text(min_size=1, max_size=12), max_size=20),
    st.integers(0, 10**6),
    st.integers(0, 10**6),
)
def test_spread_times_fill_the_stretch_in_order(texts: list[str], start_ms: int, length_ms: int) -> None:
    times = spread(texts, start_ms, start_ms + length_ms)
    assert len(times) == len(texts)
    assert all(start <= end for start, end in times)
    assert all(before[1] == after[0] for before, after in pairwise(times))
    if texts:
        assert (times[0][0], times[-1][1]) == (start_ms, start_ms + length_ms)


@given(
    st.lists(st.tuples(st.none() | st.integers(0, 5000), st.integers(0, 2)), max_size=12),
    st.integers(0, 6000),
)
def test_every_word_gets_times_that_do_not_run_backwards(
    given_words: list[tuple[int | None, int]], duration_ms: int
) -> None:
    words = tuple(
        Word("word", at, None if at is None else at + 50, channel=channel) for at, channel in given_words
    )
    for word in derive_times(Transcript(words, times="absent"), duration_ms).words:
        assert word.start_ms is not None
        assert word.end_ms is not None
        assert 0 <= word.start_ms <= word.end_ms
