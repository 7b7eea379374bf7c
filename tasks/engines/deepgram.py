"""`deepgram`: Nova-3, batch. Several channels in one request, billed one by one.

Source: deepgram/deepgram-api-specs openapi.yml of 2026-07-22, deepgram-sdk 7.17.0, developers.deepgram.com,
read 2026-11-22.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from pydantic import AliasChoices, Field

from tasks.engines.contract import Capabilities, EngineOptions
from tasks.engines.failures import Rejected
from tasks.engines.http import send
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
from tasks.engines.wav import CONTENT_TYPE, as_wav
from tasks.schemas import Transcript, Word

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

    from tasks.engines.errand import Errand

NAME: Final = "deepgram"
KEY_NAME: Final = "DEEPGRAM_API_KEY"
DEFAULT_MODEL: Final = "nova-3"

CAPABILITIES: Final = Capabilities(
    channels_per_request=20,
    bills_per_channel=True,  # deepgram discussion #932
    word_times=True,
    confidence="probability",
    languages=("en", "es", "fr", "de", "hi", "ru", "pt", "ja", "it", "nl", "multi", "and more by BCP-47 tag"),
    chunk_target_s=55,
    chunk_max_s=60,
    max_upload_bytes=2 * 1024**3,
    usd_per_audio_hour=0.258,  # one language; language=multi costs 0.312
    price_source="deepgram.com/pricing, pay as you go, Nova-3 pre-recorded",
    price_date=date(2026, 9, 26),
    runs_here=False,
    abilities=frozenset(
        {"diarization", "formatting", "hosted_url", "keyterms", "language_detection", "retention_opt_out"}
    ),
    keyterms_max=100,  # 500 tokens in a request; 20 to 50 terms are recommended
    requests_at_once=50,
    surcharges_usd_per_hour={"diarization": 0.12, "keyterms": 0.078},
    hosts={
        "": "https://api.deepgram.com",
        "eu": "https://api.eu.deepgram.com",
        "au": "https://api.au.deepgram.com",
        "in": "https://api.in.deepgram.com",
    },
    source="deepgram-api-specs openapi.yml (2026-07-22) and developers.deepgram.com",
    source_date=date(2026, 11, 22),
    notes=(
        "a region is only residency together with the retention opt-out",
        "speakers are numbered anew in every request and in every channel",
        "nothing is stored at the vendor but request metadata, for about 90 days",
    ),
)
_REGIONAL: Final = tuple(
    host.removeprefix("https://") for region, host in CAPABILITIES.hosts.items() if region
)


def headers(key: str | None) -> dict[str, str]:
    """The key, as Deepgram takes it."""
    return {"authorization": f"Token {key}"} if key else {}


async def fetch(client: httpx.AsyncClient, pcm: bytes, options: EngineOptions, errand: Errand) -> bytes:
    """What Nova heard in one chunk; raises EngineError."""
    check(NAME, CAPABILITIES.of(options.model), options, errand, pcm)
    if options.keyterms and not options.model.startswith("nova-3"):
        raise Rejected(f"{NAME}: {options.model} takes no key terms; nova-3 does")
    if client.base_url.host in _REGIONAL and not options.retention_opt_out:
        raise Rejected(
            f"{NAME}: a regional endpoint keeps data there only with the retention opt-out; set it too"
        )
    reply = await send(
        client,
        errand,
        NAME,
        "POST /v1/listen",
        billed=True,
        params=_parameters(options, errand.channels),
        **_body(pcm, errand),
    )
    return reply.body


def parse(answer: bytes) -> Transcript:
    """Every channel's words; raises UnexpectedAnswer."""
    heard = read_answer(_Answer, answer, NAME)
    channels = heard.results.channels
    listed = any(best.words for channel in channels for best in channel.alternatives[:1])
    words = () if listed else tuple(_uttered(heard.results.utterances or []))
    words = words or tuple(word for place, channel in enumerate(channels) for word in _words(channel, place))
    language, confidence = _language(heard.results.channels)
    about = heard.metadata or _Metadata()
    return Transcript(
        words,
        language,
        language_confidence=confidence,
        request_id=about.request_id,
        # The duration is the file's, whatever its channels; each of them is billed.
        billed_ms=None if about.duration is None else (milliseconds(about.duration) or 0) * len(channels),
        model=_model(about),
        confidence_kind=kind_of(words, "probability"),
        times=times_of(words),
    )


class _Word(Answer):
    word: str = Field(validation_alias=AliasChoices("word", "punctuated_word"))
    punctuated_word: str | None = None
    start: Seconds | None = None
    end: Seconds | None = None
    confidence: Number | None = None
    speaker: Label = None
    language: str | None = None


class _Alternative(Answer):
    transcript: str | None = None
    words: list[_Word] | None = None
    languages: list[str] | None = None


class _Channel(Answer):
    # The vendor's generated mock has channels of `{}`. A live one always has alternatives, even for silence:
    # without them nothing is known, which is no transcript.
    alternatives: list[_Alternative]
    detected_language: str | None = None
    language_confidence: Number | None = None


class _Utterance(Answer):
    transcript: str | None = None
    words: list[_Word] | None = None
    channel: int | None = None
    speaker: Label = None


class _Results(Answer):
    channels: list[_Channel]
    utterances: list[_Utterance] | None = None  # the channels' words once more, where they were asked for


class _Model(Answer):
    name: str | None = None
    arch: str | None = None


class _Metadata(Answer):
    request_id: str | None = None
    duration: Seconds | None = None
    models: list[str] | None = None
    model_info: dict[str, _Model] | None = None


class _Answer(Answer):
    metadata: _Metadata | None = None
    results: _Results


def _parameters(options: EngineOptions, channels: int) -> list[tuple[str, str]]:
    formatted = "false" if options.formatting is False else "true"
    parameters = [
        ("model", options.model),  # without one the server takes base-general
        ("smart_format", formatted),
        ("punctuate", formatted),
        ("language", options.language) if options.language else ("detect_language", "true"),
    ]
    if channels > 1:
        parameters.append(("multichannel", "true"))
    if options.diarization:
        parameters.append(("diarize_model", "latest"))  # `diarize` is deprecated
    if options.retention_opt_out:
        parameters.append(("mip_opt_out", "true"))
    return parameters + [("keyterm", term) for term in options.keyterms]


def _body(pcm: bytes, errand: Errand) -> dict[str, Any]:
    if errand.url is not None:
        return {"json": {"url": errand.url}}
    return {"content": as_wav(pcm, errand.channels), "headers": {"content-type": CONTENT_TYPE}}


def _words(channel: _Channel, place: int) -> list[Word]:
    best = channel.alternatives[0] if channel.alternatives else _Alternative()
    if not best.words:
        return untimed(best.transcript or "", channel=place)
    return [_word(word, place) for word in best.words if (word.punctuated_word or word.word).strip()]


def _uttered(utterances: list[_Utterance]) -> Iterator[Word]:
    """What was said where the channels list no words."""
    for one in utterances:
        channel = max(0, one.channel or 0)
        yield from [_word(word, channel) for word in one.words or () if word.word.strip()] or untimed(
            one.transcript or "", speaker_name(one.speaker), channel
        )


def _word(word: _Word, channel: int) -> Word:
    start_ms, end_ms = span_ms(word.start, word.end)
    return Word(
        # Without smart_format and punctuate there is no punctuated_word.
        text=(word.punctuated_word or word.word).strip(),
        start_ms=start_ms,
        end_ms=end_ms,
        confidence=probability(word.confidence),
        channel=channel,
        speaker=speaker_name(word.speaker),
    )


def _language(channels: list[_Channel]) -> tuple[str | None, float | None]:
    """As detected; else, with language=multi, what most words are in. The one asked for is not repeated."""
    for channel in channels:
        if channel.detected_language:
            return language_code(channel.detected_language), probability(channel.language_confidence)
    best = [channel.alternatives[0] for channel in channels if channel.alternatives]
    spoken = Counter(word.language for one in best for word in one.words or () if word.language)
    listed = [language for one in best for language in one.languages or ()]
    return language_code(spoken.most_common(1)[0][0] if spoken else next(iter(listed), None)), None


def _model(about: _Metadata) -> str | None:
    info = next(iter((about.model_info or {}).values()), None)
    return info.name if info and info.name else next(iter(about.models or ()), None)
