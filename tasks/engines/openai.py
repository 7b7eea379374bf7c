"""`openai`: OpenAI's transcription models, and servers with the same API (speaches, vLLM, whisper.cpp).

Source: openai/openai-openapi openapi.json 2.3.0 of 2026-08-21, openai 3.54.0; speaches@870e1e1, vLLM 0.22,
whisper.cpp@233fe1f (start it with --inference-path /v1/audio/transcriptions); read 2026-11-22.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Final

from tasks.engines.contract import Capabilities, EngineOptions
from tasks.engines.form import form
from tasks.engines.http import send
from tasks.engines.openai_answer import heard_in
from tasks.engines.options import check
from tasks.engines.wav import as_wav

if TYPE_CHECKING:
    import httpx

    from tasks.engines.errand import Errand
    from tasks.schemas import Transcript

NAME: Final = "openai"
KEY_NAME: Final = "OPENAI_API_KEY"
DEFAULT_MODEL: Final = "whisper-1"  # the only hosted one that gives word times, as long as it is served

_WHISPER: Final = Capabilities(
    channels_per_request=1,
    bills_per_channel=False,
    word_times=True,
    confidence="segment_log_probability",
    languages=("en", "and those of Whisper, by ISO 639-1 code"),
    chunk_target_s=55,
    chunk_max_s=60,
    max_upload_bytes=26_214_400,
    usd_per_audio_hour=0.36,
    price_source="developers.openai.com pricing",
    price_date=date(2026, 11, 22),
    runs_here=False,
    abilities=frozenset({"keyterms", "language_detection", "retention_opt_out"}),
    keyterms_max=50,  # a prompt of at most 224 tokens
    billing_step_s=1,
    hosts={
        "": "https://api.openai.com/v1",
        "eu": "https://eu.api.openai.com/v1",
        "us": "https://us.api.openai.com/v1",
        "au": "https://au.api.openai.com/v1",
        "in": "https://in.api.openai.com/v1",
        "jp": "https://jp.api.openai.com/v1",
    },
    source="openai-openapi 2.3.0 (2026-08-21) and openai 3.54.0",
    source_date=date(2026, 11, 22),
    retires_on=date(2027, 2, 26),
    notes=(
        "nothing is kept and nothing is trained on, at this endpoint",
        "regions are for eligible projects, and can cost 10% more",
        "invents text on silence: segments that the model itself doubts are thrown away",
    ),
)
_TEXT_ONLY: Final = replace(
    _WHISPER, word_times=False, confidence="log_probability", request_max_s=1390, notes=_WHISPER.notes[:2]
)
CAPABILITIES: Final = replace(
    _WHISPER,
    by_model={
        "whisper-1": _WHISPER,
        "gpt-4o-transcribe": _TEXT_ONLY,
        "gpt-4o-mini-transcribe": replace(_TEXT_ONLY, usd_per_audio_hour=0.18),
        "gpt-4o-mini-transcribe-2025-12-15": replace(_TEXT_ONLY, usd_per_audio_hour=0.18),
        "gpt-4o-transcribe-diarize": replace(
            _TEXT_ONLY,
            confidence=None,
            abilities=frozenset({"diarization", "language_detection", "retention_opt_out"}),
        ),
        "gpt-transcribe": replace(
            _TEXT_ONLY, confidence=None, usd_per_audio_hour=0.27, request_max_s=None, retires_on=None
        ),
        "*": replace(  # somebody's own server
            _WHISPER,
            usd_per_audio_hour=0.0,
            price_source="runs on your own server",
            billing_step_s=0,
            retires_on=None,
            notes=(
                "word times depend on the server: speaches and whisper.cpp give them, vLLM does not",
                "whisper.cpp works on one request at a time; vLLM takes 600 s at most",
            ),
        ),
    },
)


def headers(key: str | None) -> dict[str, str]:
    """The key, as OpenAI takes it; a server of one's own may want none."""
    return {"authorization": f"Bearer {key}"} if key else {}


async def fetch(client: httpx.AsyncClient, pcm: bytes, options: EngineOptions, errand: Errand) -> bytes:
    """What the model heard in one chunk; raises EngineError."""
    check(NAME, CAPABILITIES.of(options.model), options, errand, pcm)
    reply = await send(
        client,
        errand,
        NAME,
        "POST /audio/transcriptions",
        billed=True,
        files=form(_fields(options), as_wav(pcm)),
    )
    return reply.body


def parse(answer: bytes) -> Transcript:
    """Every word; raises UnexpectedAnswer. With times where the answer has them, else with its segments."""
    return heard_in(answer, NAME)


def _fields(options: EngineOptions) -> list[tuple[str, str]]:
    """Only what the model is documented to take: the hosted API refuses other fields."""
    model, language, terms = options.model, options.language, options.keyterms
    spoken = [("language", language)] if language else []
    prompt = [("prompt", ", ".join(terms))] if terms else []
    if model == "gpt-transcribe":
        wanted = [("languages[]", language)] if language else []
        keywords = [("keywords[]", _plain(term)) for term in terms]
        return [("model", model), ("response_format", "json"), *wanted, *keywords]
    if model == "gpt-4o-transcribe-diarize":  # above 30 s it needs a chunking strategy
        return [
            ("model", model),
            ("response_format", "diarized_json"),
            ("chunking_strategy", "auto"),
            *spoken,
        ]
    if model.startswith("gpt-4o"):
        return [("model", model), ("response_format", "json"), ("include[]", "logprobs"), *spoken, *prompt]
    both = [
        ("timestamp_granularities[]", one) for one in ("word", "segment")
    ]  # word alone drops the segments
    return [("model", model), ("response_format", "verbose_json"), *both, *spoken, *prompt]


def _plain(term: str) -> str:
    """A keyword without the characters that keywords may not have."""
    return "".join(" " if character in "<>\r\n" else character for character in term)
