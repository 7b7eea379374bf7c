"""How each vendor writes an error, and what its address ends in."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from starlette.responses import JSONResponse, Response

BASE_PATHS = {"openai": "/v1"}
_REQUEST_ID = "0b7c2f3e-0000-4000-8000-000000000001"


def error_answer(
    engine: str,
    status: int,
    code: str | None,
    message: str | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """An error as the vendor prints it."""
    said = message or _MESSAGES.get((engine, status)) or HTTPStatus(status).phrase
    if engine == "assemblyai" and status in (503, 504):  # without a body, says its specification
        return Response(status_code=status, headers=headers)
    return JSONResponse(_WRITERS.get(engine, _plain)(status, code, said), status, headers)


_MESSAGES = {
    ("pulse", 413): "File size exceeds maximum limit of 250MB.",
    ("pulse", 429): "Rate limit exceeded. Please retry after a short backoff.",
    ("deepgram", 402): "Project does not have enough credits for an ASR request.",
    ("deepgram", 429): "Too many requests. Please try again later",
    ("deepgram", 503): "Please try again later",
    ("openai", 413): "413: Maximum content size limit (26214400) exceeded",
    ("cartesia", 429): "You have exceeded your plan's concurrency limit.",
}
_CODES = {
    ("deepgram", 401): "INVALID_AUTH",
    ("deepgram", 402): "ASR_PAYMENT_REQUIRED",
    ("deepgram", 403): "INSUFFICIENT_PERMISSIONS",
    ("deepgram", 422): "ASR_UNPROCESSABLE_ENTITY",
    ("deepgram", 429): "TOO_MANY_REQUESTS",
    ("deepgram", 503): "Service Unavailable",
    ("openai", 401): "invalid_api_key",
    ("openai", 429): "rate_limit_exceeded",
    ("openai", 503): "server_is_overloaded",
    ("elevenlabs", 401): "invalid_api_key",
    ("elevenlabs", 429): "system_busy",
    ("cartesia", 429): "concurrency_limited",
}


def _plain(_status: int, _code: str | None, said: str) -> dict[str, Any]:
    return {"error": said}


def _pulse(_status: int, _code: str | None, said: str) -> dict[str, Any]:
    return {"error": said, "request_id": _REQUEST_ID}


def _deepgram(status: int, code: str | None, said: str) -> dict[str, Any]:
    told = code or _CODES.get(("deepgram", status)) or HTTPStatus(status).phrase
    if told.startswith("INVALID_") and status == HTTPStatus.BAD_REQUEST:  # one of its two shapes
        return {"category": told, "message": said, "details": said, "request_id": _REQUEST_ID}
    name = "error_code" if status == HTTPStatus.SERVICE_UNAVAILABLE else "err_code"  # sic
    return {name: told, "err_msg": said, "request_id": _REQUEST_ID}


def _openai(status: int, code: str | None, said: str) -> dict[str, Any]:
    told = code or _CODES.get(("openai", status))
    its_own = status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    kind = "server_error" if its_own else "invalid_request_error"  # a live 413 said so
    return {"error": {"message": said, "type": kind, "param": None, "code": told}}


def _elevenlabs(status: int, code: str | None, said: str) -> dict[str, Any]:
    if status == HTTPStatus.UNPROCESSABLE_ENTITY:
        return {"detail": [{"loc": ["body"], "msg": said, "type": "value_error"}]}
    told = code or _CODES.get(("elevenlabs", status), "error_with_request")
    return {"detail": {"status": told, "message": said}}


def _cartesia(status: int, code: str | None, said: str) -> dict[str, Any]:
    told = code or _CODES.get(("cartesia", status))
    return {
        "error_code": told,
        "title": HTTPStatus(status).phrase,
        "message": said,
        "request_id": _REQUEST_ID,
    }


_WRITERS = {
    "pulse": _pulse,
    "deepgram": _deepgram,
    "openai": _openai,
    "elevenlabs": _elevenlabs,
    "cartesia": _cartesia,
}
