"""What operations ask of a lake: the last nights, what waits, what did not land, money, freshness, drift."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from tasks.lake.query import run_query
from tasks.questions.bind import bind
from tasks.questions.loader import load_questions

if TYPE_CHECKING:
    from datetime import date, datetime

    import pyarrow as pa

    from tasks.lake.catalog import Connection

Rows = list[dict[str, Any]]

_NIGHTS: Final = 7
_REASONS: Final = 20
_STATES: Final = """
select state, count(*) as recordings, max(updated_at) as latest, max(first_seen_at) as newest_seen_at
from recordings group by all order by state
"""
_ENGINES: Final = """
select engine, model, count(*) filter (not cache_hit) as requests, count(*) filter (cache_hit) as from_store,
    round(sum(billed_ms) / 60000, 1) as billed_minutes, round(sum(cost_usd), 4) as cost_usd
from engine_usage group by all order by all
"""
_FALLEN_BACK: Final = """
with last_night as (
    select run_id, engine from nights where ended_at is not null and landed > 0
    order by begun_at desc, run_id limit 1
)
select count(*) as calls, count(*) filter (where calls.engine <> last_night.engine) as fallen_back
from calls
join recordings using (recording_sha256)
join last_night on recordings.run_id = last_night.run_id
"""


@dataclass(frozen=True, slots=True)
class Month:
    """What engines were paid in this UTC month, answers that got lost included, and what they may be."""

    start: date
    cost_usd: float
    ceiling_usd: float | None
    """None where no ceiling is set."""

    @property
    def share(self) -> float | None:
        """How much of the ceiling is spent; None without one."""
        if self.ceiling_usd is None:
            return None
        return self.cost_usd / self.ceiling_usd if self.ceiling_usd else 1.0


@dataclass(frozen=True, slots=True)
class Operations:
    """The figures of one lake at one time. Counts, seconds, money and reasons; nothing that was said."""

    at: datetime
    nights: Rows
    """The newest first."""
    states: Rows
    reasons: Rows
    """Why recordings did not land; the most frequent reasons."""
    engines: Rows
    month: Month
    freshness: Rows
    drift: Rows
    calls_of_last_night: int
    fallen_back: int
    """Those of them that another engine than the first heard."""

    def recordings(self, state: str) -> int:
        """How many are in a state."""
        return sum(row["recordings"] for row in self.states if row["state"] == state)

    @property
    def newest_seen_at(self) -> datetime | None:
        """When a recording was last seen for the first time."""
        return max((row["newest_seen_at"] for row in self.states), default=None)

    @property
    def newest_landed_at(self) -> datetime | None:
        """When a call last landed."""
        return max((row["newest_landed_at"] for row in self.freshness), default=None)

    @property
    def newest_call_at(self) -> datetime | None:
        """When the newest call began."""
        return max((at for row in self.freshness if (at := row["newest_call_at"])), default=None)

    def as_dict(self) -> dict[str, Any]:
        """For machines."""
        newest = {
            "call_at": self.newest_call_at,
            "landed_at": self.newest_landed_at,
            "recording_seen_at": self.newest_seen_at,
        }
        return asdict(self) | {"newest": newest, "month": asdict(self.month) | {"share": self.month.share}}


def operations(connection: Connection, now: datetime, ceiling_usd: float | None) -> Operations:
    """The figures as they are now, for a connection that reads; `ceiling_usd` is for a month."""
    start = now.date().replace(day=1)
    spent = ask(connection, "cost_by_month", since=str(start))
    cost_usd = sum(row["cost_usd"] + row["uncertain_cost_usd"] for row in spent)
    (fallback,) = rows_of(run_query(connection, _FALLEN_BACK))
    return Operations(
        at=now,
        nights=ask(connection, "last_nights", newest=str(_NIGHTS)),
        states=rows_of(run_query(connection, _STATES)),
        reasons=ask(connection, "held_back")[:_REASONS],
        engines=rows_of(run_query(connection, _ENGINES)),
        month=Month(start, cost_usd, ceiling_usd),
        freshness=ask(connection, "freshness"),
        drift=ask(connection, "drift"),
        calls_of_last_night=fallback["calls"],
        fallen_back=fallback["fallen_back"],
    )


def ask(connection: Connection, name: str, **given: str) -> Rows:
    """The rows that a named question gives."""
    question = load_questions()[name]
    return rows_of(run_query(connection, question.sql, bind(question, given)))


def rows_of(table: pa.Table) -> Rows:
    """Rows as dictionaries."""
    rows: Rows = table.to_pylist()
    return rows
