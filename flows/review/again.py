"""A kept form, sent to its route once more within this process, under the session that began just now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlencode

from fastapi.responses import Response

if TYPE_CHECKING:
    from fastapi import Request
    from starlette.types import Message

    from flows.review.sealing import PendingForm

_SAME: Final = ("type", "asgi", "http_version", "scheme", "server", "client", "root_path")
_NEW: Final = frozenset({b"cookie", b"content-length", b"content-type"})


async def send_again(request: Request, pending: PendingForm, cookie: str, csrf_token: str) -> Response:
    """The route's answer. The form passes all that any form passes: role, token, limits."""
    fields = [(name, value) for name, value in pending.fields if name != "csrf_token"]
    body = urlencode([*fields, ("csrf_token", csrf_token)]).encode()
    headers = [header for header in request.scope["headers"] if header[0] not in _NEW]
    scope = {name: request.scope[name] for name in _SAME if name in request.scope} | {
        "method": "POST",
        "path": pending.path,
        "raw_path": quote(pending.path).encode(),
        "query_string": b"",
        "headers": [
            *headers,
            (b"cookie", cookie.encode()),
            (b"content-type", b"application/x-www-form-urlencoded"),
            (b"content-length", str(len(body)).encode()),
        ],
    }
    answer: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        answer.append(message)

    await request.app(scope, receive, send)
    start, *parts = answer
    response = Response(b"".join(part.get("body", b"") for part in parts), start["status"])
    response.raw_headers = [header for header in start["headers"] if header[0] != b"set-cookie"]
    return response
