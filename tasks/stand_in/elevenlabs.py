"""ElevenLabs: POST /v1/speech-to-text (elevenlabs 2.78.0)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from tasks.stand_in.desk import sound_at
from tasks.stand_in.multipart import value
from tasks.stand_in.page import Visit, answer, duration_s, new_id, text_of, written

if TYPE_CHECKING:
    from starlette.responses import Response

    from tasks.stand_in.hearing import HeardWord

_MODELS = ("scribe_v1", "scribe_v2", "scribe_v2_medical", "scribe_v3")


async def transcribe(visit: Visit) -> Response:
    """One transcript, or one for every channel."""
    visit.need_header("xi-api-key", visit.desk.key, "Invalid API key", "invalid_api_key")
    logging = visit.request.query_params.get("enable_logging")
    allowed = logging != "false" or visit.desk.enterprise
    visit.need(allowed, 403, "zero retention mode is for enterprise customers", "zero_retention_not_allowed")
    form = visit.form()
    visit.need(value(form, "model_id") in _MODELS, 400, "unknown model", "invalid_model_id")
    url = value(form, "source_url")
    channels = sound_at(url) if url else visit.file(form)
    several = value(form, "use_multi_channel") == "true" and len(channels) > 1
    diarize = value(form, "diarize") == "true"
    visit.need(not (several and diarize), 400, "use_multi_channel cannot be used with diarize")
    heard = await visit.heard(channels if several else channels[:1])
    about = {"transcription_id": new_id(), "audio_duration_secs": duration_s(channels)}
    if several:
        transcripts = [_transcript(words, f"speaker_{place}") for place, words in enumerate(heard)]
        return answer({"transcripts": transcripts, **about})
    return answer({**_transcript(heard[0], "speaker_0" if diarize else None), **about})


async def erase(visit: Visit) -> Response:
    """A transcript, deleted."""
    visit.need_header("xi-api-key", visit.desk.key, "Invalid API key", "invalid_api_key")
    visit.desk.erased.append(visit.request.path_params["transcription_id"])
    return answer({"message": "Delete completed successfully."})


def _transcript(words: list[HeardWord], speaker: str | None) -> dict[str, Any]:
    if not words:  # as a live answer to silence
        return {"language_code": "en", "language_probability": 0, "text": "", "words": []}
    shapes: list[dict[str, Any]] = []
    for place, (text, word) in enumerate(zip(written(words), words, strict=True)):
        if place:
            shapes.append({**shapes[-1], "text": " ", "type": "spacing"})
        shapes.append(_word(text, word, speaker))
    return {"language_code": "eng", "language_probability": 0.98, "text": text_of(words), "words": shapes}


def _word(text: str, word: HeardWord, speaker: str | None) -> dict[str, Any]:
    shape = {
        "text": text,
        "start": word.start_s,
        "end": word.end_s,
        "type": "word",
        "logprob": math.log(word.probability),
    }
    return shape | ({"speaker_id": speaker} if speaker else {})
