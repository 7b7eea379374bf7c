"""The small readers that all engines share."""

from __future__ import annotations

import io
import wave
from datetime import date

import pytest

from tasks.engines.contract import Capabilities, EngineOptions
from tasks.engines.languages import language_code
from tasks.engines.pieces import joined, punctuated, token_confidences
from tasks.engines.prices import billed_ms, price_of, usd_per_hour
from tasks.engines.reading import speaker_name
from tasks.engines.registry import HOSTED
from tasks.engines.wav import as_wav


@pytest.mark.parametrize("said", ["en", "EN", "en_us", "en-US", "eng", "english", " English "])
def test_english_has_one_spelling(said: str) -> None:
    assert language_code(said) == "en"


@pytest.mark.parametrize(
    ("said", "code"),
    [(None, None), ("", None), ("deu", "de"), ("ger", "de"), ("zh-Hant", "zh"), ("cmn", "zh"), ("haw", "haw"),
     ("spanish", "es"), ("tlh", "tlh"), ("klingon", "klingon"), ("yue", "yue"), ("x" * 99, "x" * 35)],
)  # fmt: skip
def test_other_languages_too_and_unknown_ones_stay(said: str | None, code: str | None) -> None:
    assert language_code(said) == code


@pytest.mark.parametrize(
    ("label", "name"),
    [
        (0, "speaker_0"),
        ("0", "speaker_0"),
        ("speaker_0", "speaker_0"),
        ("SPEAKER_01", "speaker_1"),
        ("A", "speaker_0"),
        ("1A", "speaker_0"),
        ("2B", "speaker_1"),
        ("Z", "speaker_25"),
        ("AA", "speaker_26"),
        ("agent", "agent"),
        ("Agent", "agent"),
        (None, None),
        ("", None),
        (-1, None),
    ],
)
def test_a_speaker_has_one_spelling(label: int | str | None, name: str | None) -> None:
    assert speaker_name(label) == name


def test_punctuation_of_the_text_is_put_onto_the_words() -> None:
    words = ["Well", "uh", "it", "costs", "5", "000", "right"]
    assert punctuated(words, "Well, it costs $5,000. Right?") == [
        "Well,", "uh", "it", "costs", "5", "000", "Right?",
    ]  # fmt: skip


def test_tokens_that_are_not_the_text_say_nothing() -> None:
    assert token_confidences([("Hel", -0.1), ("lo", -0.3)], "Hello") == pytest.approx([0.8187307])
    assert token_confidences([("Hello", -0.1)], "Goodbye") is None


def test_pieces_without_a_space_before_them_join_the_word() -> None:
    pieces = [("[_BEG_]", 0), ("I", 1), (" don", 2), ("'t", 3), (" ", 4), (" know", 5), (".", 6)]
    assert joined(pieces) == [("I", [1]), ("don't", [2, 3]), ("know.", [5, 6])]


def test_sound_is_sent_as_a_wav_file_with_its_channels() -> None:
    with wave.open(io.BytesIO(as_wav(bytes(8), 2))) as wav:
        assert (wav.getnchannels(), wav.getframerate(), wav.getsampwidth(), wav.getnframes()) == (
            2,
            16_000,
            2,
            2,
        )


def _options(name: str, **given: object) -> EngineOptions:
    return EngineOptions(HOSTED[name].DEFAULT_MODEL, **given)  # type: ignore[arg-type]


def test_prices_follow_model_options_channels_and_steps() -> None:
    deepgram, cartesia, pulse = (HOSTED[name].CAPABILITIES for name in ("deepgram", "cartesia", "pulse"))
    assert billed_ms(deepgram, 1500, channels=2) == 3000
    assert billed_ms(cartesia, 1500) == 2000
    assert billed_ms(HOSTED["assemblyai"].CAPABILITIES, 1500, channels=2) == 1500
    assert usd_per_hour(deepgram, _options("deepgram", diarization=True)) == pytest.approx(0.378)
    assert usd_per_hour(pulse, EngineOptions("pulse-pro")) == pytest.approx(0.24)
    assert usd_per_hour(HOSTED["openai"].CAPABILITIES, EngineOptions("my-own-model")) == 0.0
    assert price_of(usd_per_hour(pulse, _options("pulse")), 3_600_000) == pytest.approx(0.30)


def test_options_left_alone_do_not_change_an_answers_key() -> None:
    assert EngineOptions("m").as_key() == {}
    assert EngineOptions("m", "en", ("a",), formatting=False).as_key() == {
        "language": "en",
        "keyterms": ("a",),
        "formatting": False,
    }


def test_models_that_are_not_listed_are_those_of_ones_own_server() -> None:
    about = HOSTED["openai"].CAPABILITIES
    assert about.of("whisper-1").retires_on == date(2027, 2, 26)
    assert about.of("Systran/faster-whisper-small").usd_per_audio_hour == 0
    assert isinstance(about.of("gpt-transcribe"), Capabilities)
    assert not about.of("gpt-transcribe").word_times
