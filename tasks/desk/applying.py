"""What the desk hands to who applies decisions, and what it notes when they are in the lake."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tasks.desk.decisions import decided_where
from tasks.desk.store import stamp

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import datetime

    from tasks.desk.store import Desk
    from tasks.desk.verdicts import Decided


AGAIN: Final = ""
"""In place of the moment a decision was applied: it was, and its call has landed anew since."""
AGAIN_OR_NEVER: Final = f"coalesce(applied_at, '{AGAIN}') = '{AGAIN}'"


def calls_to_apply(desk: Desk) -> list[str]:
    """The calls with a decision that is not in the lake yet."""
    with desk.connection() as connection:
        rows = connection.execute(
            f"select distinct call_id from decisions where {AGAIN_OR_NEVER} order by call_id"
        )
        return [row["call_id"] for row in rows]


def calls_muted_too_much(desk: Desk) -> list[str]:
    """The calls whose sound is muted where a person has said that it need not be."""
    with desk.connection() as connection:
        return [row["call_id"] for row in connection.execute("select call_id from sound_waits order by 1")]


def decisions_of_calls(desk: Desk, call_ids: Collection[str]) -> dict[str, list[Decided]]:
    """All decisions about these calls, each call's in the order they were made."""
    with desk.connection() as connection:
        return {
            call_id: decided_where(connection, "decisions.call_id = ?", [call_id]) for call_id in call_ids
        }


def note_applied(desk: Desk, decided: Iterable[Decided], landed_at: datetime) -> None:
    """The lake has these decisions in their call as it landed then; what lands later must have them again."""
    with desk.connection(write=True) as connection:
        connection.executemany(
            "update decisions set applied_at = ? where review_id = ?",
            [(stamp(landed_at), one.review_id) for one in decided],
        )


def note_sound(desk: Desk, is_whole: Mapping[str, bool], now: datetime) -> None:
    """Which calls' sound is as the words are now, and which still is muted where it need not be."""
    waiting = [call_id for call_id, whole in is_whole.items() if not whole]
    with desk.connection(write=True) as connection:
        connection.executemany(
            "delete from sound_waits where call_id = ?", [(call_id,) for call_id in is_whole]
        )
        connection.executemany(
            "insert into sound_waits values (?, ?)", [(call_id, stamp(now)) for call_id in waiting]
        )
