"""Accounts, for admins; and everybody's own password."""

from __future__ import annotations

from typing import Annotated, cast, get_args

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from flows.review.access import ADMINS, READERS, Form, needs
from flows.review.pages.sign_in import text_of
from flows.review.rendering import render
from flows.review.setup import setup_of
from tasks.desk import accounts, sessions
from tasks.desk.accounts import Account, Role
from tasks.errors import SettingsError

router = APIRouter()
Admin = Annotated[Account, needs(*ADMINS)]
Anybody = Annotated[Account, needs(*READERS)]


@router.get("/accounts")
def listed(request: Request, account: Admin) -> Response:  # noqa: ARG001  (asked for to be an admin)
    """All accounts, with what can be changed."""
    shown = accounts.all_accounts(setup_of(request).desk)
    return render(request, "accounts.html.j2", all_accounts=shown, roles=get_args(Role))


@router.post("/accounts/role")
def give_role(request: Request, account: Admin, form: Form) -> Response:
    """Another role."""
    setup, role = setup_of(request), text_of(form, "role")
    if role not in get_args(Role):
        raise HTTPException(400)
    accounts.give_role(setup.desk, _other(form, account), cast("Role", role), setup.clock(), by=account.name)
    return RedirectResponse("/accounts", 303)


@router.post("/accounts/disable")
def disable(request: Request, account: Admin, form: Form) -> Response:
    """No more sign-ins, and signed out everywhere."""
    setup = setup_of(request)
    accounts.disable(setup.desk, _other(form, account), setup.clock(), by=account.name)
    return RedirectResponse("/accounts", 303)


@router.post("/accounts/enable")
def enable(request: Request, account: Admin, form: Form) -> Response:
    """Sign-ins again."""
    setup = setup_of(request)
    accounts.enable(setup.desk, _other(form, account), setup.clock(), by=account.name)
    return RedirectResponse("/accounts", 303)


@router.get("/password")
def ask_password(request: Request, account: Anybody) -> Response:  # noqa: ARG001  (asked for to be signed in)
    """The form."""
    return render(request, "password.html.j2", problem=None)


@router.post("/password")
def change_password(request: Request, account: Anybody, form: Form) -> Response:
    """Another password of one's own; every session of the account ends."""
    setup = setup_of(request)
    new, problem = text_of(form, "new"), None
    blind = setup.seal.blind(account.name)
    if sessions.try_in(setup.desk, blind, f"password of {blind}", setup.clock()):
        problem = "Too many tries. Wait a quarter of an hour."
    elif new != text_of(form, "again"):
        problem = "The two new passwords differ."
    elif accounts.account_with(setup.desk, account.name, text_of(form, "current")) is None:
        problem = "The present password is another one."
    else:
        try:
            accounts.set_password(setup.desk, account.name, new, setup.clock(), by=account.name)
        except SettingsError as error:
            problem = str(error)
    if problem:
        return render(request, "password.html.j2", 400, problem=problem)
    return RedirectResponse("/sign-in", 303)


def _other(form: Form, account: Account) -> str:
    """The account that is to be changed: nobody locks themselves out, or up."""
    name = text_of(form, "name")
    if name == account.name:
        raise HTTPException(400, "Your own account is for another admin to change.")
    return name
