"""The example archive holds together: recordings, sidecars, gold answers and scripts."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import numpy as np
import pytest

SAMPLES = Path(__file__).parents[2] / "samples"
ARCHIVE = SAMPLES / "archive"
GOLD = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted((SAMPLES / "gold").glob("*.json"))}
NOT_AUDIO = "call-0015.wav"
TRUNCATED = "call-0014.wav"
ENTITIES = {
    "ACCOUNT_ID",
    "ADDRESS",
    "BANK_ACCOUNT",
    "CARD_CVV",
    "CARD_EXPIRY",
    "CARD_NUMBER",
    "DOB",
    "EMAIL",
    "OTP",
    "PERSON",
    "PHONE",
    "POSTAL_CODE",
    "SORT_CODE",
    "US_SSN",
    "US_SSN_LAST4",
}
every_call = pytest.mark.parametrize("gold", GOLD.values(), ids=GOLD)


@pytest.fixture(scope="module")
def sound() -> dict[str, np.ndarray]:
    return {gold["file"]: decoded(ARCHIVE / gold["file"], len(gold["channels"])) for gold in GOLD.values()}


def decoded(path: Path, channel_count: int) -> np.ndarray:
    form = ["-f", "s16le", "-ar", "8000", "-ac", str(channel_count), "pipe:1"]
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(path), *form]
    output = subprocess.run(command, capture_output=True, check=True).stdout
    return np.frombuffer(output, dtype="<i2").reshape(-1, channel_count).astype(float) / 32768


def stretch(track: np.ndarray, start_ms: int, end_ms: int) -> float:
    part = track[start_ms * 8 : end_ms * 8]
    return 20 * np.log10(np.sqrt(np.mean(part**2)) + 1e-9)


def passes_luhn(digits: str) -> bool:
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(value - 9 * (value > 9) for value in doubled) % 10 == 0


def recordings() -> list[Path]:
    return sorted(path for path in ARCHIVE.iterdir() if path.suffix != ".json")


def test_the_archive_is_small_enough_to_be_cloned() -> None:
    assert sum(path.stat().st_size for path in SAMPLES.rglob("*") if path.is_file()) <= 15_000_000


def test_every_recording_but_the_one_without_audio_has_a_gold_answer() -> None:
    assert {gold["file"] for gold in GOLD.values()} == {path.name for path in recordings()} - {NOT_AUDIO}


def test_recordings_are_what_the_checksums_say() -> None:
    lines = (SAMPLES / "SHA256SUMS").read_text("utf-8").splitlines()
    expected = {name: digest for digest, name in (line.split("  ") for line in lines)}
    assert expected == {
        f"archive/{path.name}": hashlib.sha256(path.read_bytes()).hexdigest() for path in recordings()
    }


def test_every_sidecar_names_its_call_and_a_recording() -> None:
    sidecars = sorted(ARCHIVE.glob("*.json"))
    assert len(sidecars) == len(recordings()) - 1
    for path in sidecars:
        sidecar: dict[str, Any] = json.loads(path.read_text("utf-8"))
        assert sidecar["call_id"] == path.stem
        assert re.fullmatch(r"2026-03-\d\dT\d\d:\d\d:\d\dZ", sidecar["started_at"])
        assert {"agent_id", "queue", "customer_id"} <= sidecar.keys()
        assert any(other.stem == path.stem for other in recordings())


def test_one_customer_calls_again() -> None:
    sidecars = [json.loads(path.read_text("utf-8")) for path in ARCHIVE.glob("*.json")]
    assert [sidecar["customer_id"] for sidecar in sidecars].count("C-55812") == 2


@every_call
def test_utterances_lie_inside_the_recording_and_in_order(
    gold: dict[str, Any], sound: dict[str, np.ndarray]
) -> None:
    starts = [utterance["start_ms"] for utterance in gold["utterances"]]
    ends = [utterance["end_ms"] for utterance in gold["utterances"]]
    assert starts == sorted(starts)
    assert all(start < end for start, end in zip(starts, ends, strict=True))
    length_ms = len(sound[gold["file"]]) / 8
    if gold["file"] == TRUNCATED:
        assert max(ends) * 0.4 < length_ms < max(ends) * 0.6
    else:
        assert max(ends) < length_ms < max(ends) + 2_000


@every_call
def test_every_word_has_a_time_inside_its_utterance(gold: dict[str, Any]) -> None:
    for utterance in gold["utterances"]:
        times = utterance["words_ms"]
        assert len(times) == len(utterance["words"])
        assert all(start < end for start, end in times)
        assert all(end <= start for (_, end), (start, _) in pairwise(times))
        assert utterance["start_ms"] <= times[0][0]
        assert times[-1][1] <= utterance["end_ms"]


@every_call
def test_personal_data_points_at_words_and_their_times(gold: dict[str, Any]) -> None:
    for finding in gold["pii"]:
        utterance = gold["utterances"][finding["utterance"]]
        words_ms = utterance["words_ms"][finding["start_word"] : finding["end_word"]]
        assert finding["entity"] in ENTITIES
        assert finding["value"]
        assert finding["channel"] == utterance["channel"]
        assert words_ms[0][0] - 40 <= finding["start_ms"] <= words_ms[0][0]
        assert words_ms[-1][1] <= finding["end_ms"] <= words_ms[-1][1] + 40
        assert utterance["start_ms"] <= finding["start_ms"] < finding["end_ms"] <= utterance["end_ms"]


@every_call
def test_the_text_of_the_channels_is_the_words_of_the_utterances(gold: dict[str, Any]) -> None:
    for channel in gold["channels"].values():
        heard = [u for u in gold["utterances"] if channel["speaker"] in (None, u["speaker"])]
        assert channel["text"].split() == [word for utterance in heard for word in utterance["words"]]


@every_call
def test_speech_is_heard_where_gold_says(gold: dict[str, Any], sound: dict[str, np.ndarray]) -> None:
    tracks = sound[gold["file"]]
    for utterance in gold["utterances"]:
        if utterance["end_ms"] * 8 < len(tracks):
            level = stretch(tracks[:, utterance["channel"]], utterance["start_ms"], utterance["end_ms"])
            assert level > -35, utterance["words"]


@every_call
def test_levels_are_those_of_a_telephone(gold: dict[str, Any], sound: dict[str, np.ndarray]) -> None:
    for name, channel in gold["channels"].items():
        peak = 20 * np.log10(np.abs(sound[gold["file"]][:, int(name)]).max())
        assert -8 <= peak <= -2 if channel["text"] else -60 <= peak <= -40


def test_the_dead_leg_and_the_dual_mono_are_just_that(sound: dict[str, np.ndarray]) -> None:
    dual_mono = sound["call-0010.wav"]
    assert np.array_equal(dual_mono[:, 0], dual_mono[:, 1])
    assert stretch(sound["call-0011.wav"][:, 1], 0, 60_000) < -55


def test_card_numbers_pass_their_check_digit() -> None:
    numbers = {
        finding["value"]
        for gold in GOLD.values()
        for finding in gold["pii"]
        if finding["entity"] == "CARD_NUMBER" and len(finding["value"]) > 4
    }
    assert len(numbers) >= 2
    assert all(passes_luhn(number) for number in numbers)


def test_the_truncated_file_is_shorter_than_its_header_says() -> None:
    content = (ARCHIVE / TRUNCATED).read_bytes()
    assert int.from_bytes(content[4:8], "little") + 8 > 1.9 * len(content)


def test_the_file_without_audio_cannot_be_decoded() -> None:
    with pytest.raises(subprocess.CalledProcessError):
        decoded(ARCHIVE / NOT_AUDIO, 1)
