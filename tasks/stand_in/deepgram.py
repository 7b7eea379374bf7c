"""Deepgram: POST /v1/listen (openapi.yml, 2026-07-22, and live answers' extra fields)."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from tasks.stand_in.page import Visit, answer, bare, duration_s, mixed, new_id, text_of, written

if TYPE_CHECKING:
    from starlette.datastructures import QueryParams
    from starlette.responses import Response

    from tasks.stand_in.hearing import HeardWord

_MOST_CHANNELS = 20
_DIARIZERS = (None, "latest", "v1", "v2")


async def transcribe(visit: Visit) -> Response:
    """A transcript for every channel."""
    query = visit.request.query_params
    visit.need_header("authorization", f"Token {visit.desk.key}", "Invalid credentials.", "INVALID_AUTH")
    unsupported = "Bad Request: failed to process audio: corrupt or unsupported data"
    fine = visit.content_type.startswith(("audio/", "application/json"))
    visit.need(fine, 400, unsupported, "Bad Request")
    model = query.get("model", "base-general")
    known = model.startswith(("nova-", "base"))
    visit.need(known, 400, "Bad Request: No such model/language/tier combination found.", "Bad Request")
    takes_terms = model.startswith("nova-3") or not query.getlist("keyterm")
    visit.need(takes_terms, 400, "Keyterm prompting is only for nova-3", "INVALID_QUERY_PARAMETER")
    told = query.get("diarize_model") in _DIARIZERS
    visit.need(told, 400, "diarize_model is latest, v1 or v2", "INVALID_QUERY_PARAMETER")
    channels = visit.sound_or_url()
    visit.need(len(channels) <= _MOST_CHANNELS, 400, unsupported, "Bad Request")
    if query.get("multichannel") != "true":
        channels = mixed(channels)
    heard = await visit.heard(channels)
    metadata = _metadata(channels)
    results = {"channels": [_channel(words, query) for words in heard]}
    return answer({"metadata": metadata, "results": results}, {"dg-request-id": metadata["request_id"]})


def _metadata(channels: list[bytes]) -> dict[str, Any]:
    model = "0b7c2f3e-0000-4000-8000-00000000a0a3"
    return {
        "transaction_key": "deprecated",
        "request_id": new_id(),
        "sha256": "00" * 32,
        "created": "2026-11-22T19:56:16.180Z",
        "duration": duration_s(channels),
        "channels": len(channels),
        "models": [model],
        "model_info": {model: {"name": "general-nova-3", "version": "2026-01-09.29447", "arch": "nova-3"}},
    }


def _channel(words: list[HeardWord], query: QueryParams) -> dict[str, Any]:
    formatted = "true" in (query.get("smart_format"), query.get("punctuate"))
    text = text_of(words) if formatted else " ".join(bare(word).lower() for word in words)
    shapes = [_word(word, query) for word in words]
    if formatted:
        for shape, token in zip_longest(shapes, written(words)):
            shape["punctuated_word"] = token
    confidence = sum(word.probability for word in words) / len(words) if words else 0.0
    best: dict[str, Any] = {"transcript": text, "confidence": confidence, "words": shapes}
    if query.get("language") == "multi":
        best["languages"] = ["en"] if words else []
    channel: dict[str, Any] = {"alternatives": [best]}
    if query.get("detect_language") == "true":
        channel |= {"detected_language": "en", "language_confidence": 0.97}
    return channel


def _word(word: HeardWord, query: QueryParams) -> dict[str, Any]:
    shape: dict[str, Any] = {
        "word": bare(word).lower(),
        "start": word.start_s,
        "end": word.end_s,
        "confidence": word.probability,
    }
    if query.get("diarize_model") in ("latest", "v1", "v2") or query.get("diarize") == "true":
        shape |= {"speaker": 0, "speaker_confidence": 0.8}
    if query.get("language") == "multi":
        shape["language"] = "en"
    return shape
