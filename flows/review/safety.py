"""Around every page: whose requests are served, how long they are, what browsers may do with answers."""

from __future__ import annotations

import asyncio
import logging
import time
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from flows.review.place import Place

log = logging.getLogger("callarchive.review")

SAFE_METHODS: Final = frozenset({"GET", "HEAD"})
_METHODS: Final = SAFE_METHODS | {"POST"}
_FORM: Final = "application/x-www-form-urlencoded"
_MOST_BYTES: Final = 64 * 1024
"""Longer than any form here; there are no uploads."""
_LONGEST_S: Final = 10.0
"""A form that takes longer to arrive is somebody holding the connection."""

_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; media-src 'self' blob:; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Referrer-Policy": "same-origin",  # with no-referrer browsers would send no Origin with forms
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
}
_STATIC: Final = "/static/"


class Refused(Exception):
    """A request that is answered with a status and one line, before any page sees it."""

    def __init__(self, status: int, line: str) -> None:
        """The status, and the line."""
        super().__init__(line)
        self.status = status
        self.line = line


@dataclass(frozen=True, slots=True)
class Safety:
    """ASGI around the app. Nothing of a request but method, route, status and time is logged."""

    app: ASGIApp
    place: Place

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        answer = _Answer(scope, send, secure=self.place.secure)
        try:
            self._refuse(scope)
            safe = scope["method"] in SAFE_METHODS
            await self.app(scope, receive if safe else _limited(receive), answer.send)
        except Refused as refused:
            await answer.instead(refused.status, refused.line, scope, receive)
        except Exception as error:  # noqa: BLE001  (its message may quote a customer: neither shown nor logged)
            log.error("%s", where(error))  # noqa: TRY400
            await answer.instead(500, "Something went wrong. Nothing was lost.", scope, receive)
        answer.log()

    def _refuse(self, scope: Scope) -> None:
        headers = Headers(scope=scope)
        peer = scope["client"][0] if scope.get("client") else None
        if self.place.proxy is not None and not self.place.proxy.is_at(peer):
            raise Refused(403, "This app is reached through its proxy.")
        if len(headers.getlist("host")) != 1 or not self.place.knows(headers["host"]):
            raise Refused(421, "This app is not known under that name.")
        if scope["method"] not in _METHODS:
            raise Refused(405, "This is not done here.")
        if "\0" in scope["path"] or b"%00" in scope["query_string"]:  # DuckDB takes no such text
            raise Refused(400, "This address cannot be read.")
        if scope["method"] not in SAFE_METHODS:
            self._refuse_foreign(headers)

    def _refuse_foreign(self, headers: Headers) -> None:
        """Every browser says where a form comes from; a script without an origin has no cookie either."""
        if (
            headers.getlist("origin") != [headers.get("origin")]
            or headers["origin"] not in self.place.origins
        ):
            raise Refused(403, "This form does not come from this app.")
        if headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
            raise Refused(415, "Forms are sent as application/x-www-form-urlencoded.")
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > _MOST_BYTES:
            raise Refused(413, "This form is too long.")


def where(error: BaseException) -> str:
    """What failed and where in the code, without the error's own words."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "site-packages" not in frame.filename] or list(frames)
    place = f" at {Path(own[-1].filename).name}:{own[-1].lineno}" if own else ""
    return f"unexpected {type(error).__name__}{place}"


def _limited(receive: Receive) -> Receive:
    """A body that is too long or too slow ends the request."""
    ends = time.monotonic() + _LONGEST_S
    taken = 0
    whole = False

    async def take() -> Message:
        nonlocal taken, whole
        if whole:  # from now on it only waits for the browser to go away
            return await receive()
        try:
            async with asyncio.timeout(max(0.0, ends - time.monotonic())):
                message = await receive()
        except TimeoutError:
            raise Refused(408, "This form took too long to arrive.") from None
        taken += len(message.get("body", b""))
        if taken > _MOST_BYTES:
            raise Refused(413, "This form is too long.")
        whole = not message.get("more_body", False)
        return message

    return take


@dataclass(slots=True)
class _Answer:
    """What goes back: every one with the headers."""

    scope: Scope
    to: Send
    secure: bool
    status: int | None = None
    began: float = 0.0

    def __post_init__(self) -> None:
        self.began = time.perf_counter()

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers[name] = value
            static = self.scope["path"].startswith(_STATIC) and self.status in {200, 304}
            headers["Cache-Control"] = "no-cache" if static else "no-store"
            if self.secure:
                headers["Strict-Transport-Security"] = "max-age=31536000"
        await self.to(message)

    async def instead(self, status: int, line: str, scope: Scope, receive: Receive) -> None:
        """One line, unless something is on its way already; then the connection breaks off."""
        if self.status is None:
            await PlainTextResponse(f"{line}\n", status)(scope, receive, self.send)

    def log(self) -> None:
        route: Any = self.scope.get("route")
        path = getattr(route, "path", None) or "-"
        took_ms = (time.perf_counter() - self.began) * 1000
        log.info("%s %s %s %.0f ms", self.scope["method"][:8], path, self.status, took_ms)
