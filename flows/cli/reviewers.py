"""`callarchive reviewers`: who may sign in to the review app."""

from __future__ import annotations

import sys
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from flows.cli.options import Json, Lake
from flows.cli.output import print_json, say
from tasks.account import account as person_here
from tasks.desk import accounts
from tasks.desk.accounts import Role
from tasks.desk.store import Desk, desk_of
from tasks.errors import SettingsError
from tasks.lake.catalog import Lake as LakeAt
from tasks.settings import load_settings

Name = Annotated[str, typer.Argument(help="The account's name: lower-case letters, digits and . _ @ -")]
AskedRole = Annotated[Role, typer.Option("--role", help="What the account may do.", show_default=False)]
FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from stdin instead of asking twice.")
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(no_args_is_help=True)
    group.command("add")(add)
    group.command("password")(password)
    group.command("role")(role)
    group.command("disable")(disable)
    group.command("enable")(enable)
    group.command("list")(list_accounts)
    app.add_typer(group, name="reviewers", help="Accounts of the review app: add, disable, list, passwords.")


def add(
    name: Name,
    role: AskedRole,
    password_stdin: FromStdin = False,
    proxy_only: Annotated[
        bool, typer.Option("--proxy-only", help="No password: only a proxy can sign this account in.")
    ] = False,
    lake: Lake = None,
) -> None:
    """Make an account. The password is asked for twice, and only its argon2 hash is kept.

    reviewer decides; lead also settles disputes, sees quality and unmasks; auditor only reads, the audit log
    included; admin also keeps accounts.

    Example: callarchive reviewers add maria --role reviewer
    """
    desk = _desk(lake)
    chosen = None if proxy_only else _password(from_stdin=password_stdin)
    accounts.add(desk, name, role, chosen, _now(), by=person_here())
    say(f"{name} may sign in as {role}")


def password(name: Name, password_stdin: FromStdin = False, lake: Lake = None) -> None:
    """Give an account another password, and sign it out everywhere.

    Example: callarchive reviewers password maria
    """
    desk = _desk(lake)
    chosen = _password(from_stdin=password_stdin)
    accounts.set_password(desk, name, chosen, _now(), by=person_here())
    say(f"{name} has another password, and is signed out everywhere")


def role(name: Name, role: AskedRole, lake: Lake = None) -> None:
    """Give an account another role.

    Example: callarchive reviewers role maria --role lead
    """
    accounts.give_role(_desk(lake), name, role, _now(), by=person_here())
    say(f"{name} is {role} from now on")


def disable(name: Name, lake: Lake = None) -> None:
    """Let an account sign in no more, and sign it out everywhere. What it decided stays.

    Example: callarchive reviewers disable maria
    """
    accounts.disable(_desk(lake), name, _now(), by=person_here())
    say(f"{name} cannot sign in any more")


def enable(name: Name, lake: Lake = None) -> None:
    """Let a disabled account sign in again.

    Example: callarchive reviewers enable maria
    """
    accounts.enable(_desk(lake), name, _now(), by=person_here())
    say(f"{name} may sign in again")


def list_accounts(lake: Lake = None, json: Json = False) -> None:
    """Show all accounts.

    Example: callarchive reviewers list
    """
    found = accounts.all_accounts(_desk(lake))
    if json:
        print_json([asdict(one) for one in found])
        return
    for one in found:
        say(f"{one.name:24} {one.role:10}{'disabled' if one.disabled_at else ''}")
    if not found:
        say("no accounts yet: callarchive reviewers add NAME --role admin")


def _desk(lake: str | None) -> Desk:
    settings = load_settings(lake=lake)
    place = LakeAt.at(settings.lake)
    if not place.exists():
        raise SettingsError(f"no lake at {place.address}; make one: callarchive ingest FOLDER")
    return desk_of(settings, place)


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    chosen: str = typer.prompt("Password, 12 characters or more", hide_input=True, confirmation_prompt=True)
    return chosen


def _now() -> datetime:
    return datetime.now(UTC)
