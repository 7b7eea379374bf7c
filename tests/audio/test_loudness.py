"""Loudness of turns: a sine has a level that is known."""

from __future__ import annotations

import numpy as np
import pytest

from tasks.audio.levels import FLOOR_DBFS
from tasks.audio.loudness import Loudness, turn_loudness
from tasks.schemas import SAMPLE_RATE_HZ, Conversation, Track, Turn, Word


def sine(amplitude: float, seconds: int = 4) -> bytes:
    times = np.arange(seconds * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    return (amplitude * 32_767 * np.sin(2 * np.pi * 440 * times)).astype("<i2").tobytes()


def said(*spans: tuple[int | None, int | None], channel: int = 0) -> Conversation:
    words = tuple(Word("x", start, end, channel=channel) for start, end in spans)
    return Conversation(words, (Turn(channel, None, 0, len(words)),))


def test_a_full_sine_has_an_rms_of_minus_three_and_a_peak_of_zero() -> None:
    (loudness,) = turn_loudness(said((0, 1_000)), [Track(0, sine(1.0))])
    assert loudness == pytest.approx(Loudness(-3.01, 0.0), abs=0.01)


def test_pauses_between_words_do_not_count() -> None:
    loud = sine(0.5, 1)
    pcm = loud + bytes(len(loud)) + loud
    (loudness,) = turn_loudness(said((0, 1_000), (2_000, 3_000)), [Track(0, pcm)])
    assert loudness == pytest.approx(Loudness(-9.03, -6.02), abs=0.01)


def test_silence_is_the_floor_and_not_minus_infinity() -> None:
    assert turn_loudness(said((0, 500)), [Track(0, bytes(32_000))]) == (Loudness(FLOOR_DBFS, FLOOR_DBFS),)


def test_nothing_is_known_without_times_without_sound_or_beyond_its_end() -> None:
    track = Track(0, sine(1.0, 1))
    assert turn_loudness(said((None, None)), [track]) == (None,)
    assert turn_loudness(said((0, 500), channel=1), [track]) == (None,)
    assert turn_loudness(said((5_000, 6_000)), [track]) == (None,)
