"""AssemblyAI: /v2/upload, /v2/transcript (openapi.json 1.3.4, and the changelog of 2026)."""

from __future__ import annotations

import asyncio
from statistics import fmean
from typing import TYPE_CHECKING, Any

from tasks.stand_in.desk import Job, sound_at
from tasks.stand_in.page import Visit, answer, duration_s, mixed, new_id, text_of, written

if TYPE_CHECKING:
    from starlette.responses import Response

    from tasks.stand_in.hearing import HeardWord

_GONE = (
    'The "universal-3-pro" speech model(s) have been deprecated. '
    'Use speech_models: ["universal-3-5-pro", "universal-2"] instead.'
)
_KNOWN = {"universal-3-5-pro", "universal-2", "assemblyai-stt-3-7"}
_NOBODY_SPEAKS = (
    "language_detection cannot be performed on files with no spoken audio."  # live, September 2026
)
_FLAGS = ("format_text", "punctuate", "speaker_labels", "multichannel", "language_detection")
_EMPTY = {"text": None, "words": None, "utterances": None, "confidence": None, "error": None}


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
    """A new job, queued; it is worked on whether anybody asks for it or not."""
    _check_key(visit)
    asked = visit.json()
    _check_request(visit, asked)
    url = str(asked["audio_url"])
    uploaded = visit.desk.uploads.get(url)
    visit.need(uploaded or "cdn.assemblyai.com" not in url, 403, "Cannot access uploaded file")
    channels = visit.wav(uploaded) if uploaded else sound_at(url)
    work = asyncio.create_task(visit.heard(channels if asked.get("multichannel") else mixed(channels)))
    fault = visit.fault.kind if visit.fault else None
    job_id = new_id()
    visit.desk.jobs[job_id] = Job(
        asked,
        duration_s(channels),
        work,
        polls=10**6 if fault == "job_stuck" else visit.desk.polls,
        failed=f"Download error, unable to download {url}" if fault == "job_error" else None,
    )
    return answer(_about(job_id, asked) | {"status": "queued"})


async def result(visit: Visit) -> Response:
    """A job as far as it is."""
    job_id, job = _job(visit)
    job.polls -= 1
    if job.polls >= 0 or not job.work.done():
        return answer(_about(job_id, job.asked) | {"status": "processing"})
    return answer(_about(job_id, job.asked) | _outcome(job))


async def erase(visit: Visit) -> Response:
    """A job without what it held."""
    job_id, job = _job(visit)
    job.erased = True
    visit.desk.erased.append(job_id)
    return answer(_about(job_id, job.asked) | _outcome(job))


def _job(visit: Visit) -> tuple[str, Job]:
    _check_key(visit)
    job_id = visit.request.path_params["job_id"]
    job = visit.desk.jobs.get(job_id)
    if job is None:
        raise visit.refuse(404, "Not found")
    return job_id, job


def _check_request(visit: Visit, asked: dict[str, Any]) -> None:
    visit.need(asked.get("audio_url"), 400, "audio_url is required")
    models = asked.get("speech_models") or []
    visit.need("universal-3-pro" not in models, 400, _GONE)
    # Without a list the account's own default is taken; the stand-in wants it stated.
    visit.need(models and set(models) <= _KNOWN, 400, "speech_models must be a list of known models")
    twice = asked.get("language_code") and asked.get("language_detection")
    visit.need(not twice, 400, "language_code and language_detection exclude each other")
    for name in _FLAGS:
        visit.need(isinstance(asked.get(name, True), bool), 400, f"{name} must be a Boolean")
    terms = asked.get("keyterms_prompt") or []
    most = 200 if "universal-2" in models else 1000
    fine = len(terms) <= most and all(len(term.split()) <= 6 for term in terms)
    visit.need(fine, 400, f"keyterms_prompt takes {most} terms of at most 6 words")


def _about(job_id: str, asked: dict[str, Any]) -> dict[str, Any]:
    """What a job's every state shows."""
    return {
        "id": job_id,
        "audio_url": asked["audio_url"],
        "speech_models": asked["speech_models"],
        "multichannel": asked.get("multichannel"),
        "language_code": asked.get("language_code"),
        "audio_duration": None,
        **_EMPTY,
    }


def _outcome(job: Job) -> dict[str, Any]:
    heard = job.work.result() if job.work.done() else []
    silent = bool(job.asked.get("language_detection")) and not any(heard)
    failed = job.failed or (_NOBODY_SPEAKS if silent else None)
    if job.erased:
        return {"status": "completed", "audio_url": "http://deleted_by_user", "text": "Deleted by user."}
    if failed:
        return {"status": "error", "error": failed}
    return {"status": "completed", **_transcript(job, heard)}


def _transcript(job: Job, heard: list[list[HeardWord]]) -> dict[str, Any]:
    several, labels = bool(job.asked.get("multichannel")), bool(job.asked.get("speaker_labels"))
    by_channel = [
        [
            _word(text, word, channel if several else None, labels=labels)
            for text, word in zip(written(spoken), spoken, strict=True)
        ]
        for channel, spoken in enumerate(heard, 1)
    ]
    words = sorted((word for spoken in by_channel for word in spoken), key=lambda word: word["start"])
    return {
        "language_code": job.asked.get("language_code") or "en",
        "language_confidence": 0.9959 if job.asked.get("language_detection") else None,
        "text": " ".join(text_of(spoken) for spoken in heard if spoken),
        "confidence": fmean(word["confidence"] for word in words) if words else None,
        "words": words,
        "utterances": [_utterance(one) for one in by_channel if one] if several or labels else None,
        "audio_duration": round(job.length_s),
        "audio_channels": len(heard) if several else None,
        "speech_model_used": job.asked["speech_models"][0],
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


def _utterance(words: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        **words[0],
        "text": " ".join(word["text"] for word in words),
        "end": words[-1]["end"],
        "words": words,
    }
