from __future__ import annotations

import json
from itertools import count
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.engines import local
from tasks.errors import SettingsError, UnexpectedAnswer
from tasks.schemas import Transcript


def _words(text: str, length_s: float = 0.3, start_s: float = 0.0) -> list[dict[str, Any]]:
    return [
        {"word": f" {word}", "start": at, "end": at + length_s, "probability": 0.9}
        for at, word in zip(count(start_s, length_s), text.split(), strict=False)
    ]


def _segment(words: list[dict[str, Any]], **measured: float) -> dict[str, Any]:
    usual = {"avg_logprob": -0.3, "no_speech_prob": 0.05, "compression_ratio": 1.4, "level_dbfs": -25.0}
    return usual | measured | {"words": words}


def _answer(*segments: dict[str, Any], language: str | None = "en") -> bytes:
    return json.dumps({"language": language, "segments": segments}).encode()


def _text(transcript: Transcript) -> str:
    return " ".join(word.text for word in transcript.words)


def test_every_word_has_its_time_in_milliseconds_and_its_probability() -> None:
    heard = local.parse(_answer(_segment(_words("hello there", 0.25, 1.5))))
    assert [(word.text, word.start_ms, word.end_ms, word.confidence) for word in heard.words] == [
        ("hello", 1_500, 1_750, 0.9),
        ("there", 1_750, 2_000, 0.9),
    ]
    assert (heard.language, heard.rejected_segments) == ("en", 0)


def test_an_answer_without_speech_is_an_empty_transcript() -> None:
    assert local.parse(_answer(language=None)) == Transcript((), None, 0)


@pytest.mark.parametrize(
    "measured",
    [
        {"no_speech_prob": 0.9, "avg_logprob": -1.4},
        {"no_speech_prob": 0.9, "compression_ratio": 5.0},
        {"level_dbfs": -75.0},
    ],
)
def test_what_is_invented_on_silence_is_left_out_and_counted(measured: dict[str, float]) -> None:
    heard = local.parse(
        _answer(_segment(_words("thanks for watching"), **measured), _segment(_words("hello")))
    )
    assert _text(heard) == "hello"
    assert heard.rejected_segments == 1


@pytest.mark.parametrize(
    "measured",
    [{"no_speech_prob": 0.9}, {"avg_logprob": -1.4}, {"level_dbfs": -55.0}, {"compression_ratio": 2.3}],
)
def test_one_sign_alone_does_not_silence_a_speaker(measured: dict[str, float]) -> None:
    assert _text(local.parse(_answer(_segment(_words("yes please"), **measured)))) == "yes please"


def test_a_loop_is_cut_where_its_words_have_no_duration() -> None:
    words = _words("i will check that for you") + _words("for you for you for you", 0.0, 1.8)
    heard = local.parse(_answer(_segment(words, compression_ratio=4.0)))
    assert _text(heard) == "i will check that for you"
    assert heard.rejected_segments == 1


def test_a_card_number_of_equal_digits_is_no_loop() -> None:
    said = "four one one one one one one one one one one one one one one one"
    heard = local.parse(_answer(_segment(_words(said), compression_ratio=4.0)))
    assert _text(heard) == said
    assert heard.rejected_segments == 0


def test_two_words_without_duration_are_no_loop() -> None:
    words = _words("well i", 0.0) + _words("do not know", 0.3)
    assert _text(local.parse(_answer(_segment(words, compression_ratio=3.0)))) == "well i do not know"


def test_blank_words_are_left_out() -> None:
    words = [*_words("hello"), {"word": "  ", "start": 0.3, "end": 0.4, "probability": 0.1}]
    assert len(local.parse(_answer(_segment(words))).words) == 1


def test_probabilities_out_of_range_are_brought_back() -> None:
    words = [{"word": "a", "start": 0, "end": 1, "probability": 1.0000001}]
    assert local.parse(_answer(_segment(words))).words[0].confidence == 1.0


def test_what_an_answer_adds_is_ignored() -> None:
    answer = json.loads(_answer(_segment(_words("hello"))))
    answer["duration"] = 3
    answer["segments"][0]["id"] = 7
    assert _text(local.parse(json.dumps(answer).encode())) == "hello"


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b"\xff",
        b'{"segments": []}',
        b'{"language": "en", "segments": [{}]}',
        b'{"language": [7], "segments": []}',
    ],
)
def test_an_answer_that_cannot_be_read_is_an_error_that_repeats_nothing(answer: bytes) -> None:
    with pytest.raises(UnexpectedAnswer, match="local: ") as refused:
        local.parse(answer)
    assert refused.value.__suppress_context__


def test_the_error_names_the_field_and_not_its_value() -> None:
    words = [{"word": "four two six three", "start": "secret", "end": 1, "probability": 1}]
    with pytest.raises(UnexpectedAnswer, match=r"segments\.0\.words\.0\.start") as refused:
        local.parse(_answer(_segment(words)))
    assert "secret" not in str(refused.value)
    assert "four" not in str(refused.value)


@pytest.mark.parametrize(
    ("field", "number"),
    [(field, number) for field in ("start", "end") for number in ("NaN", "Infinity", "1e300")]
    + [("probability", "NaN")],
)
def test_a_number_that_is_none_cannot_be_read(field: str, number: str) -> None:
    content = json.dumps({"word": "a", "start": 0, "end": 1, "probability": 1} | {field: 12345})
    segment = json.dumps(_segment([])).replace("[]", f"[{content.replace('12345', number)}]")
    with pytest.raises(UnexpectedAnswer):
        local.parse(f'{{"language": "en", "segments": [{segment}]}}'.encode())


times = st.floats(0, 30).map(lambda seconds: round(seconds, 2))
words = st.fixed_dictionaries(
    {"word": st.text(max_size=8), "start": times, "end": times, "probability": st.floats(-0.1, 1.1)}
)
segments = st.builds(
    _segment,
    st.lists(words, max_size=6),
    avg_logprob=st.floats(-3, 0),
    no_speech_prob=st.floats(0, 1),
    compression_ratio=st.floats(0, 9),
    level_dbfs=st.floats(-120, 0),
)


@given(st.lists(segments, max_size=3))
def test_every_answer_of_this_form_is_read(segments: list[dict[str, Any]]) -> None:
    heard = local.parse(_answer(*segments))
    assert len(heard.words) <= sum(len(segment["words"]) for segment in segments)
    assert all(word.text and word.text == word.text.strip() for word in heard.words)
    assert all(word.confidence is not None and 0 <= word.confidence <= 1 for word in heard.words)
    assert heard.rejected_segments <= len(segments)


@given(st.binary(max_size=200))
def test_any_other_bytes_are_refused(answer: bytes) -> None:
    with pytest.raises(UnexpectedAnswer):
        local.parse(answer)


def test_a_models_name_is_never_its_path() -> None:
    assert local.model_name(local.ModelSettings()) == "tiny.en"
    assert local.model_name(local.ModelSettings(model="/home/dana/models/base.en")) == "base.en"
    assert (
        local.model_name(local.ModelSettings(model="Systran/faster-whisper-base.en"))
        == "faster-whisper-base.en"
    )


def test_a_model_that_is_not_here_is_a_wrong_setting() -> None:
    with pytest.raises(SettingsError, match="CALLARCHIVE_WHISPER_MODEL"):
        local.open_client(local.ModelSettings(model="/no/such/model"))


def test_changed_weights_are_not_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "_DEFAULT_SHA256", "0" * 64)
    with pytest.raises(SettingsError, match="make setup"):
        local.open_client(local.ModelSettings())


def test_the_model_hears_nothing_in_silence_or_hum() -> None:
    client = local.open_client(local.ModelSettings(threads=2))
    hum = (30 * np.sin(np.arange(3 * 16_000) / 50)).astype("<i2").tobytes()
    options = local.EngineOptions(local.DEFAULT_MODEL, "en")
    for sound in (bytes(3 * 32_000), hum):
        assert local.parse(local.transcribe(client, sound, options)).words == ()
