"""`pulse`: Smallest.ai Pulse and Pulse Pro, batch. One channel in a request.

Source: smallest-inc/smallest-ai-documentation stt-openapi.yaml of 2026-08-21, read 2026-11-22.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from pydantic import AliasChoices, Field

from tasks.engines.contract import Capabilities, EngineOptions
from tasks.engines.failures import EngineClosed, Rejected
from tasks.engines.http import delete, send
from tasks.engines.languages import language_code
from tasks.engines.options import check
from tasks.engines.reading import (
    Answer,
    Label,
    Number,
    Seconds,
    check_told,
    kind_of,
    milliseconds,
    probability,
    read_answer,
    span_ms,
    speaker_name,
    times_of,
)
from tasks.engines.segments import Stretch, segments_of, words_of
from tasks.engines.wav import as_wav
from tasks.errors import UnexpectedAnswer
from tasks.schemas import Transcript, Word

if TYPE_CHECKING:
    import httpx

    from tasks.engines.errand import Errand

NAME: Final = "pulse"
KEY_NAME: Final = "SMALLEST_API_KEY"
DEFAULT_MODEL: Final = "pulse"
_PRO: Final = "pulse-pro"

_PULSE: Final = Capabilities(
    channels_per_request=1,  # "multi-channel soon"
    bills_per_channel=False,
    word_times=True,
    confidence="probability",
    # The specification's 26 codes; the model card has four fewer since 2026-07-22 (da, lv, et, mt).
    languages=tuple("en hi de es ru it fr nl pt uk pl cs sk lv et ro fi sv bg hu da lt mt bn gu ta".split()),
    chunk_target_s=55,
    chunk_max_s=60,
    max_upload_bytes=250 * 1024**2,
    usd_per_audio_hour=0.30,  # the changelog of 2026-05-28 says 0.21
    price_source="Pulse model card, batch",
    price_date=date(2026, 8, 21),
    runs_here=False,
    abilities=frozenset({"deletion", "diarization", "hosted_url", "language_detection", "retention_opt_out"}),
    request_max_s=600,  # "session timeout 10 minutes"
    requests_per_minute=25,  # for each model on the standard plan
    hosts={"": "https://api.smallest.ai", "us": "https://api.us.smallest.ai"},
    source="smallest-ai-documentation stt-openapi.yaml (2026-08-21)",
    source_date=date(2026, 11, 22),
    notes=(
        "there is no EU endpoint: requests go to Mumbai or Oregon",
        "content is kept until deleted; the retention opt-out (7 days) works on Enterprise plans only",
        "the language is found inside a family of languages; European ones are assumed",
    ),
)
CAPABILITIES: Final = replace(
    _PULSE,
    by_model={
        _PRO: replace(
            _PULSE,
            languages=("en",),
            usd_per_audio_hour=0.24,
            abilities=frozenset({"deletion", "retention_opt_out"}),
            notes=(*_PULSE.notes[:2], "an independent test saw many empty answers (2026-06-11)"),
        )
    },
)


def headers(key: str | None) -> dict[str, str]:
    """The key, as Smallest takes it."""
    return {"authorization": f"Bearer {key}"} if key else {}


async def fetch(client: httpx.AsyncClient, pcm: bytes, options: EngineOptions, errand: Errand) -> bytes:
    """What Pulse heard in one chunk; raises EngineError. The request's id goes to the jobs, for erasing."""
    check(NAME, CAPABILITIES.of(options.model), options, errand, pcm)
    if options.model == _PRO and (options.language or "").split("-")[0] != "en":
        raise Rejected(f"{NAME}: {_PRO} knows English only")
    reply = await send(
        client,
        errand,
        NAME,
        "POST /waves/v1/stt/",
        billed=True,
        params=_parameters(options),
        **_body(pcm, options, errand),
    )
    if errand.request_id and errand.key:  # a Pulse answer has the id in its headers only
        await asyncio.to_thread(errand.jobs.put, errand.key, errand.request_id)
    if options.retention_opt_out and reply.headers.get("x-content-expiry") != "applied":
        raise EngineClosed(
            f"{NAME}: this plan keeps the content although it was asked not to; nothing more is sent"
        )
    return reply.body


def parse(answer: bytes) -> Transcript:
    """Every word; raises UnexpectedAnswer."""
    heard = read_answer(_Answer, answer, NAME)
    if heard.status not in (None, "success"):  # older examples have no status
        raise UnexpectedAnswer(f"{NAME}: HTTP 200, and its field status is not success")
    check_told(heard, NAME, "transcription", "words", "utterances")
    words = tuple(_word(word) for word in heard.words or () if word.word.strip())
    told = [_stretch(utterance) for utterance in heard.utterances or ()]
    words = words or words_of(
        heard.transcription or "", told
    )  # word_timestamps was ignored, or it is an old answer
    return Transcript(
        words,
        language_code(heard.language),
        request_id=heard.request_id,
        billed_ms=milliseconds(heard.metadata.duration) if heard.metadata else None,
        confidence_kind=kind_of(words, "probability"),
        times=times_of(words),
        segments=segments_of(words, told),
    )


async def erase(client: httpx.AsyncClient, request_id: str, errand: Errand) -> None:
    """Have Smallest delete a request (a soft delete, it says)."""
    await delete(client, errand, NAME, f"/waves/v1/analytics/asr/history/{request_id}")


class _Word(Answer):
    word: str
    start: Seconds | None = None
    end: Seconds | None = None
    confidence: Number | None = None
    # An integer in the specification and the changelog, "speaker_0" on the diarization and webhook pages.
    speaker: Label = None


class _Utterance(Answer):
    # `text` in the unified specification, `transcript` in the legacy one's descriptions.
    text: str = Field(validation_alias=AliasChoices("text", "transcript"))
    start: Seconds | None = None
    end: Seconds | None = None
    speaker: Label = None


class _Metadata(Answer):
    duration: Seconds | None = None


class _Answer(Answer):
    status: str | None = None
    # The page on word times prints a streaming message, which says `transcript`.
    transcription: str | None = Field(None, validation_alias=AliasChoices("transcription", "transcript"))
    words: list[_Word] | None = None
    utterances: list[_Utterance] | None = None
    language: str | None = None
    metadata: _Metadata | None = None
    request_id: str | None = None


def _parameters(options: EngineOptions) -> list[tuple[str, str]]:
    parameters = [
        ("model", options.model),
        ("language", options.language or "multi-eu"),  # required; the default differs from page to page
        ("word_timestamps", "true"),
    ]
    return [*parameters, ("diarize", "true")] if options.diarization else parameters


def _body(pcm: bytes, options: EngineOptions, errand: Errand) -> dict[str, Any]:
    extra = {"x-expire-content": "true"} if options.retention_opt_out else {}
    if errand.url is not None:
        return {"json": {"url": errand.url}, "headers": extra}
    return {"content": as_wav(pcm), "headers": {"content-type": "application/octet-stream", **extra}}


def _word(word: _Word) -> Word:
    start_ms, end_ms = span_ms(word.start, word.end)
    return Word(
        text=word.word.strip(),
        start_ms=start_ms,
        end_ms=end_ms,
        confidence=probability(word.confidence),
        speaker=speaker_name(word.speaker),
    )


def _stretch(utterance: _Utterance) -> Stretch:
    return Stretch(utterance.text, utterance.start, utterance.end, speaker_name(utterance.speaker))
