"""`assemblyai`: Universal-3.5 Pro and its relatives. Upload, start a job, ask for its result.

Source: AssemblyAI/assemblyai-api-spec openapi.json 1.3.4 of 2026-03-23, assemblyai 1.8.2 and
assemblyai.com/docs, read 2026-11-22.
"""

from __future__ import annotations

import asyncio
import re
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import httpx
from pydantic import AliasChoices, Field

from tasks.engines.contract import Capabilities, EngineOptions
from tasks.engines.failures import Overloaded, Rejected, shortened
from tasks.engines.http import delete, send
from tasks.engines.languages import language_code
from tasks.engines.options import check
from tasks.engines.reading import (
    Answer,
    Label,
    Number,
    Seconds,
    kind_of,
    milliseconds,
    probability,
    read_answer,
    span_ms,
    speaker_name,
    times_of,
    untimed,
)
from tasks.engines.wav import as_wav
from tasks.errors import UnexpectedAnswer
from tasks.schemas import Transcript, Word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tasks.engines.errand import Errand

NAME: Final = "assemblyai"
KEY_NAME: Final = "ASSEMBLYAI_API_KEY"
DEFAULT_MODEL: Final = "universal-3-5-pro,universal-2"
"""In order of preference, separated by commas: names are being retired (universal-3-pro answers 400 since
2026-07-31; assemblyai-stt-3-7 is the newest)."""

CAPABILITIES: Final = Capabilities(
    channels_per_request=2,
    bills_per_channel=False,  # the billing page speaks of the file's duration; for channels it is unproven
    word_times=True,
    confidence="probability",
    languages=("en", "es", "fr", "de", "it", "pt", "nl", "and 90 more with universal-2"),
    chunk_target_s=300,  # a job takes seconds to start, and nothing is heard anew when a run is killed
    chunk_max_s=360,
    max_upload_bytes=2_200_000_000,
    usd_per_audio_hour=0.21,  # universal-2: 0.15
    price_source="assemblyai.com/pricing, Universal-3.5 Pro",
    price_date=date(2026, 10, 7),
    runs_here=False,
    abilities=frozenset(
        {"deletion", "diarization", "formatting", "hosted_url", "keyterms", "language_detection"}
    ),
    request_max_s=36_000,
    keyterms_max=200,  # universal-2's limit, which is in the list; universal-3 takes 1000
    requests_at_once=200,  # more are queued, not refused
    requests_per_minute=4_000,  # 20,000 in 5 minutes
    surcharges_usd_per_hour={"diarization": 0.02},
    hosts={"": "https://api.assemblyai.com", "eu": "https://api.eu.assemblyai.com"},
    source="assemblyai-api-spec 1.3.4 (2026-03-23) and assemblyai.com/docs",
    source_date=date(2026, 11, 22),
    notes=(
        "sound and text are kept until deleted, unless a contract says otherwise",
        "free accounts cannot opt out of training",
        "a chunk that nobody speaks in can fail when the language is to be detected",
    ),
)

_NOBODY_SPEAKS: Final = "no spoken audio"
"""A job in which the language was to be detected fails so on silence (seen live in September 2026)."""
_CHANNEL: Final = re.compile(r"[0-9]{1,3}(?=[A-Z]?$)")
_ERASED: Final = "http://deleted_by_user"
"""What the list of transcripts shows for the sound of a deleted one."""


def headers(key: str | None) -> dict[str, str]:
    """The key, as AssemblyAI takes it: bare."""
    return {"authorization": key} if key else {}


async def fetch(client: httpx.AsyncClient, pcm: bytes, options: EngineOptions, errand: Errand) -> bytes:
    """What the first model that is served heard in one chunk; raises EngineError.

    The job's id is in `errand.jobs` before it is waited for; a job that is there already is not paid again.
    """
    check(NAME, CAPABILITIES, options, errand, pcm)
    known = await asyncio.to_thread(errand.jobs.get, errand.key) if errand.key else None
    if known:
        try:
            return await _result(client, known, errand)
        except Rejected as error:
            if error.status != httpx.codes.NOT_FOUND:  # deleted at the vendor's, or another account's
                raise
    return await _result(client, await _start(client, pcm, options, errand), errand)


def parse(answer: bytes) -> Transcript:
    """Every channel's words; raises UnexpectedAnswer."""
    heard = read_answer(_Answer, answer, NAME)
    if _is_silence(heard.status, heard.error):
        return Transcript((), request_id=heard.id, billed_ms=0)  # failed jobs are free
    if heard.status not in (None, "completed"):
        raise UnexpectedAnswer(f"{NAME}: the job's field status is not completed")
    if not {"text", "words", "utterances"} & heard.model_fields_set:  # a webhook's notice
        raise UnexpectedAnswer(f"{NAME}: the answer's field text is not there")
    words = tuple(_words(heard)) or tuple(untimed(heard.text or ""))
    return Transcript(
        words,
        language_code(heard.language_code),
        language_confidence=probability(heard.language_confidence),
        request_id=heard.id,
        billed_ms=milliseconds(heard.audio_duration),
        model=heard.speech_model_used,
        confidence_kind=kind_of(words, "probability"),
        times=times_of(words),
    )


async def erase(client: httpx.AsyncClient, request_id: str, errand: Errand) -> None:
    """Have AssemblyAI delete a transcript and the sound that was uploaded for it."""
    await delete(client, errand, NAME, f"/v2/transcript/{request_id}")


class _Word(Answer):
    text: str
    # Milliseconds, while audio_duration is in seconds.
    start: Number | None = None
    end: Number | None = None
    confidence: Number | None = None
    speaker: Label = None
    channel: Label = None


class _Utterance(Answer):
    words: list[_Word] | None = None


class _Answer(Answer):
    id: str | None = None
    status: str | None = None
    error: str | None = None
    text: str | None = None
    words: list[_Word] | None = None
    utterances: list[_Utterance] | None = Field(
        None, validation_alias=AliasChoices("utterances", "sentences")
    )
    audio_channels: int | None = None
    language_code: str | None = None
    language_confidence: Number | None = None
    audio_duration: Seconds | None = None
    speech_model_used: str | None = None


class _Upload(Answer):
    upload_url: str


class _Job(Answer):
    id: str
    status: str | None = None
    error: str | None = None
    audio_url: str | None = None


async def _start(client: httpx.AsyncClient, pcm: bytes, options: EngineOptions, errand: Errand) -> str:
    """The id of a new job, kept."""
    url = errand.url or await _upload(client, pcm, errand)
    request = _request(url, options, errand.channels)
    reply = await send(client, errand, NAME, "POST /v2/transcript", billed=True, json=request)
    job = read_answer(_Job, reply.body, NAME)
    if errand.key:
        await asyncio.to_thread(errand.jobs.put, errand.key, job.id)
    return job.id


async def _upload(client: httpx.AsyncClient, pcm: bytes, errand: Errand) -> str:
    wav = as_wav(pcm, errand.channels)
    kind = {"content-type": "application/octet-stream"}
    reply = await send(client, errand, NAME, "POST /v2/upload", billed=False, content=wav, headers=kind)
    return read_answer(_Upload, reply.body, NAME).upload_url


def _request(url: str, options: EngineOptions, channels: int) -> dict[str, Any]:
    request: dict[str, Any] = {
        "audio_url": url,
        "speech_models": [model.strip() for model in options.model.split(",") if model.strip()],
    }
    # One of the two: together they are refused, and without both en_us is taken.
    request |= {"language_code": options.language} if options.language else {"language_detection": True}
    if options.formatting is not None:
        request |= {"format_text": options.formatting, "punctuate": options.formatting}
    if options.keyterms:
        request["keyterms_prompt"] = list(options.keyterms)
    if options.diarization:
        request["speaker_labels"] = True
    if channels > 1:
        request["multichannel"] = True
    return request


async def _result(client: httpx.AsyncClient, job_id: str, errand: Errand) -> bytes:
    """The finished job, as it came."""
    while True:
        reply = await send(client, errand, NAME, f"GET /v2/transcript/{job_id}", billed=False)
        job = read_answer(_Job, reply.body, NAME)
        if job.audio_url == _ERASED:
            raise Rejected(f"{NAME}: the job was deleted at the vendor's", httpx.codes.NOT_FOUND)
        if job.status == "completed" or _is_silence(job.status, job.error):
            return reply.body
        if job.status == "error":  # with HTTP 200; failed jobs are free
            await asyncio.to_thread(errand.jobs.forget, errand.key)
            raise Rejected(f"{NAME}: the job failed: {shortened(job.error or 'no reason given')}")
        if errand.left_s() <= errand.patience.poll_s:
            raise Overloaded(f"{NAME}: the job is still being worked on; the next attempt asks for it again")
        await asyncio.sleep(errand.patience.poll_s)


def _is_silence(status: str | None, error: str | None) -> bool:
    return status == "error" and _NOBODY_SPEAKS in (error or "")


def _words(heard: _Answer) -> Iterator[Word]:
    """All words, from the utterances where they are not listed apart."""
    listed = heard.words or [word for one in heard.utterances or () for word in one.words or ()]
    several = (heard.audio_channels or 1) > 1
    channels = [_channel_label(word, several=several) for word in listed]
    first = 0 if "0" in channels else 1  # in all examples channels are counted from 1
    for word, channel in zip(listed, channels, strict=True):
        if word.text.strip():
            yield _word(word, max(0, int(channel) - first) if channel else 0)


def _word(word: _Word, channel: int) -> Word:
    start_ms, end_ms = span_ms(*(None if at is None else at / 1000 for at in (word.start, word.end)))
    return Word(
        text=word.text.strip(),
        start_ms=start_ms,
        end_ms=end_ms,
        confidence=probability(word.confidence),
        channel=channel,
        speaker=speaker_name(word.speaker),
    )


def _channel_label(word: _Word, *, several: bool) -> str:
    """The number of a word's channel as it is stated; of several channels, a speaker's label begins with it.

    Empty where there is one channel.
    """
    stated = word.speaker if word.channel is None and several else word.channel
    number = _CHANNEL.match("" if stated is None else str(stated))
    return number[0] if number else ""
