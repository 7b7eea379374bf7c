"""What people see when a request cannot be served: a status and what to do, nothing of what failed."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from fastapi import HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, Response
from starlette.exceptions import HTTPException as AnyHTTPException

from flows.review.access import SignInNeeded
from flows.review.pages.sign_in import sign_in_needed
from flows.review.rendering import render
from flows.review.safety import where
from tasks.errors import CallArchiveError, KeyMissing

if TYPE_CHECKING:
    from fastapi import FastAPI

log = logging.getLogger("callarchive.review")

_LINES: Final = {
    400: "This form or address cannot be read. Go back and try again.",
    403: "Your role does not allow this, or the form was not made for your session.",
    404: "There is nothing here, or not any more.",
    405: "This is not done here.",
    409: "Somebody else was faster. Go back and look again.",
}


def register(app: FastAPI) -> None:
    """Let the app answer with these pages."""
    app.add_exception_handler(SignInNeeded, sign_in_needed)  # type: ignore[arg-type]  # Starlette asks for Exception
    app.add_exception_handler(AnyHTTPException, _refused)  # type: ignore[arg-type]  # the same
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(CallArchiveError, _failed)


def problem(request: Request, status: int, line: str | None = None) -> HTMLResponse:
    """The page that says what is wrong; `line` may hold no words of a call."""
    return render(request, "problem.html.j2", status, line=line or _LINES.get(status, "This cannot be done."))


async def _refused(request: Request, error: HTTPException) -> Response:
    own = isinstance(error, HTTPException) and error.detail != HTTPStatus(error.status_code).phrase
    return problem(request, error.status_code, error.detail if own else None)


async def _unreadable(request: Request, _: Exception) -> Response:
    return problem(request, 400)


async def _failed(request: Request, error: Exception) -> Response:
    log.error("%s", where(error))
    missing = "The key for this is not on this machine. Ask whoever runs callarchive."
    unread = "The lake cannot be read just now. Try again; if it stays, ask whoever runs callarchive."
    return problem(request, 503, missing if isinstance(error, KeyMissing) else unread)
