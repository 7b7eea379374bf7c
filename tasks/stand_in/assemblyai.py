"""AssemblyAI: /v2/upload, /v2/transcript (openapi.json 1.3.4, and the changelog of 2026)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tasks.stand_in.desk import sound_at
from tasks.stand_in.page import Visit, answer, duration_s, new_id, text_of, written

if TYPE_CHECKING:
    from starlette.responses import Response

    from tasks.stand_in.hearing import HeardWord

_GONE = (
    'The "universal-3-pro" speech model(s) have been deprecated. '
    'Use speech_models: ["universal-3-5-pro", "universal-2"] instead.'
)
_KNOWN = {"universal-3-5-pro", "universal-2", "assemblyai-stt-3-7"}


def _check_key(visit: Visit) -> None:
    visit.need_header("authorization", visit.desk.key, "Authentication error, API token missing/invalid")


async def upload(visit: Visit) -> Response:
    """Where the sound lies now."""
    _check_key(visit)
    visit.need(visit.content_type == "application/octet-stream", 400, "Upload a file as raw bytes")
    url = f"https://cdn.assemblyai.com/upload/{new_id()}"
    visit.desk.uploads[url] = visit.body
    return answer({"upload_url": url})


async def start(visit: Visit) -> Response:
    """A new job, queued."""
    _check_key(visit)
    asked = visit.json()
    _check_request(visit, asked)
    url = str(asked["audio_url"])
    uploaded = visit.desk.uploads.get(url)
    visit.need(uploaded or "cdn.assemblyai.com" not in url, 403, "Cannot access uploaded file")
    channels = visit.wav(uploaded) if uploaded else sound_at(url)
    used = channels if asked.get("multichannel") else channels[:1]
    heard = await visit.heard(used)
    job = _job(new_id(), asked, heard, duration_s(channels))
    if visit.fault is not None and visit.fault.kind == "job_error":
        job |= {"status": "error", "error": f"Download error, unable to download {url}", "words": None}
    job["polls"] = 10**6 if visit.fault is not None and visit.fault.kind == "job_stuck" else visit.desk.polls
    visit.desk.jobs[str(job["id"])] = job
    return answer({**_public(job), "status": "queued", "text": None, "words": None, "error": None})


async def result(visit: Visit) -> Response:
    """A job as far as it is."""
    _check_key(visit)
    job = visit.desk.jobs.get(visit.request.path_params["job_id"])
    if job is None:
        raise visit.refuse(404, "Not found")
    polls = int(str(job["polls"]))
    job["polls"] = polls - 1
    if polls > 0:
        return answer({**_public(job), "status": "processing", "text": None, "words": None, "error": None})
    return answer(_public(job))


async def erase(visit: Visit) -> Response:
    """A job without what it held."""
    _check_key(visit)
    job_id = visit.request.path_params["job_id"]
    job = visit.desk.jobs.get(job_id)
    if job is None:
        raise visit.refuse(404, "Not found")
    visit.desk.erased.append(job_id)
    job |= {"audio_url": "http://deleted_by_user", "text": "Deleted by user.", "words": None}
    return answer(_public(job))


def _check_request(visit: Visit, asked: dict[str, Any]) -> None:
    visit.need(asked.get("audio_url"), 400, "audio_url is required")
    models = asked.get("speech_models") or []
    visit.need("universal-3-pro" not in models, 400, _GONE)
    visit.need(models and set(models) <= _KNOWN, 400, "speech_models must be a list of known models")
    twice = asked.get("language_code") and asked.get("language_detection")
    visit.need(not twice, 400, "language_code and language_detection exclude each other")
    for name in ("format_text", "punctuate", "speaker_labels", "multichannel"):
        visit.need(isinstance(asked.get(name, True), bool), 400, f"{name} must be a Boolean")


def _job(job_id: str, asked: dict[str, Any], heard: list[list[HeardWord]], length_s: float) -> dict[str, Any]:
    several = bool(asked.get("multichannel"))
    words = [
        _word(text, word, channel if several else None, labels=bool(asked.get("speaker_labels")))
        for channel, spoken in enumerate(heard, 1)
        for text, word in zip(written(spoken), spoken, strict=True)
    ]
    text = " ".join(text_of(spoken) for spoken in heard if spoken)
    return {
        "id": job_id,
        "status": "completed",
        "audio_url": asked["audio_url"],
        "language_code": asked.get("language_code") or "en_us",
        "language_confidence": 0.9959 if asked.get("language_detection") else None,
        "text": text,
        "confidence": None if not words else 0.9,
        "words": sorted(words, key=lambda word: word["start"]),
        "utterances": None,
        "audio_duration": round(length_s),
        "audio_channels": len(heard) if several else None,
        "speech_model_used": asked["speech_models"][0],
        "error": None,
    }


def _word(text: str, word: HeardWord, channel: int | None, *, labels: bool) -> dict[str, Any]:
    shape: dict[str, Any] = {
        "text": text,
        "start": round(word.start_s * 1000),
        "end": round(word.end_s * 1000),
        "confidence": word.probability,
        "speaker": "A" if labels else None,
    }
    if channel is not None:
        shape |= {"channel": str(channel), "speaker": f"{channel}A" if labels else str(channel)}
    return shape


def _public(job: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in job.items() if name != "polls"}
