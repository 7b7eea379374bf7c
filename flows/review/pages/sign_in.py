"""Signing in and out; a form that was sent too late is kept sealed and sent again after the sign-in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Final
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from flows.review.access import READERS, Form, cookie_name, named_by_proxy, needs, session_of
from flows.review.again import send_again
from flows.review.rendering import render
from flows.review.safety import SAFE_METHODS
from flows.review.sealing import PendingForm
from flows.review.setup import setup_of
from tasks.desk import accounts, audit, sessions
from tasks.desk.accounts import Account
from tasks.desk.sessions import Session

if TYPE_CHECKING:
    from starlette.datastructures import FormData

    from flows.review.access import SignInNeeded

router = APIRouter()

_INSIDE: Final = re.compile(r"/(?![/\\])[^\\\s\x00-\x1f\x7f]*")
"""A path of this app: `//host` and `/\\host` would lead elsewhere."""
_KEPT: Final = frozenset({"/decide"})
"""Forms that are work to lose, and count once however often they are sent. None of them holds a password."""
_UNKNOWN: Final = "The proxy names nobody who has an account here. Ask an admin of this app."
_NO_ACCOUNTS: Final = "There are no accounts yet. Make one: callarchive reviewers add NAME --role admin"
_WRONG: Final = "This name and password do not go together."
_OTHERS: Final = (
    "A decision of another account waits on this page and would be lost. Let that person sign in first, "
    "or open the sign-in page anew."
)


@router.get("/sign-in")
def ask(request: Request, next: str = "/") -> Response:  # noqa: A002  (what such a parameter is called)
    """The form; behind a proxy that names the account, the sign-in itself."""
    if not _proxy_names(request):
        return _form(request, next)
    account = _by_proxy(request)
    return (
        _begin(request, account, next)[0] if account else _form(request, next, problem=_UNKNOWN, status=403)
    )


@router.post("/sign-in")
async def sign_in(request: Request, form: Form) -> Response:
    """A new session, whatever the browser held before; then the page that was asked for, or the kept form."""
    checked = await run_in_threadpool(_checked, request, form)
    if isinstance(checked, Response):
        return checked
    pending = setup_of(request).seal.open(text_of(form, "pending"))
    if pending is not None and pending.account != checked.name:
        return _form(request, problem=_OTHERS, pending=text_of(form, "pending"), status=409)
    response, token, session = await run_in_threadpool(_begin, request, checked, text_of(form, "next"))
    if pending is None:
        return response
    again = await send_again(request, pending, f"{cookie_name(request)}={token}", session.csrf_token)
    again.raw_headers.extend(header for header in response.raw_headers if header[0] == b"set-cookie")
    return again


@router.post("/sign-out")
def sign_out(request: Request, account: Annotated[Account, needs(*READERS)]) -> Response:
    """Back to the sign-in, with the session ended."""
    setup = setup_of(request)
    sessions.end(setup.desk, request.state.session, setup.clock())
    audit.note(setup.desk, account.name, "signed_out", setup.clock())
    response = RedirectResponse("/sign-in", 303)
    response.delete_cookie(cookie_name(request), secure=setup.place.secure, httponly=True, samesite="strict")
    return response


async def sign_in_needed(request: Request, needed: SignInNeeded) -> Response:
    """Where to sign in; a form that the expired session had truly sent waits there, sealed."""
    if request.method in SAFE_METHODS:
        if request.headers.get("sec-fetch-dest", "document") != "document":
            return PlainTextResponse("sign in again\n", 401)
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"/sign-in?next={quote(request.url.path + query, safe='')}", 303)
    if needed.account is None or needed.form is None or request.url.path not in _KEPT:
        return _form(request, problem="Your session was over. This was not done.", status=401)
    fields = tuple((name, value) for name, value in needed.form.multi_items() if isinstance(value, str))
    sealed = setup_of(request).seal.close(PendingForm(needed.account, request.url.path, fields))
    told = f"Your session is over. Sign in as {needed.account}: what you decided is kept and will be saved."
    return _form(request, notice=told, pending=sealed, status=401)


def inside(target: str) -> str:
    """A path of this app; the start page in place of anything else."""
    return target if _INSIDE.fullmatch(target) else "/"


def text_of(form: FormData, name: str) -> str:
    """A field of a form; empty where it was not sent."""
    value = form.get(name)
    return value if isinstance(value, str) else ""


def _form(  # noqa: PLR0913  (what may stand on the page)
    request: Request,
    target: str = "/",
    *,
    problem: str | None = None,
    notice: str | None = None,
    pending: str = "",
    status: int = 200,
) -> Response:
    if problem is None and not accounts.all_accounts(setup_of(request).desk):
        problem = _NO_ACCOUNTS
    return render(
        request,
        "sign_in.html.j2",
        status,
        next=inside(target),
        problem=problem,
        notice=notice,
        pending=pending,
        with_password=not _proxy_names(request),
    )


def _checked(request: Request, form: FormData) -> Account | Response:
    """Whose sign-in this is, or the form once more."""
    setup = setup_of(request)
    kept = {"target": text_of(form, "next"), "pending": text_of(form, "pending")}
    if _proxy_names(request):
        return _by_proxy(request) or _form(request, problem=_UNKNOWN, status=403, **kept)
    name = text_of(form, "name").strip().lower()
    blind, now = setup.seal.blind(name), setup.clock()
    wait_s = sessions.try_in(setup.desk, blind, _address(request), now)
    if wait_s:
        told = f"Too many tries. Wait {wait_s // 60 + 1} minutes."
        response = _form(request, problem=told, status=429, **kept)
        response.headers["Retry-After"] = str(wait_s)
        return response
    account = accounts.account_with(setup.desk, name, text_of(form, "password"))
    if account is None:
        known = accounts.account_named(setup.desk, name)
        audit.note(setup.desk, known.name if known else "-", "sign_in_failed", now, detail=_address(request))
        return _form(request, problem=_WRONG, status=401, **kept)
    sessions.got_in(setup.desk, blind)
    return account


def _begin(request: Request, account: Account, target: str) -> tuple[Response, str, Session]:
    """A new session in place of the one before, so that nobody can know its token beforehand."""
    setup = setup_of(request)
    before = session_of(request)
    if before is not None:
        sessions.end(setup.desk, before, setup.clock())
    token, session = sessions.begin(setup.desk, account.name, setup.clock())
    audit.note(setup.desk, account.name, "signed_in", setup.clock(), detail=_address(request))
    response = RedirectResponse(inside(target), 303)
    secure = setup.place.secure
    response.set_cookie(cookie_name(request), token, httponly=True, samesite="strict", secure=secure)
    return response, token, session


def _proxy_names(request: Request) -> bool:
    proxy = setup_of(request).place.proxy
    return proxy is not None and proxy.header is not None


def _by_proxy(request: Request) -> Account | None:
    account = accounts.account_named(setup_of(request).desk, named_by_proxy(request) or "")
    return account if account is not None and account.disabled_at is None else None


def _address(request: Request) -> str:
    """Where a try comes from; behind a proxy, what that has added to X-Forwarded-For."""
    peer = request.client.host if request.client else ""
    if setup_of(request).place.proxy is None:
        return peer
    forwarded = request.headers.getlist("x-forwarded-for")
    return forwarded[-1].rpartition(",")[2].strip()[:64] or peer if forwarded else peer
