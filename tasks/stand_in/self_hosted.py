"""OpenAI's format as other servers speak it, told apart here by the model's name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tasks.stand_in.page import bare, text_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tasks.stand_in.hearing import HeardWord

_LOGPROB = -0.2


def verbose(words: list[HeardWord], length_s: float, language: str) -> dict[str, Any]:
    """verbose_json without its words."""
    return {
        "task": "transcribe",
        "language": language,
        "duration": length_s,
        "text": text_of(words),
        "segments": [_segment(words)] if words else [],
    }


def timed(word: HeardWord, before: str = "") -> dict[str, Any]:
    """A word without punctuation."""
    return {"word": before + bare(word), "start": word.start_s, "end": word.end_s}


def _speaches(words: list[HeardWord], length_s: float) -> dict[str, Any]:
    return verbose(words, length_s, "en") | {"words": [timed(word, " ") for word in words] or None}


def _vllm(words: list[HeardWord], length_s: float) -> dict[str, Any]:
    segments = [_segment(words) | {"no_speech_prob": None}] if words else []
    return {"text": text_of(words), "language": "en", "duration": str(length_s), "segments": segments}


def _whisper_cpp(words: list[HeardWord], length_s: float) -> dict[str, Any]:
    return verbose(words, length_s, "english") | {
        "segments": [_segment(words) | {"words": _pieces(words)}] if words else [],
        "detected_language": "tajik",
        "detected_language_probability": 0.01,
    }


def _segment(words: list[HeardWord]) -> dict[str, Any]:
    return {
        "id": 0,
        "seek": 0,
        "start": words[0].start_s,
        "end": words[-1].end_s,
        "text": f" {text_of(words)}",
        "tokens": [50364, 440],
        "temperature": 0.0,
        "avg_logprob": _LOGPROB,
        "compression_ratio": 1.2,
        "no_speech_prob": 0.01,
    }


def _pieces(words: list[HeardWord]) -> list[dict[str, Any]]:
    """Each word in two tokens, the second without a space before it."""
    return [piece for word in words for piece in _halves(word)]


def _halves(word: HeardWord) -> list[dict[str, Any]]:
    middle, cut = (word.start_s + word.end_s) / 2, max(1, len(word.text) // 2)
    parts = ((f" {word.text[:cut]}", word.start_s, middle), (word.text[cut:], middle, word.end_s))
    return [
        {"word": text, "start": start, "end": end, "t_dtw": -1, "probability": word.probability}
        for text, start, end in parts
    ]


SPEACHES, VLLM, WHISPER_CPP = "Systran/faster-whisper-small", "openai/whisper-large-v3", "ggml-base.en"
SELF_HOSTED: dict[str, Callable[[list[HeardWord], float], dict[str, Any]]] = {
    SPEACHES: _speaches,
    VLLM: _vllm,
    WHISPER_CPP: _whisper_cpp,
}
