"""Who is asking, and whether they may: every route names its roles, or the app does not start."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from datetime import timedelta
from typing import Annotated, Any, Final

from fastapi import Depends, HTTPException, Request
from fastapi.dependencies.models import Dependant
from starlette.datastructures import FormData

from flows.review.safety import SAFE_METHODS
from flows.review.setup import setup_of
from tasks.desk import accounts, audit, sessions
from tasks.desk.accounts import Account, Role
from tasks.desk.sessions import Session

READERS: Final[tuple[Role, ...]] = ("reviewer", "lead", "auditor", "admin")
DECIDERS: Final[tuple[Role, ...]] = ("reviewer", "lead", "admin")
LEADS: Final[tuple[Role, ...]] = ("lead", "admin")
AUDITORS: Final[tuple[Role, ...]] = ("auditor", "admin")
ADMINS: Final[tuple[Role, ...]] = ("admin",)

_ONE_HEARING: Final = timedelta(minutes=1)
_MOST_FIELDS: Final = 200


class SignInNeeded(Exception):
    """Nobody is signed in; where the session has expired, whose it was and the form that was sent in it."""

    def __init__(self, account: str | None = None, form: FormData | None = None) -> None:
        """Nothing, or both."""
        super().__init__()
        self.account = account
        self.form = form


async def sent_form(request: Request) -> FormData:
    """The fields of a form; none where none was sent."""
    if request.method in SAFE_METHODS:
        return FormData()
    form = await request.form(max_files=0, max_fields=_MOST_FIELDS)
    if any("\0" in f"{name}{value}" for name, value in form.multi_items()):
        raise HTTPException(400)
    return form


Form = Annotated[FormData, Depends(sent_form)]


_CHECKS: Final[dict[object, frozenset[str]]] = {}
"""The checks that were made by `needs`, with the roles that each lets through."""


def needs(*roles: Role) -> Any:
    """The account that asks, as a dependency, where it has one of these roles.

    A route with `{call_id}` in its path writes its audit row by this; others call `viewed`.
    """
    wanted = frozenset[str](roles)

    def check(request: Request, form: Form) -> Account:
        return _checked(request, form, wanted)

    _CHECKS[check] = wanted
    return Depends(check)


def roles_of(dependant: Dependant) -> frozenset[str] | None:
    """The roles that may use a route; None where it does not say."""
    asked = [_CHECKS.get(one.call) or roles_of(one) for one in dependant.dependencies]
    return next((roles for roles in asked if roles is not None), None)


def viewed(request: Request, call_id: str) -> None:
    """Note that the account sees this call, before it does; a call that is seen on and on, once a minute."""
    setup = setup_of(request)
    name = request.state.account.name
    done = f"viewed {request.scope['route'].path}"
    now = setup.clock()
    if not audit.noted_since(setup.desk, name, done, call_id, now - _ONE_HEARING):
        audit.note(setup.desk, name, done, now, call_id=call_id)


def viewed_in(request: Request, call_ids: Iterable[str]) -> None:
    """Note that the account sees words of these calls, before it does."""
    setup = setup_of(request)
    done = f"viewed {request.scope['route'].path}"
    audit.note_calls(setup.desk, request.state.account.name, done, setup.clock(), call_ids)


def cookie_name(request: Request) -> str:
    """The cookie of a session. With TLS its prefix binds it to this host, the whole of it and https."""
    return "__Host-callarchive" if setup_of(request).place.secure else "callarchive"


def session_of(request: Request) -> Session | None:
    """The session that the browser's cookie names, be it live or not."""
    token = request.cookies.get(cookie_name(request))
    return sessions.session_of(setup_of(request).desk, token) if token else None


def named_by_proxy(request: Request) -> str | None:
    """The account that the proxy has signed in; None where no proxy does that, or it names nobody."""
    proxy = setup_of(request).place.proxy
    if proxy is None or proxy.header is None:
        return None
    names = request.headers.getlist(proxy.header)
    return names[0].strip().lower() if len(names) == 1 else None


def _checked(request: Request, form: FormData, roles: frozenset[str]) -> Account:
    """The account, once its session, the form's token and its role are checked, and the view is noted.

    Raises:
        SignInNeeded: there is no live session.
        HTTPException: 403, the form is forged or the role may not do this.
    """
    session = session_of(request)
    if session is None:
        raise SignInNeeded
    if request.method not in SAFE_METHODS and not _is_from(session, form):
        _refuse(request, session.account, "forged_form")
    setup = setup_of(request)
    now = setup.clock()
    account = accounts.account_named(setup.desk, session.account)
    live = session.is_live(now, setup.settings.review_session_minutes) and _still_named(request, session)
    if not live or account is None or account.disabled_at is not None:
        raise SignInNeeded(session.account, form)
    if account.role not in roles:
        _refuse(request, account.name, "refused")
    sessions.seen(setup.desk, session, now)
    request.state.account = account
    request.state.session = session
    request.state.csrf_token = session.csrf_token
    if call_id := request.path_params.get("call_id"):
        viewed(request, call_id)
    return account


def _still_named(request: Request, session: Session) -> bool:
    proxy = setup_of(request).place.proxy
    return proxy is None or proxy.header is None or named_by_proxy(request) == session.account


def _is_from(session: Session, form: FormData) -> bool:
    token = form.get("csrf_token")
    return isinstance(token, str) and hmac.compare_digest(token.encode(), session.csrf_token.encode())


def _refuse(request: Request, name: str, action: str) -> None:
    setup = setup_of(request)
    audit.note(
        setup.desk, name, action, setup.clock(), detail=f"{request.method} {request.scope['route'].path}"
    )
    raise HTTPException(403)
