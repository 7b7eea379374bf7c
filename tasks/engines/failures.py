"""What an engine's failure means: whether to try again, when, and what a person should do."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar, Final

from tasks.errors import EngineBusy, EngineError, EngineRefused

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_REASON_CHARS: Final = 160
_OUT_OF_CREDIT: Final = re.compile(
    r"insufficient_quota|credit_balance_exhausted|quota_exceeded|payment_required|billing_hard_limit"
    r"|insufficient (funds|balance|credits?|quota)|out of credits?|not have enough credits?",
    re.IGNORECASE,
)
_BUSY: Final = frozenset({408, 409, 425, 429})
"""Worth another try beside 5xx: the table of the vendors' SDKs (409 is OpenAI's and Cartesia's)."""
_QUOTED: Final = frozenset({400, 404, 413, 415, 422})
"""Their messages say what is wrong with the request; those of 401 may repeat a part of the key."""
_CODE: Final = re.compile(r"(?!error$)[A-Za-z][\w .-]{1,59}")
_PRIVATE: Final = re.compile(
    r"\w+://\S+|[\w.+-]+@[\w-]+\.\w[\w.]*|sk[-_][\w-]+|(?=\w*\d)\w{20,}|\d[\d ().-]{5,}\d"
)


class Overloaded(EngineBusy):
    """Not now. `retry_after_s` is when the engine asks to be tried again, if it says so."""

    def __init__(self, message: str, retry_after_s: float | None = None) -> None:
        """Keep the engine's wish beside the message."""
        super().__init__(message)
        self.retry_after_s = retry_after_s


class AnswerLost(EngineBusy):
    """The sound went out and no whole answer came back: the request may have been worked on, and billed."""


class Rejected(EngineRefused):
    """The engine refuses this one request."""

    def __init__(self, message: str, status: int | None = None) -> None:
        """Keep the HTTP status beside the message."""
        super().__init__(message)
        self.status = status


class EngineClosed(EngineRefused):
    """Key, plan or credit: no request to this engine will succeed until somebody acts."""

    stops_engine: ClassVar[bool] = True


def failure(engine: str, status: int, headers: Mapping[str, str], body: bytes) -> EngineError:
    """The error that an HTTP answer stands for. Its message holds no key, no address and nobody's words."""
    told = _told(body)
    codes = [text for name, text in told if name in _CODE_FIELDS and _CODE.fullmatch(text)]
    said = f"{engine}: HTTP {status}" + (f" {codes[0]}" if codes else "")
    if status == HTTPStatus.PAYMENT_REQUIRED or any(_OUT_OF_CREDIT.search(text) for _, text in told):
        return EngineClosed(f"{said}; the account is out of credit or over its quota: settle that first")
    if status in (401, 403):
        return EngineClosed(f"{said}; check the key, and what the account is allowed to use")
    if status == HTTPStatus.GATEWAY_TIMEOUT:
        return AnswerLost(f"{said}; the engine took too long")
    if status in _BUSY or (
        status >= HTTPStatus.INTERNAL_SERVER_ERROR and status != HTTPStatus.NOT_IMPLEMENTED
    ):
        return Overloaded(f"{said}; busy or out of order", retry_after_s(headers.get("retry-after")))
    if status in range(300, 400):
        return Rejected(f"{said}; the address leads elsewhere: set the engine's own base URL", status)
    reasons = [text for name, text in told if name in _MESSAGE_FIELDS] if status in _QUOTED else []
    return Rejected(said + (f": {shortened(reasons[0])}" if reasons else ""), status)


def retry_after_s(value: str | None, now: datetime | None = None) -> float | None:
    """Seconds to wait as a Retry-After header says (RFC 9110, 10.2.3): seconds, or an HTTP date."""
    if value is None:
        return None
    if re.fullmatch(r"\d{1,9}(\.\d+)?", value.strip()):
        return float(value)
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - (now or datetime.now(UTC))).total_seconds())


def shortened(text: str) -> str:
    """A vendor's message, cut short, without addresses, long numbers and anything that looks like a key."""
    plain = " ".join(_PRIVATE.sub("[...]", text).split())
    return plain if len(plain) <= _REASON_CHARS else plain[:_REASON_CHARS] + " [...]"


# Where the vendors put it (read 2026-11-22): Smallest error|errors|message, error_code; Deepgram err_code +
# err_msg or category + message, and error_code on 503; AssemblyAI error; OpenAI and vLLM error{message, type,
# code}, whisper.cpp error; ElevenLabs detail{status, message}; FastAPI detail, as text or [{loc, msg}];
# Cartesia error_code, title, message.
_CODE_FIELDS: Final = ("code", "err_code", "error_code", "category", "status", "type")
_MESSAGE_FIELDS: Final = ("err_msg", "errors", "message", "error", "detail", "msg", "title")
_INSIDE: Final = ("error", "detail")


def _told(body: bytes) -> list[tuple[str, str]]:
    """The fields of an error's body that say what is wrong, most telling first; none if it is no JSON."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return []
    return sorted(_fields(content), key=lambda field: (*_MESSAGE_FIELDS, *_CODE_FIELDS).index(field[0]))


def _fields(content: Any) -> Iterator[tuple[str, str]]:
    if isinstance(content, list) and content:
        content = content[0]
    if not isinstance(content, dict):
        return
    for name in (*_MESSAGE_FIELDS, *_CODE_FIELDS):
        value = content.get(name)
        if isinstance(value, str) and value:
            yield name, value
        elif name in _INSIDE:
            yield from _fields(value)
