from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from tasks.audio.levels import FLOOR_DBFS, frame_levels
from tasks.audio.speech import find_speech, measure, speech_length_ms

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Talk = Callable[..., NDArray[np.float64]]
    Pcm = Callable[[NDArray[np.float64]], bytes]


def test_levels_are_decibels_below_full_scale(pcm: Pcm) -> None:
    sine = 32_767 * np.sin(2 * np.pi * 1_000 * np.arange(16_384) / 16_000)
    assert np.allclose(frame_levels(pcm(sine)), -3.01, atol=0.05)
    assert np.all(frame_levels(bytes(2_048)) == FLOOR_DBFS)
    assert len(frame_levels(b"")) == 0


@pytest.mark.parametrize("loudness", [1.0, 0.05])
def test_speech_is_found_where_it_is_loud_or_quiet(loudness: float, talk: Talk, pcm: Pcm) -> None:
    sound = talk(8, (1, 2), (5, 2)) * loudness
    found = find_speech(measure(pcm(sound)))
    assert found[0].start / 16_000 == pytest.approx(1, abs=0.15)
    assert found[-1].end / 16_000 == pytest.approx(7, abs=0.3)
    assert 3_000 < speech_length_ms(found) < 5_000


def test_tones_hiss_and_keypad_digits_are_no_speech(pcm: Pcm) -> None:
    time = np.arange(4 * 16_000) / 16_000
    beeps = np.sin(2 * np.pi * 697 * time) + np.sin(2 * np.pi * 1_209 * time)
    beeps *= 6_000 * (np.floor(time * 4) % 2)
    assert find_speech(measure(pcm(beeps))) == ()
    assert find_speech(measure(pcm(np.random.default_rng(1).normal(0, 300, 64_000)))) == ()


def test_a_loud_stretch_with_a_faint_suspicion_is_kept_and_a_click_is_not() -> None:
    from tasks.audio.speech import TrackSound

    levels = np.full(100, -75, np.float32)
    probabilities = np.full(100, 0.01, np.float32)
    levels[20:30] = levels[60:62] = levels[80:90] = -28
    probabilities[24], probabilities[60], probabilities[85] = 0.14, 0.14, 0.05
    found = find_speech(TrackSound(levels, probabilities, 100 * 512))
    assert [(piece.start // 512, piece.end // 512) for piece in found] == [(20, 30)]


def test_windows_do_not_change_what_is_found(talk: Talk, pcm: Pcm, monkeypatch: pytest.MonkeyPatch) -> None:
    from tasks.audio import speech

    sound = pcm(talk(20, (1, 3), (6, 5), (13, 6)))
    whole = find_speech(measure(sound))
    monkeypatch.setattr(speech, "_WINDOW_FRAMES", 150)
    windowed = find_speech(measure(sound))
    assert len(whole) == len(windowed) > 1
    for one, other in zip(whole, windowed, strict=True):
        assert abs(one.start - other.start) + abs(one.end - other.end) <= 4 * 512


def test_regions_end_inside_the_track(talk: Talk, pcm: Pcm) -> None:
    sound = pcm(talk(2.01, (0, 2.01)))
    assert find_speech(measure(sound))[-1].end <= len(sound) // 2
