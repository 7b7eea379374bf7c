"""Smallest.ai: POST /waves/v1/stt/ (stt-openapi.yaml, 2026-08-21)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tasks.stand_in.page import Visit, answer, duration_s, new_id, text_of, written

if TYPE_CHECKING:
    from starlette.responses import Response

    from tasks.stand_in.hearing import HeardWord


_LANGUAGES = set(
    "en hi de es ru it fr nl pt uk pl cs sk lv et ro fi sv bg hu da lt mt bn gu ta "
    "multi-eu multi-asian multi-indic".split()
)


async def transcribe(visit: Visit) -> Response:
    """A transcript, in Pulse's shape or Pulse Pro's."""
    query = visit.request.query_params
    visit.need_header("authorization", f"Bearer {visit.desk.key}", "unauthorized")
    model = query.get("model")
    supported = "Missing required query param: model. Supported values: pulse | pulse-pro."
    visit.need(model in ("pulse", "pulse-pro"), 400, supported)
    language = query.get("language") or ""
    visit.need(language in _LANGUAGES, 400, "Missing or invalid query param: language.")
    visit.need(language == "en" or model == "pulse", 400, "pulse-pro supports English only.")
    is_json = visit.content_type.startswith("application/json")
    sound = visit.content_type == "application/octet-stream" or visit.content_type.startswith("audio/")
    visit.need(
        sound or (is_json and model == "pulse"), 400, "Invalid file format. Supported formats: audio/*"
    )
    channels = visit.sound_or_url()
    # What it does with two channels is documented nowhere ("single channel only, multi-channel soon"): the
    # stand-in refuses them, so that nobody relies on it.
    visit.need(len(channels) == 1, 400, "single channel only")
    [words] = await visit.heard(channels)
    length_s, times = duration_s(channels), query.get("word_timestamps") == "true"
    if model == "pulse-pro":
        return answer(_pro(words, length_s, times=times), _headers(visit))
    speakers = query.get("diarize") == "true"
    return answer(_pulse(words, length_s, times=times, speakers=speakers), _headers(visit))


async def erase(visit: Visit) -> Response:
    """A request's history, deleted."""
    visit.need_header("authorization", f"Bearer {visit.desk.key}", "unauthorized")
    visit.desk.erased.append(visit.request.path_params["request_id"])
    return answer({"status": "success"})


def _headers(visit: Visit) -> dict[str, str]:
    headers = {"x-request-id": new_id()}
    if visit.request.headers.get("x-expire-content") == "true":
        headers["x-content-expiry"] = "applied" if visit.desk.enterprise else "not-entitled"
    return headers


def _pulse(words: list[HeardWord], length_s: float, *, times: bool, speakers: bool) -> dict[str, Any]:
    speaker = {"speaker": 0, "speaker_confidence": 1} if speakers else {}
    listed = [_word(text, word) | speaker for text, word in zip(written(words), words, strict=True)]
    whole = [{"start": words[0].start_s, "end": words[-1].end_s, "text": text_of(words)}] if words else []
    return {
        "status": "success",
        "transcription": text_of(words),
        "words": listed if times else [],
        "utterances": whole if times else [],
        "metadata": {"duration": length_s, "fileSize": int(length_s * 32_000) + 44},
    }


def _pro(words: list[HeardWord], length_s: float, *, times: bool) -> dict[str, Any]:
    listed = [_word(text, word) for text, word in zip(written(words), words, strict=True)]
    return {
        "status": "success",
        "transcription": text_of(words),
        "words": listed if times else [],
        "language": "en",
        "metadata": {"duration": length_s, "processing_time_ms": 172.11, "rtfx": 30.7, "num_chunks": 1},
        "totalBytes": int(length_s * 32_000) + 44,
        "request_id": new_id(),
    }


def _word(text: str, word: HeardWord) -> dict[str, Any]:
    return {"start": word.start_s, "end": word.end_s, "word": text, "confidence": word.probability}
