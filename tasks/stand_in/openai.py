"""OpenAI: POST /v1/audio/transcriptions (openapi.json 2.3.0)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from tasks.stand_in.multipart import value, values
from tasks.stand_in.page import Visit, answer, duration_s, mixed, new_id, text_of, written
from tasks.stand_in.self_hosted import SELF_HOSTED, timed, verbose

if TYPE_CHECKING:
    from starlette.responses import Response

    from tasks.stand_in.hearing import HeardWord
    from tasks.stand_in.multipart import Part

_COMMON = {
    "file",
    "model",
    "language",
    "response_format",
    "temperature",
    "prompt",
    "timestamp_granularities[]",
}
_FIELDS = {
    "whisper-1": _COMMON,
    "gpt-4o-transcribe": {*_COMMON, "include[]", "chunking_strategy"} - {"timestamp_granularities[]"},
    "gpt-4o-transcribe-diarize": {"file", "model", "language", "response_format", "chunking_strategy"},
    "gpt-transcribe": {"file", "model", "response_format", "languages[]", "keywords[]"},
}
_MOST_BYTES = 26_214_400
_FORMATS = {
    "whisper-1": {"json", "verbose_json"},  # and text, srt and vtt, which the stand-in does not write
    "gpt-4o-transcribe": {"json"},
    "gpt-4o-transcribe-diarize": {"json", "diarized_json"},
    "gpt-transcribe": {"json"},
}


async def transcribe(visit: Visit) -> Response:
    """A transcript in the shape of the model or the server."""
    if visit.request.headers.get("authorization") != f"Bearer {visit.desk.key}":
        raise visit.refuse(401, "Incorrect API key provided: stand-********1234.", "invalid_api_key")
    form = visit.form()
    model = value(form, "model") or ""
    visit.need(model, 400, "you must provide a model parameter")
    kind = "gpt-4o-transcribe" if model.startswith("gpt-4o-mini") else model
    too_big = f"413: Maximum content size limit ({_MOST_BYTES}) exceeded"
    visit.need(len(visit.body) <= _MOST_BYTES or kind in SELF_HOSTED, 413, too_big)
    _check_fields(visit, form, kind)
    channels = visit.file(form)
    [words] = await visit.heard(mixed(channels))
    wanted = values(form, "timestamp_granularities[]") or ["segment"]
    return answer(_shape(kind, words, duration_s(channels), wanted), {"x-request-id": new_id()})


def _check_fields(visit: Visit, form: list[Part], kind: str) -> None:
    known = _FIELDS.get(kind, _COMMON)
    for part in form:
        visit.need(part.name in known, 400, f"Unknown parameter: '{part.name}'.", "unknown_parameter")
    formats = _FORMATS.get(kind, {"json", "verbose_json"})
    asked = value(form, "response_format") or "json"
    visit.need(asked in formats, 400, f"response_format '{asked}' is not compatible.", "unsupported_value")
    wants_strategy = kind.endswith("-diarize") and len(visit.body) > 30 * 32_000  # 30 s
    visit.need(value(form, "chunking_strategy") or not wants_strategy, 400, "chunking_strategy is required")


def _shape(kind: str, words: list[HeardWord], length_s: float, wanted: list[str]) -> dict[str, Any]:
    if kind in SELF_HOSTED:
        return SELF_HOSTED[kind](words, length_s)
    if kind == "gpt-transcribe":
        return {"text": text_of(words), "languages": [{"code": "en"}] if words else [], "usage": _tokens()}
    if kind == "gpt-4o-transcribe":
        return {"text": text_of(words), "logprobs": _logprobs(words), "usage": _tokens()}
    if kind == "gpt-4o-transcribe-diarize":
        return _diarized(words, length_s)
    whole = verbose(words, length_s, "english") | {"words": [timed(word) for word in words]}
    whole["usage"] = {"type": "duration", "seconds": math.ceil(length_s)}
    dropped = {"words", "segments"} - {f"{granularity}s" for granularity in wanted}
    return {name: content for name, content in whole.items() if name not in dropped}


def _logprobs(words: list[HeardWord]) -> list[dict[str, Any]]:
    return [
        {
            "token": text if place == 0 else f" {text}",
            "logprob": math.log(word.probability),
            "bytes": list(text.encode()),
        }
        for place, (text, word) in enumerate(zip(written(words), words, strict=True))
    ]


def _diarized(words: list[HeardWord], length_s: float) -> dict[str, Any]:
    segment = {
        "type": "transcript.text.segment",
        "id": "seg_001",
        "start": 0.0,
        "end": length_s + 1,  # a live answer's last segment ended behind its duration
        "text": text_of(words),
        "speaker": "A",
    }
    return {
        "task": "transcribe",
        "duration": length_s,
        "text": text_of(words),
        "segments": [segment] if words else [],
        "usage": {"type": "duration", "seconds": math.ceil(length_s)},
    }


def _tokens() -> dict[str, Any]:
    details = {"text_tokens": 0, "audio_tokens": 14}
    return {
        "type": "tokens",
        "input_tokens": 14,
        "input_token_details": details,
        "output_tokens": 45,
        "total_tokens": 59,
    }
