"""What a failure means, by vendor and status; and what its message may hold."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tasks.engines.failures import (
    AnswerLost,
    EngineClosed,
    Overloaded,
    Rejected,
    failure,
    retry_after_s,
    shortened,
)

CASES: list[tuple[str, int, Any, type[Exception], str]] = [
    (
        "pulse",
        400,
        {"errors": "Audio data too large", "status": "error", "message": "Error"},
        Rejected,
        "too large",
    ),
    (
        "pulse",
        400,
        {"error_code": "LANGUAGE_NOT_ENABLED", "message": "Not here"},
        Rejected,
        "LANGUAGE_NOT_ENABLED: Not",
    ),
    ("pulse", 401, {"message": "Unauthorized: No tokens provided"}, EngineClosed, "check the key"),
    ("pulse", 429, {"error": "Rate limit exceeded."}, Overloaded, "HTTP 429"),
    (
        "deepgram",
        400,
        {"category": "INVALID_JSON", "message": "Invalid JSON.", "details": "x"},
        Rejected,
        "INVALID_JSON",
    ),
    ("deepgram", 402, {"err_code": "ASR_PAYMENT_REQUIRED", "err_msg": "..."}, EngineClosed, "out of credit"),
    (
        "deepgram",
        403,
        {"err_code": "INSUFFICIENT_PERMISSIONS", "err_msg": "..."},
        EngineClosed,
        "allowed to use",
    ),
    (
        "deepgram",
        503,
        {"error_code": "Service Unavailable", "err_msg": "later"},
        Overloaded,
        "Service Unavailable",
    ),
    ("deepgram", 504, b"", AnswerLost, "HTTP 504"),
    ("assemblyai", 400, {"error": "format_text must be a Boolean"}, Rejected, "must be a Boolean"),
    ("assemblyai", 500, b"", Overloaded, "HTTP 500"),
    (
        "openai",
        413,
        {"error": {"message": "413: too big", "type": "server_error"}, "usage": {}},
        Rejected,
        "HTTP 413",
    ),
    (
        "openai",
        429,
        {"error": {"message": "slow down", "code": "rate_limit_exceeded"}},
        Overloaded,
        "rate_limit",
    ),
    (
        "openai",
        429,
        {"error": {"message": "x", "code": "insufficient_quota"}},
        EngineClosed,
        "insufficient_quota",
    ),
    ("openai", 400, {"error": "failed to read audio data"}, Rejected, "failed to read"),
    ("openai", 404, {"detail": "Model 'small' is not installed locally."}, Rejected, "not installed"),
    (
        "openai",
        422,
        {"detail": [{"loc": ["body", "file"], "msg": "Field required"}]},
        Rejected,
        "Field required",
    ),
    (
        "elevenlabs",
        401,
        {"detail": {"status": "quota_exceeded", "message": "x"}},
        EngineClosed,
        "out of credit",
    ),
    ("elevenlabs", 429, {"detail": {"status": "system_busy", "message": "x"}}, Overloaded, "system_busy"),
    ("cartesia", 429, {"error_code": "concurrency_limited", "title": "x"}, Overloaded, "concurrency_limited"),
    ("cartesia", 502, b"<html>Bad Gateway</html>", Overloaded, "HTTP 502"),
    ("cartesia", 301, b"", Rejected, "base URL"),
    ("cartesia", 501, b"", Rejected, "HTTP 501"),
]


@pytest.mark.parametrize(("engine", "status", "body", "kind", "said"), CASES)
def test_a_failure_is_told_by_its_status_and_code(
    engine: str, status: int, body: Any, kind: type[Exception], said: str
) -> None:
    error = failure(engine, status, {}, body if isinstance(body, bytes) else json.dumps(body).encode())
    assert type(error) is kind
    assert said in str(error)
    assert str(error).startswith(f"{engine}: HTTP {status}")


@pytest.mark.parametrize(
    "body", [b"null", b"[]", b"[1]", b'{"error": []}', b'{"detail": [[]]}', b"[" * 9000, b"\xff"]
)
def test_any_body_of_an_error_is_survived(body: bytes) -> None:
    assert "HTTP 400" in str(failure("pulse", 400, {}, body))


@pytest.mark.parametrize("status", [401, 403, 429, 500])
def test_messages_about_keys_and_from_broken_servers_are_not_repeated(status: int) -> None:
    body = json.dumps({"error": {"message": "Incorrect API key provided: sk-abc", "code": None}}).encode()
    assert "sk-abc" not in str(failure("openai", status, {}, body))


@pytest.mark.parametrize(
    "private",
    [
        "https://bucket.example/call.wav?X-Amz-Signature=00",
        "sk-proj-abc",
        "sk_car_abc",
        "0123456789abcdef0123456789abcdef",
        "4111 1111 1111 1111",
        "ann@example.com",
    ],
)
def test_addresses_keys_and_numbers_are_cut_out_of_messages(private: str) -> None:
    body = json.dumps({"error": f"cannot use {private} here"}).encode()
    assert str(failure("assemblyai", 400, {}, body)) == "assemblyai: HTTP 400: cannot use [...] here"


def test_messages_are_cut_short() -> None:
    assert len(shortened("so much to say " * 100)) < 170


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("0", 0.0),
        ("120", 120.0),
        (" 1.5 ", 1.5),
        ("Sun, 22 Nov 2026 12:01:00 GMT", 60.0),
        ("Sun, 22 Nov 2026 12:01:00", 60.0),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 0.0),
        ("Sun, 99 Nov 2026 11:00:00 GMT", None),
        ("-5", None),
        ("9" * 400, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str | None, seconds: float | None) -> None:
    assert retry_after_s(header, datetime(2026, 11, 22, 12, tzinfo=UTC)) == seconds
