from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from tasks.audio.channels import Channels, judge_channels

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Sound = NDArray[np.float64]
    Talk = Callable[..., Sound]

LENGTH = 12
CALLER = ((0.5, 2.0), (5.0, 1.5), (9.5, 1.5))
AGENT = ((3.0, 1.5), (7.0, 2.0))


def _judge(*sounds: Sound) -> Channels:
    return judge_channels([np.clip(sound, -32_768, 32_767).astype("<i2").tobytes() for sound in sounds])


def _sent_s(channels: Channels) -> dict[int, float]:
    return {
        track.channel: sum(piece.end - piece.start for piece in track.speech or ()) / 16_000
        for track in channels.tracks
    }


def _mu_law(sound: Sound) -> Sound:
    """8-bit companding and telephone band, as a switch does."""
    spectrum = np.fft.rfft(sound)
    spectrum[np.fft.rfftfreq(len(sound), 1 / 16_000) > 3_600] = 0
    level = np.clip(np.fft.irfft(spectrum, len(sound)) / 32_768, -1, 1)
    companded = np.round(np.sign(level) * np.log1p(255 * np.abs(level)) / np.log(256) * 127) / 127
    return np.sign(companded) * (256 ** np.abs(companded) - 1) / 255 * 32_768


def _late(sound: Sound, milliseconds: float) -> Sound:
    return np.concatenate([np.zeros(int(milliseconds * 16)), sound])[: len(sound)]


@pytest.fixture
def caller(talk: Talk) -> Sound:
    return talk(LENGTH, *CALLER)


@pytest.fixture
def agent(talk: Talk) -> Sound:
    return talk(LENGTH, *AGENT, seed=2, pitch_hz=200)


def test_one_channel_is_mono(caller: Sound) -> None:
    assert _judge(caller).verdict == "mono"


def test_two_voices_apart_are_two_speakers_and_both_are_sent_whole(caller: Sound, agent: Sound) -> None:
    found = _judge(_mu_law(caller), _mu_law(agent))
    assert (found.verdict, found.notes) == ("two_speakers", ())
    assert _sent_s(found) == pytest.approx({0: 5.0, 1: 3.5}, abs=0.8)


@pytest.mark.parametrize("change", ["same", "quieter", "inverted", "late", "mu-law", "noisy"])
def test_the_same_sound_twice_is_transcribed_once(change: str, caller: Sound, agent: Sound) -> None:
    both = caller + agent
    copy = {
        "same": both,
        "quieter": both * 0.25,
        "inverted": -both,
        "late": _late(both, 7),
        "mu-law": _mu_law(both * 0.5),
        "noisy": both + np.random.default_rng(9).normal(0, 60, len(both)),
    }[change]
    found = _judge(both, copy)
    assert found.verdict == "dual_mono"
    assert [track.channel for track in found.tracks] == [0]
    assert "transcribed once" in found.notes[0]


def test_the_louder_of_two_copies_is_the_one_to_transcribe(caller: Sound) -> None:
    assert [track.channel for track in _judge(caller * 0.1, caller).tracks] == [1]


@pytest.mark.parametrize(
    ("leg", "word"),
    [("zeros", "digital silence"), ("hiss", "line noise"), ("hum", "hum"), ("tone", "a tone")],
)
def test_a_leg_without_speech_is_not_sent(leg: str, word: str, caller: Sound) -> None:
    time = np.arange(len(caller)) / 16_000
    hiss = np.random.default_rng(4).normal(0, 30, len(caller))
    dead = {
        "zeros": np.zeros(len(caller)),
        "hiss": hiss,
        "hum": 900 * np.sin(2 * np.pi * 50 * time) + hiss,
        "tone": 3_000 * np.sin(2 * np.pi * 1_000 * time) + hiss,
    }[leg]
    found = _judge(caller, dead)
    assert (found.verdict, [track.channel for track in found.tracks]) == ("dead_leg", [0])
    assert f"({word})" in found.notes[0]


def test_a_recording_in_which_nobody_speaks_is_silent_and_sends_nothing() -> None:
    hiss = np.random.default_rng(4).normal(0, 30, (2, 48_000))
    found = _judge(*hiss)
    assert (found.verdict, found.tracks, found.speech_ms) == ("silent", (), {0: 0, 1: 0})


@pytest.mark.parametrize(("gain", "late_ms"), [(0.25, 0), (0.12, 20), (0.06, 180)])
def test_a_voice_that_bleeds_into_the_other_channel_is_sent_once(
    gain: float, late_ms: float, caller: Sound, agent: Sound
) -> None:
    echo = _late(np.convolve(caller, [0.6, 0.3, 0.1, -0.2, 0.1], "same"), late_ms) * gain
    found = _judge(_mu_law(caller), _mu_law(agent + echo))
    assert found.verdict == "bleed"
    assert _sent_s(found) == pytest.approx({0: 5.0, 1: 3.5}, abs=1.2)
    assert found.speech_ms[1] > 7_000


def test_bleed_in_both_directions_is_cleaned_on_both_sides(caller: Sound, agent: Sound) -> None:
    found = _judge(caller + _late(agent, 40) * 0.15, agent + _late(caller, 25) * 0.15)
    assert found.verdict == "bleed"
    assert _sent_s(found) == pytest.approx({0: 5.0, 1: 3.5}, abs=0.9)


def test_real_double_talk_over_bleed_is_kept(talk: Talk) -> None:
    caller = talk(LENGTH, (0.5, 10.0))
    agent = talk(LENGTH, (3.0, 2.0), (7.5, 2.0), seed=2, pitch_hz=200)
    found = _judge(caller, agent + _late(caller, 20) * 0.12)
    assert found.verdict == "bleed"
    spoken = [piece for track in found.tracks if track.channel == 1 for piece in track.speech or ()]
    for start, end in ((3.0, 5.0), (7.5, 9.5)):
        covered = sum(
            max(0, min(piece.end, int(end * 16_000)) - max(piece.start, int(start * 16_000)))
            for piece in spoken
        )
        assert covered >= 0.95 * (end - start) * 16_000


def test_people_who_talk_at_once_are_not_taken_for_copies(talk: Talk) -> None:
    found = _judge(talk(LENGTH, (0.5, 10)), talk(LENGTH, (0.5, 10), seed=2, pitch_hz=200))
    assert found.verdict == "two_speakers"
    assert all(length > 9 for length in _sent_s(found).values())


def test_a_common_hum_does_not_make_two_speakers_one(caller: Sound, agent: Sound) -> None:
    hum = 400 * np.sin(2 * np.pi * 60 * np.arange(len(caller)) / 16_000)
    assert _judge(caller + hum, agent + hum).verdict == "two_speakers"


def test_of_many_channels_those_with_something_of_their_own_are_sent(caller: Sound, agent: Sound) -> None:
    found = _judge(caller, np.zeros(len(caller)), agent, caller * 0.5)
    assert (found.verdict, sorted(_sent_s(found))) == ("multichannel", [0, 2])
    assert len(found.notes) == 2


def test_a_mix_of_the_other_channels_is_not_sent(caller: Sound, agent: Sound) -> None:
    found = _judge(caller, agent, caller + agent)
    assert sorted(_sent_s(found)) == [0, 1]
