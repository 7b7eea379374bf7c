"""Marking recordings in the ledger that the next night shall take again, whatever became of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from tasks.lake.catalog import in_turn

if TYPE_CHECKING:
    import duckdb

    from tasks.lake.catalog import Lake

REQUEUED: Final = "taken again by the next night; before: "
"""How the reason of a marked recording begins. Its state stays: the ledger adds up, calls stay landed."""

_CHOSEN: Final = """
state in ('landed', 'quarantined', 'failed') and not starts_with(coalesce(reason, ''), $mark)
and ($state is null or state = $state) and ($call_id is null or call_id = $call_id)
and ($reason is null or contains(lower(coalesce(reason, '')), lower($reason)))
"""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which recordings; what is None does not matter."""

    state: str | None = None
    call_id: str | None = None
    reason: str | None = None
    """Words that the reason contains."""

    def parameters(self) -> dict[str, Any]:
        """As they are bound."""
        return {"state": self.state, "call_id": self.call_id, "reason": self.reason, "mark": REQUEUED}


def requeue(connection: duckdb.DuckDBPyConnection, lake: Lake, chosen: Chosen) -> int:
    """Mark recordings; how many were marked now. Erased and waiting ones are left alone."""
    with in_turn(lake):
        connection.execute("begin")
        count = count_of(connection, chosen)
        connection.execute(
            f"update stored.recordings set reason = $mark || coalesce(reason, state), updated_at = $now "
            f"where {_CHOSEN}",
            chosen.parameters() | {"now": datetime.now(UTC)},
        )
        connection.execute("commit")
    return count


def count_of(connection: duckdb.DuckDBPyConnection, chosen: Chosen) -> int:
    """How many recordings would be marked."""
    row = connection.execute(
        f"select count(*) from stored.recordings where {_CHOSEN}", chosen.parameters()
    ).fetchone()
    return int(row[0]) if row else 0


def requeued(reason: str | None) -> bool:
    """Whether a reason in the ledger is such a mark."""
    return bool(reason and reason.startswith(REQUEUED))
