"""Coverage, calibration and the bootstrap on numbers that can be worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.compare.alignment import align, errors
from tasks.compare.bootstrap import resample
from tasks.compare.calibration import Calibration
from tasks.coverage import Coverage, coverage
from tasks.schemas import Word


def test_an_alignment_has_every_word_of_both_sides_once() -> None:
    pairs = align("a b c d".split(), "a x c d e".split())
    assert pairs == [(0, 0), (1, 1), (2, 2), (3, 3), (None, 4)]
    assert align([], ["x"]) == [(None, 0)]
    assert align(["x"], []) == [(0, None)]
    assert errors("a b c".split(), "a c d".split()) == 2


def word(start_ms: int | None, end_ms: int | None) -> Word:
    return Word("x", start_ms, end_ms)


def test_speech_far_from_words_is_unheard_and_words_far_from_speech_are_on_silence() -> None:
    speech = [(0, 4_000), (10_000, 12_000)]
    words = [word(500, 900), word(7_000, 7_400), word(9_200, 9_600), word(None, None)]
    # Heard: up to 1400 of the first stretch, and 10000 to 10100 of the second.
    assert coverage(speech, words) == Coverage(6_000, 2_600 + 1_900, 3, 1)
    assert coverage([], words) == Coverage(0, 0, 3, 3)
    assert coverage(speech, []) == Coverage(6_000, 6_000, 0, 0)


@given(st.lists(st.tuples(st.integers(0, 5_000), st.integers(1, 500)), max_size=8), st.data())
def test_coverage_agrees_with_counting_milliseconds(
    spans: list[tuple[int, int]], data: st.DataObject
) -> None:
    speech = [(start, start + length) for start, length in spans]
    places = data.draw(st.lists(st.tuples(st.integers(0, 5_000), st.integers(1, 500)), max_size=8))
    words = [word(start, start + length) for start, length in places]
    spoken = {at for start, end in speech for at in range(start, end)}
    near = {at for one in words for at in range((one.start_ms or 0) - 500, (one.end_ms or 0) + 500)}
    wide = {at for start, end in speech for at in range(start - 500, end + 500)}
    lost = [one for one in words if not wide & set(range(one.start_ms or 0, one.end_ms or 0))]
    assert coverage(speech, words) == Coverage(len(spoken), len(spoken - near), len(words), len(lost))


def test_calibration_error_is_the_distance_from_the_share_of_right_words() -> None:
    calibration = Calibration()
    for right in (True, True, True, False):
        calibration.add(0.95, right=right)
    calibration.add(1.0, right=True)
    calibration.add(0.3, right=False)
    # Bin 0.9-1.0: 4 of 5 right, sure of 4.8 of 5. Bin 0.3-0.4: none right, sure of 0.3.
    assert calibration.error == pytest.approx((0.8 + 0.3) / 6)
    low, high = calibration.bins()
    assert (low["words"], low["right"]) == (1, 0)
    assert (high["words"], high["right"], high["confidence"]) == (5, 0.8, pytest.approx(0.96))
    twice = Calibration()
    twice.merge(calibration)
    twice.merge(calibration)
    assert (twice.count, twice.error) == (12, pytest.approx(calibration.error))
    assert Calibration().error is None


def test_an_interval_lies_around_the_ratio_and_is_as_wide_as_theory_says() -> None:
    dice = np.random.default_rng(1)
    parts = dice.binomial(10, 0.2, size=(1, 400))
    wholes = np.full((1, 400), 10)
    drawn = resample(parts, wholes)
    assert drawn is not None
    interval = drawn.interval(0)
    assert interval is not None
    half = 1.96 * math.sqrt(0.2 * 0.8 / 4_000)
    assert interval.low < parts.sum() / 4_000 < interval.high
    assert interval.high - interval.low == pytest.approx(2 * half, rel=0.15)


def test_differences_are_paired() -> None:
    """Two engines that err on the same units, one of them once more in every unit: no doubt who is better."""
    dice = np.random.default_rng(2)
    errs = dice.integers(0, 9, 50)
    drawn = resample(np.array([errs + 1, errs, errs]), np.full((3, 50), 10))
    assert drawn is not None
    worse, same = drawn.difference(0, 1), drawn.difference(1, 2)
    assert worse is not None
    assert same is not None
    assert (worse.low, worse.high) == (pytest.approx(0.1), pytest.approx(0.1))
    assert (same.low, same.high) == (0, 0)
    own = drawn.interval(0)
    assert own is not None
    assert own.high - own.low > 0.1


def test_too_few_units_and_nothing_to_count_give_no_interval() -> None:
    assert resample(np.ones((1, 9), np.int64), np.ones((1, 9), np.int64)) is None
    empty = resample(np.zeros((1, 20), np.int64), np.zeros((1, 20), np.int64))
    assert empty is not None
    assert empty.interval(0) is None


def test_the_same_sample_gives_the_same_interval() -> None:
    parts, wholes = np.arange(30)[None, :], np.full((1, 30), 40)
    one, two = resample(parts, wholes), resample(parts, wholes)
    assert one is not None
    assert two is not None
    assert one.interval(0) == two.interval(0)
