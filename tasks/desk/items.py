"""Items: what waits for a person. Listed by risk, counted, and claimed by who works on one."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal

from tasks.desk.schema import WAITS
from tasks.desk.store import stamp
from tasks.desk.verdicts import CONCLUSIONS

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping
    from datetime import date, datetime

    from tasks.desk.store import Desk

Kind = Literal["finding", "doubtful", "sample_redacted", "sample_untouched"]
State = Literal["open", "second", "disputed", "done", "gone"]
"""Nobody decided; one did, another is to; two differ, a lead is to; decided; no longer in the lake."""

WAITING: Final[tuple[State, ...]] = ("open", "second", "disputed")
UNDISPUTED: Final[tuple[State, ...]] = ("open", "second")
"""What is not for leads only."""

_EQUAL: Final = ("kind", "queue", "agent_id", "entity", "tier", "reason", "call_id")
_CLAIM: Final = f"""
    update items set claimed_by = :account, claimed_until = :until
    where item_id = :item_id and {WAITS}
    and (claimed_by is null or claimed_by = :account or claimed_until <= :now)
"""
_UNDECIDED: Final = f"""
    not exists (
        select 1 from decisions
        where decisions.item_id = items.item_id and decisions.reviewer = :account
        and decisions.decision in ({", ".join(repr(one) for one in CONCLUSIONS)})
        and not exists (select 1 from decisions as undo where undo.undoes = decisions.review_id)
    )
"""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to look at: a finding, or words start_word to end_word; neither where it is a whole call."""

    item_id: str
    kind: Kind
    call_id: str
    finding_id: str | None
    call_date: str | None
    queue: str | None
    agent_id: str | None
    entity: str | None
    tier: str | None
    reason: str | None
    score: float | None
    start_word: int | None
    end_word: int | None
    start_ms: int | None
    end_ms: int | None
    risk: int
    """The higher, the sooner it is shown."""
    state: State
    claimed_by: str | None
    claimed_until: str | None
    """A stamp; a claim whose time is over counts for nothing."""
    wants_second: bool
    decided_at: str | None

    def held_by_another(self, account: str, now: datetime) -> bool:
        """Whether somebody else is at it."""
        return self.claimed_by not in {None, account} and (self.claimed_until or "") > stamp(now)


@dataclass(frozen=True, slots=True)
class Filters:
    """Which items; None is any. A date is that of the call (UTC)."""

    states: tuple[State, ...] = WAITING
    kind: Kind | None = None
    queue: str | None = None
    agent_id: str | None = None
    entity: str | None = None
    tier: str | None = None
    reason: str | None = None
    call_id: str | None = None
    since: date | None = None
    until: date | None = None
    after: str | None = None
    """Only items that are shown after the one of this id."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What waits under some filters, and how fast all people together work."""

    open: int
    claimed: int
    """Of all that wait, those that somebody is at."""
    second: int
    disputed: int
    decided_today: int
    """Decisions since midnight UTC, whatever the filters."""
    by_kind: Mapping[str, int]
    by_entity: Mapping[str, int]
    per_hour: int
    """Decisions within the last hour, whatever the filters."""


def page(desk: Desk, filters: Filters, *, limit: int) -> list[Item]:
    """Items from the highest risk down."""
    with desk.connection() as connection:
        return _listed(connection, _Where.of(connection, filters), limit)


def counts(desk: Desk, filters: Filters, now: datetime) -> Counts:
    """How much waits under these filters."""
    with desk.connection() as connection:
        where = _Where.of(connection, filters)
        rows = connection.execute(_tally(filters, where), where.values).fetchall()
        held = where.and_that("claimed_by is not null and claimed_until > :now", now=stamp(now))
        claimed = connection.execute(
            f"select count(*) from items indexed by items_claimed where {held.text}", held.values
        ).fetchone()[0]
        midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        today, lately = (_decided(connection, since) for since in (midnight, now - timedelta(hours=1)))
    by: dict[str, Counter[str]] = {"state": Counter(), "kind": Counter(), "entity": Counter()}
    for row in rows:
        for name, counter in by.items():
            if row[name]:
                counter[row[name]] += row["items"]
    state = by["state"]
    return Counts(
        state["open"], claimed, state["second"], state["disputed"], today, by["kind"], by["entity"], lately
    )


def present(desk: Desk) -> dict[str, list[str]]:
    """The queues, agents (`agent_id`) and reasons of what waits, each in their order."""
    names = ("queue", "agent_id", "reason")
    with desk.connection() as connection:
        rows = connection.execute(
            f"select distinct {', '.join(names)} from items indexed by items_counted where {WAITS}"
        ).fetchall()
    return {name: sorted({row[name] for row in rows if row[name]}) for name in names}


def item(desk: Desk, item_id: str) -> Item | None:
    """One item, waiting or not."""
    with desk.connection() as connection:
        row = connection.execute("select * from items where item_id = ?", [item_id]).fetchone()
    return item_of(row) if row else None


def next_item(desk: Desk, account: str, filters: Filters, now: datetime, minutes: int) -> Item | None:
    """The item of the highest risk that nobody else is at, claimed for this account; None where none is left.

    What this account has decided already never comes: a second opinion is another person's.
    """
    with desk.connection(write=True) as connection:
        where = _Where.of(connection, filters).and_that(
            f"(claimed_by is null or claimed_by = :account or claimed_until <= :now) and {_UNDECIDED}",
            account=account,
            now=stamp(now),
        )
        found = _listed(connection, where, 1)
        if not found:
            return None
        _claim(connection, found[0].item_id, account, now, minutes)
        return item_of(
            connection.execute("select * from items where item_id = ?", [found[0].item_id]).fetchone()
        )


def claim(desk: Desk, item_id: str, account: str, now: datetime, minutes: int) -> bool:
    """Whether the item is now this account's for so many minutes; False where somebody else is at it."""
    with desk.connection(write=True) as connection:
        return _claim(connection, item_id, account, now, minutes)


def release(desk: Desk, item_id: str, account: str) -> None:
    """Give an item back, if it is this account's."""
    with desk.connection(write=True) as connection:
        connection.execute(
            "update items set claimed_by = null, claimed_until = null where item_id = ? and claimed_by = ?",
            [item_id, account],
        )


def item_of(row: sqlite3.Row) -> Item:
    """An item from its row."""
    return Item(**{**dict(row), "wants_second": bool(row["wants_second"])})


@dataclass(frozen=True, slots=True)
class _Where:
    text: str
    values: dict[str, Any]

    @classmethod
    def of(cls, connection: sqlite3.Connection, filters: Filters) -> _Where:
        """Filters as SQL; what waits is named as the index names it, or SQLite would not use it."""
        terms = [WAITS] if set(filters.states) <= set(WAITING) else []
        if set(filters.states) != set(WAITING):
            terms.append("state in (select value from json_each(:states))")
        equal = {name: getattr(filters, name) for name in _EQUAL if getattr(filters, name) is not None}
        terms += [f"{name} = :{name}" for name in equal]
        values = equal | {"states": json.dumps(filters.states)}
        for name, sign in (("since", ">="), ("until", "<=")):
            if day := getattr(filters, name):
                terms.append(f"call_date {sign} :{name}")
                values[name] = day.isoformat()
        if filters.after is not None:
            row = connection.execute("select risk from items where item_id = ?", [filters.after]).fetchone()
            terms.append("risk <= :risk and (risk < :risk or item_id > :after)")
            values |= {"after": filters.after, "risk": row["risk"] if row else -1}
        return cls(" and ".join(terms) or "true", values)

    def and_that(self, text: str, **values: Any) -> _Where:
        return _Where(f"{self.text} and {text}", self.values | values)


def _listed(connection: sqlite3.Connection, where: _Where, limit: int) -> list[Item]:
    ordered = WAITS in where.text and "call_id" not in where.values
    index = "indexed by items_waiting" if ordered else ""
    rows = connection.execute(
        f"select * from items {index} where {where.text} order by risk desc, item_id limit {limit:d}",
        where.values,
    )
    return [item_of(row) for row in rows]


def _tally(filters: Filters, where: _Where) -> str:
    """Counts by state, kind and entity: those that are kept, where nothing is filtered."""
    if filters == Filters():
        return f"select state, kind, entity, items from tally where {WAITS}"
    return f"select state, kind, entity, count(*) as items from items where {where.text} group by 1, 2, 3"


def _decided(connection: sqlite3.Connection, since: datetime) -> int:
    query = (
        "select count(*) from decisions where decided_at >= ? and decision not in ('commented', 'withdrawn')"
    )
    return int(connection.execute(query, [stamp(since)]).fetchone()[0])


def _claim(connection: sqlite3.Connection, item_id: str, account: str, now: datetime, minutes: int) -> bool:
    values = {
        "item_id": item_id,
        "account": account,
        "now": stamp(now),
        "until": stamp(now + timedelta(minutes=minutes)),
    }
    return connection.execute(_CLAIM, values).rowcount == 1
