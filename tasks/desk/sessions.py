"""Sessions of people who have signed in, and how often a sign-in may fail."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from tasks.desk.store import moment, stamp

if TYPE_CHECKING:
    from tasks.desk.store import Desk

LONGEST: Final = timedelta(hours=12)
"""However busy a session is, it ends after a working day."""
_SEEN_EVERY: Final = timedelta(minutes=1)
_WINDOW: Final = timedelta(minutes=15)
_MOST_FOR_ACCOUNT: Final = 10
_MOST_FROM_ADDRESS: Final = 30
_KEPT: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Session:
    """A session as the desk knows it: the token itself is only in the browser."""

    token_hash: str
    account: str
    csrf_token: str
    created_at: datetime
    seen_at: datetime
    ended_at: datetime | None

    def is_live(self, now: datetime, idle_minutes: float) -> bool:
        """Whether it still counts."""
        idle = timedelta(minutes=idle_minutes)
        return self.ended_at is None and now < self.seen_at + idle and now < self.created_at + LONGEST


def begin(desk: Desk, account: str, now: datetime) -> tuple[str, Session]:
    """A new session, and the token that names it, 256 random bits."""
    token = secrets.token_urlsafe(32)
    session = Session(_hash(token), account, secrets.token_urlsafe(32), now, now, None)
    at = stamp(now)
    with desk.connection(write=True) as connection:
        connection.execute("delete from sessions where seen_at < ?", [stamp(now - _KEPT)])
        connection.execute(
            "insert into sessions values (?, ?, ?, ?, ?, null)",
            [session.token_hash, account, session.csrf_token, at, at],
        )
    return token, session


def session_of(desk: Desk, token: str) -> Session | None:
    """The session that a token names, be it live or not."""
    with desk.connection() as connection:
        row = connection.execute("select * from sessions where token_hash = ?", [_hash(token)]).fetchone()
    if row is None:
        return None
    ended = moment(row["ended_at"]) if row["ended_at"] else None
    return Session(
        row["token_hash"],
        row["account"],
        row["csrf_token"],
        moment(row["created_at"]),
        moment(row["seen_at"]),
        ended,
    )


def seen(desk: Desk, session: Session, now: datetime) -> None:
    """Note that a session is in use; not more often than once a minute."""
    if now < session.seen_at + _SEEN_EVERY:
        return
    with desk.connection(write=True) as connection:
        connection.execute(
            "update sessions set seen_at = ? where token_hash = ?", [stamp(now), session.token_hash]
        )


def end(desk: Desk, session: Session, now: datetime) -> None:
    """Sign out."""
    _end(desk, "token_hash", session.token_hash, now)


def end_all(desk: Desk, account: str, now: datetime) -> None:
    """Sign an account out everywhere."""
    _end(desk, "account", account, now)


def try_in(desk: Desk, account: str, address: str, now: datetime) -> int:
    """Count one try to sign in; 0 if it may go on, else for how many seconds no further one may.

    Counted before the password is looked at, so that many at once get no more tries than one after another.
    """
    with desk.connection(write=True) as connection:
        connection.execute("delete from attempts where at <= ?", [stamp(now - _WINDOW)])
        limits = (("account", account, _MOST_FOR_ACCOUNT), ("address", address, _MOST_FROM_ADDRESS))
        for column, value, most in limits:
            first = connection.execute(
                f"select at from attempts where {column} = ? order by at desc limit 1 offset ?",
                [value, most - 1],
            ).fetchone()
            if first:
                return int((moment(first["at"]) + _WINDOW - now).total_seconds()) + 1
        connection.execute("insert into attempts values (?, ?, ?)", [account, address, stamp(now)])
    return 0


def got_in(desk: Desk, account: str) -> None:
    """Forget the tries for an account whose password was right."""
    with desk.connection(write=True) as connection:
        connection.execute("delete from attempts where account = ?", [account])


def _end(desk: Desk, column: str, value: str, now: datetime) -> None:
    with desk.connection(write=True) as connection:
        connection.execute(
            f"update sessions set ended_at = ? where {column} = ? and ended_at is null", [stamp(now), value]
        )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
