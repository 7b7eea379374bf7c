"""The whole way from a file to tracks, with real encoders."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tasks.errors import Quarantined, SettingsError
from tasks.prepare_audio import AudioLimits, prepare_audio

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    Sound = NDArray[np.float64]

TELEPHONE = ("-ar", "8000")


def _click_ms(pcm: bytes) -> float:
    loud = np.abs(np.frombuffer(pcm, "<i2").astype(np.float64))
    return float(np.argmax(loud > loud.max() * 0.4)) / 16


def _clicking() -> Sound:
    sound = np.random.default_rng(3).normal(0, 8, 3 * 16_000)
    sound[16_000:16_080] += 20_000 * np.sin(2 * np.pi * 1_000 * np.arange(80) / 16_000)
    return sound


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("a.wav", ("-c:a", "pcm_mulaw", *TELEPHONE)),
        ("a.wav", ("-c:a", "pcm_alaw", *TELEPHONE)),
        ("a.wav", ("-c:a", "adpcm_ima_wav", *TELEPHONE)),
        ("a.wav", ("-c:a", "adpcm_ms", *TELEPHONE)),
        ("a.wav", ("-c:a", "pcm_u8", *TELEPHONE)),
        ("a.wav", ("-c:a", "pcm_s24le")),
        ("a.wav", ("-c:a", "pcm_s32le")),
        ("a.wav", ("-c:a", "pcm_f32le")),
        ("a.wav", ("-rf64", "always")),
        ("a.mp3", ()),
        ("a.mp3", TELEPHONE),
        ("a.m4a", TELEPHONE),
        ("a.ogg", ("-c:a", "libopus")),
        ("a.ogg", ("-c:a", "libvorbis")),
        ("a.flac", ("-ar", "44100")),
        ("a.webm", TELEPHONE),
        ("a.mka", ()),
        ("a.aiff", ()),
        ("a.g722", ()),
        ("a.amr", TELEPHONE),
    ],
)
def test_every_format_keeps_the_clock_to_a_few_milliseconds(
    name: str, args: tuple[str, ...], encode: Callable[..., Path]
) -> None:
    from tasks.audio.decode import decode
    from tasks.audio.probe import probe

    path, limits = encode(name, _clicking(), args=args), AudioLimits()
    with path.open("rb") as sound:
        decoded = decode(sound, path, probe(sound, path.name, limits).kind, limits)
    assert _click_ms(decoded.channels[0]) == pytest.approx(1_000, abs=6)
    assert decoded.duration_s == pytest.approx(3, abs=0.1)


@pytest.mark.parametrize("name", ["a.m4a", "a.mka"])
def test_a_late_first_sample_becomes_silence(name: str, encode: Callable[..., Path]) -> None:
    from tasks.audio.decode import decode
    from tasks.audio.probe import probe

    path, limits = encode(name, _clicking(), before=("-itsoffset", "0.5")), AudioLimits()
    with path.open("rb") as sound:
        decoded = decode(sound, path, probe(sound, path.name, limits).kind, limits)
    assert _click_ms(decoded.channels[0]) == pytest.approx(1_500, abs=6)


def test_a_film_gives_its_sound_and_says_that_it_has_more(
    encode: Callable[..., Path], talk: Callable[..., Sound]
) -> None:
    film = ("-f", "lavfi", "-i", "testsrc=d=3:s=64x64:r=5")
    maps = ("-map", "0:v", "-map", "1:a", "-map", "1:a")
    prepared = prepare_audio(encode("a.mkv", talk(3, (0.5, 2)), before=film, args=maps))
    assert prepared.verdict == "mono"
    assert prepared.notes == ("the file has 2 audio streams: the first was taken",)


def test_a_film_without_sound_is_refused_for_that(
    encode: Callable[..., Path], talk: Callable[..., Sound]
) -> None:
    film = ("-f", "lavfi", "-i", "testsrc=d=1:s=64x64:r=5")
    with pytest.raises(Quarantined, match="no audio stream"):
        prepare_audio(encode("a.mp4", talk(1), before=film, args=("-map", "0:v")))


def test_two_speakers_come_back_as_two_tracks_with_their_speech(
    encode: Callable[..., Path], talk: Callable[..., Sound]
) -> None:
    left, right = talk(8, (0.5, 3)), talk(8, (4.5, 3), seed=2, pitch_hz=190)
    prepared = prepare_audio(encode("a.wav", left, right, args=("-c:a", "pcm_mulaw", *TELEPHONE)))
    assert (prepared.verdict, prepared.channel_count, prepared.duration_ms) == ("two_speakers", 2, 8_000)
    starts = [track.speech[0].start / 16_000 for track in prepared.tracks if track.speech]
    assert starts == pytest.approx([0.5, 4.5], abs=0.15)
    assert all(2_500 < length < 3_500 for length in prepared.speech_ms.values())


def test_hostile_tags_cannot_pose_as_streams_or_lengths(
    encode: Callable[..., Path], talk: Callable[..., Sound]
) -> None:
    length, stream = (
        "Duration: 99:00:00.00, start: 55.000000",
        "Stream #0:1: Audio: aac, 8000 Hz, start 9.000000",
    )
    forged = f"x\n  {length}\n  {stream}"
    tags = ("-metadata", f"title={forged}", "-metadata", f"{forged}=y")
    prepared = prepare_audio(encode("a.mka", talk(3, (0.5, 2)), args=tags))
    assert (prepared.duration_ms, prepared.notes) == (3_000, ())


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"hello, this is text\n", "it looks like text"),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", "a playlist"),
        (b"#EXTM3U\n#EXTINF:10,\nhttp://127.0.0.1:9/a.ts\n", "a playlist"),
        (b"%PDF-1.4 ...", "a PDF document"),
        (b"Salted__" + bytes(range(256)), "decrypt it"),
        (
            b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\0\0\0\0\0\0\0\0\x02\0\x10\0data\0\x7d\0\0"
            + bytes(32_000),
            "sampling rate",
        ),
        (
            b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data\0\0\0\0",
            "no sound",
        ),
        (b"RIFF\x90\x39\0\0WAVEfmt \x02\0\0\0\xff\xffdata\0\0\0\0", "broken"),
        (b"fLaC" + bytes(300), "broken"),
    ],
)
def test_what_cannot_be_used_is_quarantined_with_a_reason_and_no_inside_words(
    content: bytes, says: str, tmp_path: Path
) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(content)
    with pytest.raises(Quarantined, match=says) as refusal:
        prepare_audio(path)
    assert str(tmp_path) not in str(refusal.value)
    assert not {"ffmpeg", "Error", "Invalid", "0x", "passwd"} & set(str(refusal.value).split())


def test_a_file_that_is_not_there_is_quarantined(tmp_path: Path) -> None:
    with pytest.raises(Quarantined, match="cannot be read"):
        prepare_audio(tmp_path / "gone.wav")


@pytest.mark.parametrize(
    ("limits", "says"),
    [
        (AudioLimits(max_duration_s=1.0), "MAX_DURATION_S"),
        (AudioLimits(max_size_bytes=1_000), "MAX_SIZE_BYTES"),
        (AudioLimits(max_channels=1), "channels"),
        (AudioLimits(max_pcm_bytes=10_000), "fewer channels"),
        (AudioLimits(decode_timeout_s=0.001), "DECODE_TIMEOUT_S"),
        (AudioLimits(decoder_memory_bytes=1 << 20), "could not be decoded"),
    ],
)
def test_each_cap_refuses_and_names_its_setting(
    limits: AudioLimits, says: str, encode: Callable[..., Path], talk: Callable[..., Sound]
) -> None:
    path = encode("a.ogg", talk(3, (0.5, 2)), talk(3), args=("-c:a", "libopus"))
    with pytest.raises(Quarantined, match=says):
        prepare_audio(path, limits)


def test_a_long_promise_is_refused_before_anything_is_decoded(tmp_path: Path) -> None:
    header = struct.pack("<4sI8sIHHIIHH4sI", b"RIFF", 0, b"WAVEfmt ", 16, 1, 1, 1, 2, 2, 16, b"data", 100_000)
    (tmp_path / "slow.wav").write_bytes(header + bytes(100_000))
    with pytest.raises(Quarantined, match=r"13\.9 h by its header"):
        prepare_audio(tmp_path / "slow.wav")


@pytest.mark.parametrize(
    ("name", "args"), [("a.wav", ()), ("a.mp3", ()), ("a.flac", ()), ("a.m4a", ("-movflags", "+faststart"))]
)
def test_a_file_cut_off_is_quarantined_or_lands_with_a_note_as_asked(
    name: str, args: tuple[str, ...], encode: Callable[..., Path], talk: Callable[..., Sound]
) -> None:
    path = encode(name, talk(6, (0.5, 2), (3, 2)), args=args)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(Quarantined, match=r"the header promises 6\.\d s, the file holds [23]\.\d s"):
        prepare_audio(path)
    prepared = prepare_audio(path, AudioLimits(accept_truncated=True))
    assert prepared.notes[0].startswith("truncated: ")
    assert 2_000 < prepared.duration_ms < 4_000


@pytest.mark.parametrize("marker", [0, 0x7FFFF000, 0xFFFFFFFF])
def test_a_streamed_wav_is_not_taken_for_a_cut_one(
    marker: int, encode: Callable[..., Path], talk: Callable[..., Sound]
) -> None:
    path = encode("a.wav", talk(3, (0.5, 2)))
    content = bytearray(path.read_bytes())
    at = content.index(b"data") + 4
    content[at : at + 4] = struct.pack("<I", marker)
    path.write_bytes(bytes(content))
    assert prepare_audio(path).duration_ms == 3_000


def test_damage_inside_a_file_is_noted(encode: Callable[..., Path], talk: Callable[..., Sound]) -> None:
    path = encode("a.mp3", talk(6, (0.5, 5)))
    content = bytearray(path.read_bytes())
    content[12_000:14_000] = np.random.default_rng(1).integers(0, 255, 2_000, np.uint8).tobytes()
    path.write_bytes(bytes(content))
    notes = prepare_audio(path, AudioLimits(accept_truncated=True)).notes
    assert any("damaged packets" in note for note in notes)


def test_an_ffmpeg_that_does_not_run_is_a_settings_error(
    tmp_path: Path, encode: Callable[..., Path], talk: Callable[..., Sound]
) -> None:
    path = encode("a.wav", talk(1))
    with pytest.raises(SettingsError, match="CALLARCHIVE_FFMPEG"):
        prepare_audio(path, AudioLimits(ffmpeg=tmp_path / "no-ffmpeg"))


def test_the_decoder_can_open_no_file_and_has_no_environment(
    tmp_path: Path, encode: Callable[..., Path], talk: Callable[..., Sound], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stand-in for ffmpeg says what it was given."""
    monkeypatch.setenv("CALLARCHIVE_STORE_KEY", "made-up")
    told, fake = tmp_path / "told", tmp_path / "ffmpeg"
    fake.write_text(
        "#!/bin/sh\n"
        'case "$2" in -version) echo "--enable-libsoxr"; exit;; -protocols) echo " fd"; exit;; esac\n'
        'echo "$PWD|$(env | grep -c CALLARCHIVE)|$*" >&2\n'
        f"echo written > {told}\n"
        "exit 1\n"
    )
    fake.chmod(0o755)
    from tasks.audio.child import confined
    from tasks.audio.ffmpeg import decode_command, find_ffmpeg
    from tasks.audio.sniff import Sniff

    path = encode("a.wav", talk(1))
    command = decode_command(find_ffmpeg(fake), Sniff("WAV sound", "wav"), path, "|nonce|")
    with path.open("rb") as sound, confined(command, sound, AudioLimits()) as child:
        assert child.stdout.read() == b""
    assert child.log[0].startswith("/|0|")
    assert "-protocol_whitelist fd " in child.log[0]
    assert str(path) not in child.log[0]
    assert not told.exists() or told.read_text() == ""


def test_an_older_ffmpeg_without_soxr_and_descriptors_decodes_the_same(
    encode: Callable[..., Path], ffmpeg: str
) -> None:
    from pathlib import Path as AnyPath

    from tasks.audio.child import confined
    from tasks.audio.ffmpeg import Ffmpeg, decode_command
    from tasks.audio.sniff import Sniff

    path = encode("it's a -call.wav", _clicking(), args=TELEPHONE)
    old = Ffmpeg(AnyPath(ffmpeg), has_soxr=False, has_fd=False)
    command = decode_command(old, Sniff("WAV sound", "wav"), path, "|nonce|")
    with path.open("rb") as sound, confined(command, sound, AudioLimits()) as child:
        decoded = child.stdout.read()[44:]
    assert child.returncode == 0
    assert _click_ms(decoded) == pytest.approx(1_000, abs=1)


@pytest.mark.parametrize("codec", ["pcm_u8", "pcm_s16le", "pcm_mulaw", "pcm_s24le", "pcm_f32le"])
def test_the_same_file_always_gives_the_same_pcm(
    codec: str, encode: Callable[..., Path], talk: Callable[..., Sound]
) -> None:
    path = encode("a.wav", talk(4, (0.5, 3)), args=("-c:a", codec, *TELEPHONE))
    assert len({prepare_audio(path).tracks[0].pcm for _ in range(3)}) == 1


def test_nothing_of_the_sound_is_left_on_disk(
    encode: Callable[..., Path], talk: Callable[..., Sound], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = encode("a.ogg", talk(2, (0.5, 1)))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    before = set(tmp_path.rglob("*"))
    prepare_audio(path)
    assert set(tmp_path.rglob("*")) == before
