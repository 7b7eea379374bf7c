"""ElevenLabs: POST /v1/speech-to-text (elevenlabs 2.78.0)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from tasks.stand_in.desk import sound_at
from tasks.stand_in.multipart import value, values
from tasks.stand_in.page import Visit, answer, duration_s, mixed, new_id, text_of, written

if TYPE_CHECKING:
    from starlette.responses import Response

    from tasks.stand_in.hearing import HeardWord

_MODELS = ("scribe_v1", "scribe_v2", "scribe_v2_medical", "scribe_v3")
_MOST_CHANNELS = 5


async def transcribe(visit: Visit) -> Response:
    """One transcript, or one for every channel."""
    visit.need_header("xi-api-key", visit.desk.key, "Invalid API key", "invalid_api_key")
    logging = visit.request.query_params.get("enable_logging")
    allowed = logging != "false" or visit.desk.enterprise
    visit.need(allowed, 403, "zero retention mode is for enterprise customers", "zero_retention_not_allowed")
    form = visit.form()
    visit.need(value(form, "model_id") in _MODELS, 400, "unknown model", "invalid_model_id")
    terms = values(form, "keyterms")
    fine = len(terms) <= 1000 and all(len(term) <= 50 and len(term.split()) <= 5 for term in terms)
    visit.need(fine, 400, "keyterms: at most 1000, of 50 characters and 5 words", "invalid_keyterms")
    several, diarize = value(form, "use_multi_channel") == "true", value(form, "diarize") == "true"
    visit.need(not (several and diarize), 400, "use_multi_channel cannot be used with diarize")
    url = value(form, "source_url")
    channels = sound_at(url) if url else visit.file(form)
    visit.need(not several or len(channels) <= _MOST_CHANNELS, 400, "at most 5 channels")
    several = several and len(channels) > 1  # one channel has the shape of one, whatever was asked for
    heard = await visit.heard(channels if several else mixed(channels))
    about = {"transcription_id": new_id(), "audio_duration_secs": duration_s(channels)}
    events = value(form, "tag_audio_events") != "false"
    headers = {"request-id": new_id()}
    if several:
        spoken = [_transcript(words, f"speaker_{place}", events=events) for place, words in enumerate(heard)]
        return answer({"transcripts": spoken, **about}, headers)
    speaker = "speaker_0" if diarize else None
    return answer({**_transcript(heard[0], speaker, events=events), **about}, headers)


async def erase(visit: Visit) -> Response:
    """A transcript, deleted."""
    visit.need_header("xi-api-key", visit.desk.key, "Invalid API key", "invalid_api_key")
    visit.desk.erased.append(visit.request.path_params["transcription_id"])
    return answer({"message": "Delete completed successfully."})


def _transcript(words: list[HeardWord], speaker: str | None, *, events: bool) -> dict[str, Any]:
    if not words:  # as a live answer to silence
        return {"language_code": "en", "language_probability": 0, "text": "", "words": []}
    shapes: list[dict[str, Any]] = []
    for place, (text, word) in enumerate(zip(written(words), words, strict=True)):
        if place:
            shapes.append({**shapes[-1], "text": " ", "type": "spacing"})
        shapes.append(_word(text, word, speaker))
    said = text_of(words)
    if events:  # unless told not to, noises are in the list and in the text
        shapes.append({**shapes[-1], "text": "(laughter)", "type": "audio_event"})
        said += " (laughter)"
    return {"language_code": "eng", "language_probability": 0.98, "text": said, "words": shapes}


def _word(text: str, word: HeardWord, speaker: str | None) -> dict[str, Any]:
    shape = {
        "text": text,
        "start": word.start_s,
        "end": word.end_s,
        "type": "word",
        "logprob": math.log(word.probability),
    }
    return shape | ({"speaker_id": speaker} if speaker else {})
