"""All vendors' pages in one ASGI app."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.routing import Route

from tasks.stand_in import assemblyai, cartesia, deepgram, elevenlabs, openai, pulse
from tasks.stand_in.misbehaving import Misbehaving
from tasks.stand_in.page import Refusal, Visit

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from tasks.stand_in.desk import Desk

    Page = Callable[[Visit], Awaitable[Response]]

PAGES: tuple[tuple[str, str, str, Page], ...] = (
    ("pulse", "POST", "/waves/v1/stt/", pulse.transcribe),
    ("pulse", "DELETE", "/waves/v1/analytics/asr/history/{request_id}", pulse.erase),
    ("deepgram", "POST", "/v1/listen", deepgram.transcribe),
    ("assemblyai", "POST", "/v2/upload", assemblyai.upload),
    ("assemblyai", "POST", "/v2/transcript", assemblyai.start),
    ("assemblyai", "GET", "/v2/transcript/{job_id}", assemblyai.result),
    ("assemblyai", "DELETE", "/v2/transcript/{job_id}", assemblyai.erase),
    ("openai", "POST", "/v1/audio/transcriptions", openai.transcribe),
    ("elevenlabs", "POST", "/v1/speech-to-text", elevenlabs.transcribe),
    ("elevenlabs", "DELETE", "/v1/speech-to-text/transcripts/{transcription_id}", elevenlabs.erase),
    ("cartesia", "POST", "/stt", cartesia.transcribe),
)
SPOKEN = tuple(dict.fromkeys(engine for engine, *_ in PAGES))
"""The engines whose vendors it stands in for."""


def stand_in_app(desk: Desk) -> Misbehaving:
    """The app, around one desk."""
    routes = [
        Route(path, _endpoint(page, engine, desk), methods=[method]) for engine, method, path, page in PAGES
    ]
    return Misbehaving(Starlette(routes=routes), desk, engine_at)


def engine_at(path: str) -> str:
    """The engine whose page a path is; empty for none."""
    return next((engine for engine, _, page, _ in PAGES if path.startswith(page.partition("{")[0])), "")


def _endpoint(page: Page, engine: str, desk: Desk) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            return await page(Visit(engine, desk, request, await request.body()))
        except Refusal as refusal:
            return refusal.response

    return endpoint
