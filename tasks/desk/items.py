"""Items: what waits for a person. Listed by risk, counted, and claimed by who works on one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from tasks.desk.store import stamp

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from tasks.desk.store import Desk

Kind = Literal["finding", "doubtful", "sample_redacted", "sample_untouched"]
State = Literal["open", "second", "disputed", "done", "gone"]
"""Nobody decided; one did, another is to; two differ, a lead is to; decided; no longer in the lake."""

WAITING: Final[tuple[State, ...]] = ("open", "second", "disputed")


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
    not_decided_by: str | None = None
    """Leaves out what this account has decided already: a second opinion is another person's."""


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


def page(desk: Desk, filters: Filters, *, limit: int, after: str | None = None) -> list[Item]:
    """Items from the highest risk down, those after the item named `after`."""
    raise NotImplementedError


def counts(desk: Desk, filters: Filters, now: datetime) -> Counts:
    """How much waits under these filters."""
    raise NotImplementedError


def item(desk: Desk, item_id: str) -> Item | None:
    """One item, waiting or not."""
    raise NotImplementedError


def next_item(desk: Desk, account: str, filters: Filters, now: datetime, minutes: int) -> Item | None:
    """The item of the highest risk that nobody else is at, claimed for this account; None where none is left.

    What it holds already comes first; what it has decided already never comes.
    """
    raise NotImplementedError


def claim(desk: Desk, item_id: str, account: str, now: datetime, minutes: int) -> bool:
    """Whether the item is now this account's for so many minutes; False where somebody else is at it."""
    raise NotImplementedError


def release(desk: Desk, item_id: str, account: str) -> None:
    """Give an item back, if it is this account's."""
    raise NotImplementedError
