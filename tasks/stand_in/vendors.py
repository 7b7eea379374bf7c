"""Which vendor a path belongs to, and how each of them writes an error."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

_PATHS = {
    "/waves/": "pulse",
    "/v1/listen": "deepgram",
    "/v2/": "assemblyai",
    "/v1/audio/": "openai",
    "/v1/speech-to-text": "elevenlabs",
    "/stt": "cartesia",
}
BASE_PATHS = {"openai": "/v1"}
_REQUEST_ID = "0b7c2f3e-0000-4000-8000-000000000001"


def engine_at(path: str) -> str:
    """The engine that a path belongs to; empty for none."""
    return next((engine for start, engine in _PATHS.items() if path.startswith(start)), "")


def error_body(engine: str, status: int, code: str | None, message: str | None = None) -> dict[str, Any]:
    """An error as the vendor prints it."""
    return _WRITERS.get(engine, _plain)(status, code, message or HTTPStatus(status).phrase)


def _plain(_status: int, _code: str | None, said: str) -> dict[str, Any]:
    return {"error": said}


def _pulse(_status: int, _code: str | None, said: str) -> dict[str, Any]:
    return {"error": said, "request_id": _REQUEST_ID}


def _deepgram(status: int, code: str | None, said: str) -> dict[str, Any]:
    name = "error_code" if status == HTTPStatus.SERVICE_UNAVAILABLE else "err_code"  # sic
    return {name: code or said.upper().replace(" ", "_"), "err_msg": said, "request_id": _REQUEST_ID}


def _openai(_status: int, code: str | None, said: str) -> dict[str, Any]:
    return {"error": {"message": said, "type": "invalid_request_error", "param": None, "code": code}}


def _elevenlabs(_status: int, code: str | None, said: str) -> dict[str, Any]:
    return {"detail": {"status": code or "error_with_request", "message": said}}


def _cartesia(_status: int, code: str | None, said: str) -> dict[str, Any]:
    return {"error_code": code, "title": said, "message": said, "request_id": _REQUEST_ID}


_WRITERS = {
    "pulse": _pulse,
    "deepgram": _deepgram,
    "openai": _openai,
    "elevenlabs": _elevenlabs,
    "cartesia": _cartesia,
}
