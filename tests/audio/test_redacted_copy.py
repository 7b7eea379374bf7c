"""The redacted copy: silent where it must be, the very same sound everywhere else."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tasks.audio.decode import decode
from tasks.audio.limits import AudioLimits
from tasks.audio.mute import CopyOrder, mute
from tasks.audio.probe import probe
from tasks.audio.redacted_copy import write_redacted_copy
from tasks.errors import CheckFailed, Quarantined, SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    Sound = NDArray[np.float64]
    Samples = NDArray[np.int64]
    Encode = Callable[..., Path]
    Talk = Callable[..., Sound]

LIMITS = AudioLimits()
SPANS = {0: [(500, 900)], 1: [(-200, 100), (2_800, 3_400)]}
TELEPHONE = ("-ar", "8000")
PCM = [
    ("mulaw.wav", ("-c:a", "pcm_mulaw", *TELEPHONE), 16),
    ("alaw.wav", ("-c:a", "pcm_alaw", *TELEPHONE), 16),
    ("u8.wav", ("-c:a", "pcm_u8", *TELEPHONE), 16),
    ("s16.wav", ("-c:a", "pcm_s16le", "-ar", "44100"), 16),
    ("s24.wav", ("-c:a", "pcm_s24le", "-ar", "48000"), 24),
    ("s32.wav", ("-c:a", "pcm_s32le"), 32),
    ("s16.aiff", ("-c:a", "pcm_s16be", "-ar", "11025"), 16),
    ("s16.flac", ("-c:a", "flac", *TELEPHONE), 16),
    ("s24.flac", ("-c:a", "flac", "-sample_fmt", "s32", "-bits_per_raw_sample", "24"), 24),
]


@dataclass(frozen=True)
class Copier:
    ffmpeg: str
    folder: Path

    def copy(self, recording: Path, **order: Any) -> Path:
        wanted = CopyOrder(**({"spans": SPANS, "fade_ms": 5} | order))
        path = self.folder / f"copy.{'flac' if wanted.form == 'flac' else 'ogg'}"
        with recording.open("rb") as sound, path.open("w+b") as target:
            write_redacted_copy(sound, recording, wanted, LIMITS, target)
        return path

    def decoded(self, path: Path, channels: int = 2) -> Samples:
        """Every sample as 32 bits: frames by channels."""
        command = [self.ffmpeg, "-v", "error", "-i", str(path), "-c:a", "pcm_s32le", "-f", "s32le", "pipe:1"]
        raw = subprocess.run(command, check=True, capture_output=True).stdout
        return np.frombuffer(raw, "<i4").reshape(-1, channels).astype(np.int64)


@pytest.fixture
def copier(ffmpeg: str, tmp_path: Path) -> Copier:
    return Copier(ffmpeg, tmp_path)


@pytest.fixture
def two_voices(talk: Talk) -> tuple[Sound, Sound]:
    return talk(3.3, (0.2, 3)), talk(3.3, (0.1, 3.1), seed=2, pitch_hz=190)


@pytest.fixture
def recorded(two_voices: tuple[Sound, Sound], encode: Encode) -> Encode:
    """Two voices on two channels as a file."""
    return lambda name, args: encode(name, *two_voices, args=args)


def frames_of(span: tuple[int, int], rate_hz: int, length: int, fade_ms: int = 0) -> slice:
    start, end = span[0] + fade_ms, span[1] - fade_ms
    return slice(max(0, -(-start * rate_hz // 1000)), min(length, end * rate_hz // 1000))


def outside(spans: list[tuple[int, int]], rate_hz: int, length: int) -> NDArray[np.bool_]:
    kept = np.ones(length, np.bool_)
    for start, end in spans:
        kept[max(0, start * rate_hz // 1000) : -(-end * rate_hz // 1000)] = False
    return kept


@pytest.mark.parametrize(("name", "args", "bits"), PCM, ids=[name for name, *_ in PCM])
def test_pcm_stays_exact_outside_and_is_zero_inside(
    name: str, args: tuple[str, ...], bits: int, recorded: Encode, copier: Copier
) -> None:
    recording = recorded(name, args)
    before, after = copier.decoded(recording), copier.decoded(copier.copy(recording))
    rate_hz = round(len(before) / 3.3)
    assert before.shape == after.shape
    for channel, spans in SPANS.items():
        kept = outside(spans, rate_hz, len(before))
        assert np.array_equal(before[kept, channel], after[kept, channel])
        for span in spans:
            inside = frames_of(span, rate_hz, len(before), fade_ms=6)
            assert np.any(before[inside, channel])
            assert not np.any(after[inside, channel])
    head = (copier.folder / "copy.flac").read_bytes()[18:26]
    assert (int.from_bytes(head, "big") >> 36 & 31) + 1 == bits


@pytest.mark.parametrize("channels", [1, 2, 3])
def test_every_layout_keeps_its_channels(channels: int, talk: Talk, encode: Encode, copier: Copier) -> None:
    sounds = [talk(1, (0.1, 0.8), seed=seed) for seed in range(channels)]
    recording = encode("a.wav", *sounds, args=TELEPHONE)
    copy = copier.copy(recording, spans={channels - 1: [(300, 600)]})
    before, after = copier.decoded(recording, channels), copier.decoded(copy, channels)
    assert np.array_equal(before[:, : channels - 1], after[:, : channels - 1])
    assert not np.any(after[2_480:4_720, channels - 1])


def test_without_spans_the_copy_is_the_recording(two_voices: Any, encode: Encode, copier: Copier) -> None:
    recording = encode("a.wav", *two_voices, args=("-c:a", "pcm_mulaw", *TELEPHONE))
    copy = copier.copy(recording, spans={})
    assert np.array_equal(copier.decoded(recording), copier.decoded(copy))


def test_muting_a_copy_again_changes_nothing(two_voices: Any, encode: Encode, copier: Copier) -> None:
    once = copier.copy(encode("a.wav", *two_voices, args=TELEPHONE)).rename(copier.folder / "once.flac")
    again = copier.copy(once)
    inner = [(start + 5, end - 5) for start, end in SPANS[1]]
    kept = outside(SPANS[1], 8_000, len(copier.decoded(once)))
    before, after = copier.decoded(once)[:, 1], copier.decoded(again)[:, 1]
    assert np.array_equal(before[kept], after[kept])
    assert all(not np.any(after[frames_of(span, 8_000, len(after))]) for span in inner)


def test_the_sound_fades_at_the_edges() -> None:
    block = np.full((1_000, 1), 10_000, np.int32)
    mute(block, 0, 8_000, 16, CopyOrder({0: [(25, 100)]}, fade_ms=5))
    edge = block[200:240, 0]
    assert np.all(np.diff(edge) < 0)
    assert (block[199, 0], edge[-1]) == (10_000, 0)
    assert np.array_equal(block[760:800, 0], edge[::-1])


def test_blocks_join_without_a_seam() -> None:
    whole = np.random.default_rng(1).integers(-9_000, 9_000, (8_000, 2)).astype(np.int32)
    parts = whole.copy()
    order = CopyOrder({0: [(100, 700)], 1: [(-50, 30), (900, 1_200)]}, 5, tone=True)
    mute(whole, 0, 8_000, 16, order)
    for at in range(0, 8_000, 77):
        mute(parts[at : at + 77], at, 8_000, 16, order)
    assert np.array_equal(whole, parts)


def test_a_tone_is_nothing_but_a_tone(two_voices: Any, encode: Encode, copier: Copier) -> None:
    recording = encode("a.wav", *two_voices, args=TELEPHONE)
    inside = copier.decoded(copier.copy(recording, tone=True))[4_060:7_140, 0] / 2**31
    places = np.arange(4_060, 7_140)
    assert np.max(np.abs(inside - 0.1 * np.sin(2 * np.pi * places / 8))) < 2**-15


@pytest.mark.parametrize("name", ["a.mp3", "a.m4a", "a.ogg", "a.mka", "a.webm", "a.amr", "a.g722"])
def test_the_copy_keeps_the_clock_that_words_are_timed_by(
    name: str, talk: Talk, encode: Encode, copier: Copier
) -> None:
    before = ("-itsoffset", "0.5") if name.endswith(("m4a", "mka")) else ()
    rate = TELEPHONE if name == "a.amr" else ()
    recording = encode(name, talk(3, (0.5, 0.6), (1.6, 0.6)), args=rate, before=before)
    with recording.open("rb") as sound:
        track = decode(sound, recording, probe(sound, recording.name, LIMITS).kind, LIMITS).channels[0]
    heard = np.frombuffer(track, "<i2").astype(np.float64)
    with copier.copy(recording, spans={0: []}).open("rb") as sound:
        copied = decode(sound, copier.folder / "copy.flac", probe(sound, "copy.flac", LIMITS).kind, LIMITS)
    again = np.frombuffer(copied.channels[0], "<i2").astype(np.float64)
    part = slice(8_000, 24_000)
    lag = np.argmax(np.correlate(again[part], heard[part], "full")) - 15_999
    assert abs(lag) < 0.010 * 16_000
    assert len(again) == pytest.approx(len(heard), abs=160)


def test_opus_keeps_the_length_and_the_silence(two_voices: Any, encode: Encode, copier: Copier) -> None:
    copy = copier.copy(encode("a.wav", *two_voices, args=TELEPHONE), form="opus")
    after = copier.decoded(copy)
    assert len(after) == pytest.approx(3.3 * 48_000, abs=48)
    assert np.max(np.abs(after[frames_of((530, 870), 48_000, len(after)), 0])) < 2**31 * 1e-3
    assert np.max(np.abs(after[frames_of((1_000, 2_000), 48_000, len(after)), 0])) > 2**31 * 1e-2
    assert copy.stat().st_size < 40_000


def test_flac_says_how_long_it_is_and_what_it_decodes_to(
    two_voices: Any, encode: Encode, copier: Copier
) -> None:
    copy = copier.copy(encode("a.wav", *two_voices, args=TELEPHONE))
    head = copy.read_bytes()[:42]
    samples = copier.decoded(copy) >> 16
    assert int.from_bytes(head[18:26], "big") & (1 << 36) - 1 == len(samples) == 26_400
    assert head[26:42] == hashlib.md5(samples.astype("<i2").tobytes(), usedforsecurity=False).digest()


@pytest.mark.parametrize("form", ["flac", "opus"])
def test_tags_stay_behind(form: str, two_voices: Any, encode: Encode, copier: Copier) -> None:
    tagged = ("-metadata", "title=Jane Roe 4111", "-metadata", "artist=Roe", "-metadata", "comment=4111")
    copy = copier.copy(encode("a.mp3", *two_voices, args=tagged), form=form)
    content = copy.read_bytes()
    assert not any(word in content for word in (b"Roe", b"4111", b"title", b"comment"))


def test_a_span_on_a_channel_that_is_not_there_is_an_error(
    talk: Talk, encode: Encode, copier: Copier
) -> None:
    recording = encode("a.wav", talk(1, (0.1, 0.8)))
    with pytest.raises(CheckFailed, match="channel"):
        copier.copy(recording, spans={1: [(0, 100)]})


def test_more_channels_than_flac_holds_are_refused(talk: Talk, encode: Encode, copier: Copier) -> None:
    recording = encode("a.wav", *[talk(0.5, seed=seed) for seed in range(9)])
    with pytest.raises(SettingsError, match="9 channels"):
        copier.copy(recording, spans={})
    assert copier.copy(recording, spans={0: [(100, 200)]}, form="opus").stat().st_size


def test_what_is_no_sound_is_refused(tmp_path: Path, copier: Copier) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(
        b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0@\x1f\0\0\x80>\0\0\x02\0\x10\0data\0\0\0\0"
    )
    with pytest.raises(Quarantined, match="zero length"):
        copier.copy(path, spans={})


class FullDisk(io.BytesIO):
    def write(self, _: Any) -> int:
        raise OSError(28, os.strerror(28))


def test_a_full_disk_is_told_and_nothing_waits_for_ever(talk: Talk, encode: Encode) -> None:
    recording = encode("a.wav", np.random.default_rng(1).normal(0, 5_000, 16_000 * 60))
    with recording.open("rb") as sound, pytest.raises(CheckFailed, match="No space left"):
        write_redacted_copy(sound, recording, CopyOrder({}, 5), LIMITS, FullDisk())


def test_an_error_on_the_way_leaves_no_process(
    two_voices: Any, encode: Encode, copier: Copier, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording = encode("a.wav", *two_voices)
    begun: list[Any] = []
    real = subprocess.Popen

    def note(*args: Any, **more: Any) -> Any:
        begun.append(real(*args, **more))
        return begun[-1]

    def dies(*_: Any) -> None:
        raise MemoryError

    monkeypatch.setattr("tasks.audio.redacted_copy.mute", dies)
    monkeypatch.setattr("tasks.audio.child.subprocess.Popen", note)
    with pytest.raises(MemoryError):
        copier.copy(recording)
    assert len(begun) == 2
    assert all(process.poll() is not None for process in begun)
