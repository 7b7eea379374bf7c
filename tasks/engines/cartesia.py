"""`cartesia`: Ink-Whisper, batch. One channel in a request, no confidence.

Source: cartesia 4.2.0, cartesia-ai/docs stt.yml, docs.cartesia.ai, read 2026-11-22. No live batch answer has
been seen: all of these describe it, and only in part the same way.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from tasks.engines.contract import Capabilities, EngineOptions
from tasks.engines.form import form
from tasks.engines.http import send
from tasks.engines.languages import language_code
from tasks.engines.options import check
from tasks.engines.reading import (
    Answer,
    Seconds,
    check_told,
    milliseconds,
    read_answer,
    span_ms,
    times_of,
    untimed,
)
from tasks.engines.wav import as_wav
from tasks.schemas import Transcript, Word

if TYPE_CHECKING:
    import httpx

    from tasks.engines.errand import Errand

NAME: Final = "cartesia"
KEY_NAME: Final = "CARTESIA_API_KEY"
DEFAULT_MODEL: Final = "ink-whisper"
_VERSION: Final = "2026-08-14"  # from 2026-03-01 on errors are JSON, before that plain text

CAPABILITIES: Final = Capabilities(
    channels_per_request=1,
    bills_per_channel=False,
    word_times=True,
    confidence=None,
    languages=("en", "and those of Whisper, by ISO 639-1 code"),
    chunk_target_s=55,
    chunk_max_s=60,
    max_upload_bytes=2 * 1024**3,
    usd_per_audio_hour=0.09,  # 1 credit for 2 s; Pro: 5 USD for 100,000 credits; Scale: 0.067
    price_source="docs.cartesia.ai pricing, and the Pro plan's price of a credit",
    price_date=date(2026, 6, 24),
    runs_here=False,
    requests_at_once=12,  # the Pro plan
    billing_step_s=2,
    hosts={"": "https://api.cartesia.ai"},
    source="cartesia 4.2.0 and docs.cartesia.ai",
    source_date=date(2026, 11, 22),
    notes=("regional endpoints and zero retention are Enterprise only, with an address of their own",),
)


def headers(key: str | None) -> dict[str, str]:
    """The key, as Cartesia takes it, and the version of the contract."""
    return {"cartesia-version": _VERSION} | ({"authorization": f"Bearer {key}"} if key else {})


async def fetch(client: httpx.AsyncClient, pcm: bytes, options: EngineOptions, errand: Errand) -> bytes:
    """What Ink-Whisper heard in one chunk; raises EngineError."""
    check(NAME, CAPABILITIES.of(options.model), options, errand, pcm)
    fields = [
        ("model", options.model),
        ("language", options.language or "en"),
        ("timestamp_granularities[]", "word"),
    ]
    reply = await send(client, errand, NAME, "POST /stt", billed=True, files=form(fields, as_wav(pcm)))
    return reply.body


def parse(answer: bytes) -> Transcript:
    """Every word; raises UnexpectedAnswer. The language is the one that was asked for, given back."""
    heard = read_answer(_Answer, answer, NAME)
    check_told(heard, NAME, "text", "words")
    words = tuple(_word(word, heard.duration) for word in heard.words or () if word.word.strip())
    words = words or tuple(untimed(heard.text or ""))
    return Transcript(
        words,
        language_code(heard.language),
        request_id=heard.request_id,
        billed_ms=milliseconds(heard.duration),
        times=times_of(words),
    )


class _Word(Answer):
    word: str
    start: Seconds | None = None
    end: Seconds | None = None


class _Answer(Answer):
    text: str | None = None
    language: str | None = None
    duration: Seconds | None = None
    words: list[_Word] | None = None
    # The SDK declares `type` as required and request_id as optional; the examples have neither.
    request_id: str | None = None


def _word(word: _Word, last: float | None) -> Word:
    start_ms, end_ms = span_ms(word.start, word.end, last)
    return Word(word.word.strip(), start_ms, end_ms)
