"""`elevenlabs`: Scribe v2, batch. Several channels in one request, billed one by one.

Source: elevenlabs 2.78.0 (November 2026), which is newer than the published openapi.json, read 2026-11-22.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from tasks.engines.contract import Capabilities, EngineOptions
from tasks.engines.failures import Rejected
from tasks.engines.form import form
from tasks.engines.http import delete, send
from tasks.engines.languages import language_code
from tasks.engines.options import check
from tasks.engines.reading import (
    Answer,
    Label,
    Number,
    Seconds,
    check_told,
    from_log,
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
from tasks.schemas import Transcript, Word

if TYPE_CHECKING:
    import httpx

    from tasks.engines.errand import Errand

NAME: Final = "elevenlabs"
KEY_NAME: Final = "ELEVENLABS_API_KEY"
DEFAULT_MODEL: Final = "scribe_v2"  # scribe_v1 is deprecated, scribe_v3 is in the SDK

CAPABILITIES: Final = Capabilities(
    channels_per_request=5,
    bills_per_channel=True,  # every channel at the full duration, says the SDK
    word_times=True,
    confidence="log_probability",
    languages=("en", "es", "fr", "de", "it", "pt", "nl", "hi", "ja", "zh", "and 89 more"),
    chunk_target_s=55,
    chunk_max_s=60,
    max_upload_bytes=3 * 1024**3,
    usd_per_audio_hour=0.22,
    price_source="elevenlabs.io/pricing/api, scribe v1 and v2",
    price_date=date(2026, 9, 1),
    runs_here=False,
    abilities=frozenset(
        {"deletion", "diarization", "hosted_url", "keyterms", "language_detection", "retention_opt_out"}
    ),
    request_max_s=3600,  # 10 hours with one channel
    keyterms_max=100,  # 1000 are taken, but above 100 at least 20 s are billed for each request
    requests_at_once=10,  # the free plan; Pro 50, Business 75
    surcharges_usd_per_hour={"keyterms": 0.05},
    hosts={
        "": "https://api.elevenlabs.io",
        "us": "https://api.us.elevenlabs.io",
        "eu": "https://api.eu.residency.elevenlabs.io",
        "in": "https://api.in.residency.elevenlabs.io",
        "sg": "https://api.sg.residency.elevenlabs.io",
    },
    source="elevenlabs 2.78.0",
    source_date=date(2026, 11, 22),
    notes=(
        "eu, in and sg are Enterprise workspaces with keys of their own",
        "the retention opt-out is for Enterprise accounts; others train by default",
    ),
)


def headers(key: str | None) -> dict[str, str]:
    """The key, as ElevenLabs takes it."""
    return {"xi-api-key": key} if key else {}


async def fetch(client: httpx.AsyncClient, pcm: bytes, options: EngineOptions, errand: Errand) -> bytes:
    """What Scribe heard in one chunk; raises EngineError."""
    check(NAME, CAPABILITIES.of(options.model), options, errand, pcm)
    if errand.channels > 1 and options.diarization:
        raise Rejected(
            f"{NAME}: no diarization inside several channels; send them one by one or switch it off"
        )
    fields = _fields(options, errand)
    reply = await send(
        client,
        errand,
        NAME,
        "POST /v1/speech-to-text",
        billed=True,
        params={"enable_logging": "false"} if options.retention_opt_out else {},
        files=form(fields, None if errand.url is not None else as_wav(pcm, errand.channels)),
    )
    return reply.body


def parse(answer: bytes) -> Transcript:
    """Every channel's words, without spacing and noises; raises UnexpectedAnswer."""
    heard = read_answer(_Answer, answer, NAME)
    channels = heard.transcripts if heard.transcripts is not None else [heard]
    words = tuple(word for place, channel in enumerate(channels) for word in _words(channel, place))
    first = next((channel for channel in channels if channel.words or channel.text), None)
    duration = heard.audio_duration_secs
    return Transcript(
        words,
        # On silence a live answer said "en" with probability 0 and no words: that is no language.
        language_code(first.language_code) if first else None,
        language_confidence=probability(first.language_probability) if first else None,
        request_id=heard.transcription_id,
        billed_ms=None if duration is None else (milliseconds(duration) or 0) * len(channels),
        confidence_kind=kind_of(words, "log_probability"),
        times=times_of(words),
    )


async def erase(client: httpx.AsyncClient, request_id: str, errand: Errand) -> None:
    """Have ElevenLabs delete a transcript."""
    await delete(client, errand, NAME, f"/v1/speech-to-text/transcripts/{request_id}")


class _Word(Answer):
    text: str
    type: str | None = None
    start: Seconds | None = None
    end: Seconds | None = None
    logprob: Number | None = None
    speaker_id: Label = None
    channel_index: int | None = None


class _Channel(Answer):
    text: str | None = None
    words: list[_Word] | None = None
    language_code: str | None = None
    language_probability: Number | None = None
    channel_index: int | None = None


class _Answer(_Channel):
    transcripts: list[_Channel] | None = None
    transcription_id: str | None = None
    audio_duration_secs: Seconds | None = None


def _fields(options: EngineOptions, errand: Errand) -> list[tuple[str, str]]:
    fields = [
        ("model_id", options.model),
        ("timestamps_granularity", "word"),
        ("tag_audio_events", "false"),  # true unless said otherwise, and then "(laughter)" is in the text
        ("diarize", "true" if options.diarization else "false"),
    ]
    if options.language:
        fields.append(("language_code", options.language))
    if errand.channels > 1:
        fields.append(("use_multi_channel", "true"))
    if errand.url is not None:
        fields.append(("source_url", errand.url))
    return fields + [("keyterms", term) for term in options.keyterms]


def _words(channel: _Channel, place: int) -> list[Word]:
    check_told(channel, NAME, "text", "words")  # what comes with 202 for a webhook has neither
    listed = channel.words or []
    number = place if channel.channel_index is None else max(0, channel.channel_index)
    spoken = [word for word in listed if word.type in (None, "word") and word.text.strip()]
    # Older answers have a log-probability of exactly 0 everywhere, or none: that is no confidence.
    sure = any(word.logprob for word in listed)
    if not listed:
        return untimed(channel.text or "", channel=number)
    return [_word(word, number, sure=sure) for word in spoken]


def _word(word: _Word, channel: int, *, sure: bool) -> Word:
    start_ms, end_ms = span_ms(word.start, word.end)
    return Word(
        text=word.text.strip(),
        start_ms=start_ms,
        end_ms=end_ms,
        confidence=from_log(word.logprob) if sure else None,
        channel=channel if word.channel_index is None else max(0, word.channel_index),
        speaker=speaker_name(word.speaker_id),
    )
