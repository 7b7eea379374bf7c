"""Who may use the review app, in which role, and the passwords' argon2 hashes."""

from __future__ import annotations

import re
import sqlite3
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from tasks.desk import audit
from tasks.desk.sessions import end_all
from tasks.desk.store import stamp
from tasks.errors import SettingsError

if TYPE_CHECKING:
    from datetime import datetime

    from tasks.desk.store import Desk

Role = Literal["reviewer", "lead", "auditor", "admin"]
"""reviewer decides; lead also settles disputes and unmasks; auditor only reads; admin also keeps accounts."""

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")
_SHORTEST: Final = 12
_LONGEST: Final = 256
_HASHER: Final = PasswordHasher()
_NOBODYS_HASH: Final = (
    "$argon2id$v=19$m=65536,t=3,p=4$sgcHVERoxBYtbBBG0xNIiw$3CgLfe19yfczynNR70FKaSjIQdt6lVyMF5Ax6TGDmMA"
)
"""What a password is held against where there is no account, so that both take equally long."""
_AT_ONCE: Final = threading.BoundedSemaphore(2)
"""Each check takes 64 MiB; a flood of them must not take the machine's memory."""


@dataclass(frozen=True, slots=True)
class Account:
    """One person who may sign in, unless disabled."""

    name: str
    role: Role
    created_at: str
    disabled_at: str | None


def add(  # noqa: PLR0913  (what an account is, and who made it when)
    desk: Desk, name: str, role: Role, password: str | None, now: datetime, *, by: str
) -> None:
    """Make an account; without a password only a proxy can sign it in.

    Raises:
        SettingsError: the name or the password cannot be used, or the name is taken.
    """
    if not _NAME.fullmatch(name):
        raise SettingsError("an account's name is lower-case letters, digits and . _ @ -, at most 64")
    hashed = _hash(name, password) if password is not None else ""
    try:
        with desk.connection(write=True) as connection:
            connection.execute(
                "insert into accounts values (?, ?, ?, ?, null)", [name, hashed, role, stamp(now)]
            )
    except sqlite3.IntegrityError:
        raise SettingsError(f"there is an account {name} already") from None
    audit.note(desk, by, "account_added", now, detail=f"{name}: {role}")


def set_password(desk: Desk, name: str, password: str, now: datetime, *, by: str) -> None:
    """Give an account another password, and end all its sessions.

    Raises:
        SettingsError: there is no such account, or the password cannot be used.
    """
    _change(desk, name, "password_hash", _hash(name, password))
    end_all(desk, name, now)
    audit.note(desk, by, "password_changed", now, detail=name)


def disable(desk: Desk, name: str, now: datetime, *, by: str) -> None:
    """Let an account sign in no more, and end all its sessions. What it decided stays.

    Raises:
        SettingsError: there is no such account.
    """
    _change(desk, name, "disabled_at", stamp(now))
    end_all(desk, name, now)
    audit.note(desk, by, "account_disabled", now, detail=name)


def enable(desk: Desk, name: str, now: datetime, *, by: str) -> None:
    """Let a disabled account sign in again.

    Raises:
        SettingsError: there is no such account.
    """
    _change(desk, name, "disabled_at", None)
    audit.note(desk, by, "account_enabled", now, detail=name)


def give_role(desk: Desk, name: str, role: Role, now: datetime, *, by: str) -> None:
    """Give an account another role, which counts from its next request on.

    Raises:
        SettingsError: there is no such account.
    """
    _change(desk, name, "role", role)
    audit.note(desk, by, "role_given", now, detail=f"{name}: {role}")


def account_named(desk: Desk, name: str) -> Account | None:
    """An account, disabled or not; None where there is none."""
    with desk.connection() as connection:
        row = connection.execute(
            "select name, role, created_at, disabled_at from accounts where name = ?", [name]
        ).fetchone()
    return Account(*row) if row else None


def all_accounts(desk: Desk) -> list[Account]:
    """Every account by name."""
    with desk.connection() as connection:
        rows = connection.execute("select name, role, created_at, disabled_at from accounts order by name")
        return [Account(*row) for row in rows]


def account_with(desk: Desk, name: str, password: str) -> Account | None:
    """The account whose password this is; None takes as long, whatever the reason."""
    with desk.connection() as connection:
        row = connection.execute("select password_hash from accounts where name = ?", [name]).fetchone()
    fits = _fits(row["password_hash"] if row and row["password_hash"] else _NOBODYS_HASH, password)
    account = account_named(desk, name)
    return account if fits and account and account.disabled_at is None else None


def _fits(hashed: str, password: str) -> bool:
    with _AT_ONCE:
        try:
            return _HASHER.verify(hashed, password[:_LONGEST])
        except (VerificationError, InvalidHashError):
            return False


def _hash(name: str, password: str) -> str:
    if not _SHORTEST <= len(password) <= _LONGEST:
        raise SettingsError(f"a password has {_SHORTEST} to {_LONGEST} characters")
    if name in password.lower() or len(set(password)) < 5:
        raise SettingsError("this password is too easily guessed")
    return _HASHER.hash(password)


def _change(desk: Desk, name: str, column: str, value: str | None) -> None:
    with desk.connection(write=True) as connection:
        done = connection.execute(f"update accounts set {column} = ? where name = ?", [value, name])
        if not done.rowcount:
            raise SettingsError(f"there is no account {name}; list them: callarchive reviewers list")
