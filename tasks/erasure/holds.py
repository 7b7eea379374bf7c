"""Legal holds: calls, customers and queues of which nothing may be erased until the hold is lifted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Literal
from uuid import uuid4

from tasks.account import account
from tasks.errors import SettingsError
from tasks.lake.catalog import in_turn
from tasks.lake.landing import add_rows
from tasks.lake.tables import as_table

if TYPE_CHECKING:
    from collections.abc import Collection

    import duckdb

    from tasks.lake.catalog import Lake

Kind = Literal["call", "customer", "queue"]

_SHORTEST_REASON: Final = 5
_LONGEST_REASON: Final = 500
_ACTIVE: Final = """
select kind, subject, reason, noted_by, noted_at
from stored.holds
qualify row_number() over (partition by kind, subject order by noted_at desc, hold_id) = 1 and action = 'add'
"""


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold in force. A customer's subject is the key, never the id."""

    kind: Kind
    subject: str
    reason: str
    noted_by: str
    noted_at: datetime


def holds_in_force(connection: duckdb.DuckDBPyConnection) -> list[Hold]:
    """Those that were put on and not lifted since, the oldest first."""
    rows = connection.execute(f"{_ACTIVE} order by noted_at, kind, subject").fetchall()
    return [Hold(*row) for row in rows]


def add_hold(
    connection: duckdb.DuckDBPyConnection, lake: Lake, kind: Kind, subject: str, reason: str
) -> None:
    """Put a hold on; safe on the disk when this returns.

    Raises:
        SettingsError: the reason does not say much.
    """
    _note(connection, lake, "add", (kind, subject), reason)


def lift_hold(
    connection: duckdb.DuckDBPyConnection, lake: Lake, kind: Kind, subjects: Collection[str], reason: str
) -> None:
    """Lift a hold. The rows that say who put it on and why stay.

    Raises:
        SettingsError: there is no such hold, or the reason does not say much.
    """
    there = [hold.subject for hold in holds_in_force(connection) if hold.kind == kind]
    lifted = [subject for subject in subjects if subject in there]
    if not lifted:
        raise SettingsError("there is no such hold; list them: callarchive hold list")
    for subject in lifted:
        _note(connection, lake, "remove", (kind, subject), reason)


def held_recordings(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """The SHA-256 of every recording that a hold in force is about; `known_recordings` must be there."""
    rows = connection.execute(
        f"""
        with active as ({_ACTIVE})
        select recording_sha256 from known_recordings
        where call_id in (select subject from active where kind = 'call')
            or customer_key in (select subject from active where kind = 'customer')
            or queue in (select subject from active where kind = 'queue')
        """
    ).fetchall()
    return {sha256 for (sha256,) in rows}


def _note(
    connection: duckdb.DuckDBPyConnection, lake: Lake, action: str, about: tuple[str, str], reason: str
) -> None:
    if not _SHORTEST_REASON <= len(reason.strip()) <= _LONGEST_REASON:
        raise SettingsError(f"say why in {_SHORTEST_REASON} to {_LONGEST_REASON} characters: --reason")
    kind, subject = about
    row = {
        "hold_id": uuid4().hex,
        "action": action,
        "kind": kind,
        "subject": subject,
        "reason": reason.strip(),
        "noted_by": account(),
        "noted_at": datetime.now(UTC),
    }
    with in_turn(lake):
        add_rows(connection, "holds", as_table("holds", [row]))
