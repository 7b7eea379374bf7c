"""The purse: what all workers of a lake spend in a month, so that they do not pass its ceiling together."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from tasks.lake.connection import quoted

if TYPE_CHECKING:
    from tasks.lake.boards import Board


@dataclass(frozen=True, slots=True)
class Purse:
    """Money that is booked, or set aside for requests in flight, in this month (UTC)."""

    board: Board
    month: str = field(default_factory=lambda: f"{datetime.now(UTC):%Y-%m}")
    """That of the run's beginning, like everything that is compared with it."""

    def begin(self, booked_usd: float, *, alone: bool) -> None:
        """Start from the books. Where others are at work, what they have not booked yet counts too."""
        self.board.run(
            f"insert into callarchive_spending values ({quoted(self.month)}, {booked_usd!r}, null) "
            "on conflict (month) do update set usd = excluded.usd "
            f"where {alone} or callarchive_spending.usd < excluded.usd"
        )

    def take(self, usd: float, ceiling_usd: float) -> bool:
        """Set money aside, unless all of it together would pass the ceiling."""
        ticket, month = quoted(uuid4().hex), quoted(self.month)
        rows = self.board.run(
            f"update callarchive_spending set usd = usd + {usd!r}, latest = {ticket} "
            f"where month = {month} and usd + {usd!r} <= {ceiling_usd!r}",
            then=f"select 1 from callarchive_spending where month = {month} and latest = {ticket}",
        )
        return bool(rows)

    def add(self, usd: float) -> None:
        """Count what was spent anyway; less than nothing is given back."""
        if usd:
            self.board.run(
                f"update callarchive_spending set usd = usd + {usd!r} where month = {quoted(self.month)}"
            )
