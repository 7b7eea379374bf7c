"""The stand-in's front: notes every request, and does wrong what it was told to."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from starlette.responses import HTMLResponse

from tasks.stand_in.desk import Desk, Fault, Seen, read_wav, sound_id
from tasks.stand_in.vendors import error_answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_PAGE = "<html><body>Sign in to the network to continue</body></html>"
_OVERSIZED_BYTES = 3 * 1024**2
_KEPT_BYTES = 256 * 1024


class Misbehaving:
    """ASGI middleware around the vendors' pages."""

    def __init__(self, app: ASGIApp, desk: Desk, engine_at: Callable[[str], str]) -> None:
        """Stand in front of an app; `engine_at` tells whose page a path is."""
        self.app, self.desk, self.engine_at = app, desk, engine_at

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        self.desk.in_flight += 1
        self.desk.most_in_flight = max(self.desk.most_in_flight, self.desk.in_flight)
        try:
            await self._answer(scope, receive, send)
        finally:
            self.desk.in_flight -= 1

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await _body(receive)
        engine = self.engine_at(scope["path"])
        self.desk.seen.append(_seen(engine, scope, body))
        fault = self.desk.next_fault(engine, scope["path"])
        scope["fault"] = fault
        if fault is None or fault.kind in ("silence", "job_error", "job_stuck"):
            await self.app(scope, _replayed(body), send)
        elif fault.kind == "status":
            headers = {"retry-after": fault.retry_after} if fault.retry_after else {}
            refused = error_answer(engine, fault.status, fault.code, headers=headers)
            await refused(scope, receive, send)
        elif fault.kind == "wrong_type":
            await HTMLResponse(_PAGE)(scope, receive, send)
        elif fault.kind == "dropped":
            _hang_up(receive)
        else:
            answer = await _captured(self.app, scope, body)
            await _spoil(answer, fault, receive, send)


def _seen(engine: str, scope: Scope, body: bytes) -> Seen:
    wav = body.find(b"RIFF")
    channels = read_wav(body[wav:]) if wav >= 0 else None
    return Seen(
        engine=engine,
        method=scope["method"],
        path=scope["path"],
        query=scope["query_string"].decode(),
        headers={name.decode(): value.decode() for name, value in scope["headers"]},
        body=body if len(body) <= _KEPT_BYTES else b"",
        sound=sound_id(channels) if channels else "",
    )


async def _spoil(answer: list[Message], fault: Fault, receive: Receive, send: Send) -> None:
    body = b"".join(part.get("body", b"") for part in answer[1:])
    if fault.kind == "lost":
        _hang_up(receive)
    elif fault.kind == "truncated_json":
        await _send(send, answer[0], body[: len(body) // 2])
    elif fault.kind == "oversized":
        await _send(send, answer[0], body[:-1] + b" " * _OVERSIZED_BYTES + body[-1:])
    elif fault.kind == "cut_off":
        await send(answer[0])
        await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        await asyncio.sleep(0.02)  # so that the half is on its way
        _hang_up(receive)
    else:
        await send(answer[0])
        for place in range(len(body)):
            await send({"type": "http.response.body", "body": body[place : place + 1], "more_body": True})
            await asyncio.sleep(fault.pace_s)
        await send({"type": "http.response.body", "body": b""})


async def _send(send: Send, start: Message, body: bytes) -> None:
    headers = [(name, value) for name, value in start["headers"] if name != b"content-length"]
    await send({**start, "headers": [*headers, (b"content-length", str(len(body)).encode())]})
    await send({"type": "http.response.body", "body": body})


async def _captured(app: ASGIApp, scope: Scope, body: bytes) -> list[Message]:
    messages: list[Message] = []

    async def keep(message: Message) -> None:
        messages.append(message)

    await app(scope, _replayed(body), keep)
    return messages


async def _body(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


def _replayed(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def _hang_up(receive: Any) -> None:
    """End the connection without a word: ASGI has no way to, so the server's transport is taken."""
    receive.__self__.transport.abort()
