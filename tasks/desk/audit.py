"""The audit log: who saw or did what, when. Rows are only added, each chained to the one before."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tasks.desk.store import stamp

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from tasks.desk.store import Desk

_COLUMNS: Final = "seq, at, account, action, call_id, detail, chain"
_ASKED: Final = ("account", "action", "call_id")
_LONGEST: Final = 500


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the log; `chain` is the SHA-256 over it and the chain of the row before, in hex."""

    seq: int
    at: str
    account: str
    action: str
    call_id: str | None
    detail: str | None
    chain: str


def note(  # noqa: PLR0913  (a row has as many columns)
    desk: Desk,
    account: str,
    action: str,
    now: datetime,
    *,
    call_id: str | None = None,
    detail: str | None = None,
) -> None:
    """Add a row; it is safe on the disk when this returns. Neither text may hold words of a call."""
    with desk.connection(write=True) as connection:
        _add(connection, (stamp(now), account, action, call_id, detail))


def note_calls(desk: Desk, account: str, action: str, now: datetime, call_ids: Iterable[str]) -> None:
    """Add a row for each of these calls, all of them at once."""
    with desk.connection(write=True) as connection:
        for call_id in call_ids:
            _add(connection, (stamp(now), account, action, call_id, None))


def noted_since(desk: Desk, account: str, action: str, call_id: str, since: datetime) -> bool:
    """Whether there is such a row from this moment on."""
    with desk.connection() as connection:
        found = connection.execute(
            "select 1 from audit where call_id = ? and account = ? and action = ? and at >= ? limit 1",
            [call_id, account, action, stamp(since)],
        ).fetchone()
    return found is not None


def entries(
    desk: Desk, asked: Mapping[str, str] | None = None, *, before: int | None = None, limit: int = 100
) -> list[Entry]:
    """The newest rows first, from before a number on; `asked` may hold account, action and call_id."""
    wanted: dict[str, str | int] = {f"{name} = ?": asked[name] for name in _ASKED if asked and name in asked}
    if before is not None:
        wanted["seq < ?"] = before
    where = f"where {' and '.join(wanted)}" if wanted else ""
    with desk.connection() as connection:
        rows = connection.execute(
            f"select {_COLUMNS} from audit {where} order by seq desc limit ?", [*wanted.values(), limit]
        )
        return [Entry(*row) for row in rows]


def first_broken(desk: Desk) -> int | None:
    """The number of the first row that was changed, or that stands where one was taken out; None if none.

    Rows cut off at the end do not show here: whoever wrote down the newest chain would miss it.
    """
    with desk.connection() as connection:
        chain = ""
        for row in connection.execute(f"select {_COLUMNS} from audit order by seq"):
            chain = chained(chain, _facts(row))
            if chain != row["chain"]:
                return int(row["seq"])
    return None


def chained(before: str, facts: tuple[str | None, ...]) -> str:
    """What chains a row (at, account, action, call_id, detail) to the row before."""
    return hashlib.sha256(json.dumps([before, *facts]).encode()).hexdigest()


def _add(connection: sqlite3.Connection, row: tuple[str | None, ...]) -> None:
    last = connection.execute("select chain from audit order by seq desc limit 1").fetchone()
    facts = tuple(text and text[:_LONGEST] for text in row)
    connection.execute(
        "insert into audit (at, account, action, call_id, detail, chain) values (?, ?, ?, ?, ?, ?)",
        [*facts, chained(last["chain"] if last else "", facts)],
    )


def _facts(row: sqlite3.Row) -> tuple[str | None, ...]:
    return tuple(row)[1:-1]
