"""What operations ask of a lake: the last nights, what waits, what did not land, money, freshness, drift."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import timedelta
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
_LAST_INGEST: Final = "select max(ended_at) as at from nights where purpose = 'ingest'"
_LAST_DAY: Final = """
with recent as (select * from nights where ended_at >= $since),
landed as (
    select calls.engine <> recent.engine as fell_back
    from calls
    join recordings using (recording_sha256)
    join recent on recordings.run_id = recent.run_id
)
select
    coalesce(sum(landed), 0)::bigint as landed,
    coalesce(sum(quarantined), 0)::bigint as quarantined,
    coalesce(sum(failed), 0)::bigint as failed,
    (select count(*) from landed where fell_back) as fallen_back
from recent
"""
_HELD_BY_REDACTION: Final = frozenset(("find_pii", "redact"))
"""The stages in which redaction can fail; nothing of such a call lands."""


@dataclass(frozen=True, slots=True)
class LastDay:
    """What the nights that ended in the last 24 hours came to; several workers' runs together."""

    landed: int
    quarantined: int
    failed: int
    fallen_back: int
    """Calls that another engine heard than the first that was named."""


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
    last_ingest_at: datetime | None
    """When an ingest last ended; retries and backfills do not count."""
    last_day: LastDay
    held_by_redaction: int
    """Failed recordings that redaction holds back."""

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
    (last_ingest,) = rows_of(run_query(connection, _LAST_INGEST))
    (last_day,) = rows_of(run_query(connection, _LAST_DAY, {"since": now - timedelta(days=1)}))
    held_back = ask(connection, "held_back")
    return Operations(
        at=now,
        nights=ask(connection, "last_nights", newest=str(_NIGHTS)),
        states=rows_of(run_query(connection, _STATES)),
        reasons=held_back[:_REASONS],
        engines=rows_of(run_query(connection, _ENGINES)),
        month=Month(start, cost_usd, ceiling_usd),
        freshness=ask(connection, "freshness"),
        drift=ask(connection, "drift"),
        last_ingest_at=last_ingest["at"],
        last_day=LastDay(**last_day),
        held_by_redaction=sum(
            row["recordings"]
            for row in held_back
            if row["state"] == "failed" and row["stage"] in _HELD_BY_REDACTION
        ),
    )


def ask(connection: Connection, name: str, **given: str) -> Rows:
    """The rows that a named question gives."""
    question = load_questions()[name]
    return rows_of(run_query(connection, question.sql, bind(question, given)))


def rows_of(table: pa.Table) -> Rows:
    """Rows as dictionaries."""
    rows: Rows = table.to_pylist()
    return rows
