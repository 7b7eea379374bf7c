"""Decisions: what people said about items and calls. Added to, never edited; a later one counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tasks.errors import CallArchiveError

if TYPE_CHECKING:
    from datetime import datetime

    from tasks.desk.items import State
    from tasks.desk.store import Desk
    from tasks.redact.rules import Rules

Verdict = Literal["accepted", "rejected", "changed", "missed", "cleared", "commented", "withdrawn"]


class UnknownItem(CallArchiveError):
    """There is no such item."""


class WrongDecision(CallArchiveError):
    """This cannot be decided about such an item, or lacks what it is about."""


class NeedsLead(CallArchiveError):
    """Two people differ about the item, so that a lead must decide."""


@dataclass(frozen=True, slots=True)
class Span:
    """words[start_word:end_word] of a call as one kind of personal data."""

    entity: str
    start_word: int
    end_word: int
    start_ms: int | None = None
    """Where its first word begins: tells whether the call was transcribed anew since somebody looked."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person says. `review_id` is made by who asks (uuid4), so that asking twice decides once.

    accepted, rejected, changed: about a finding (`finding_id`; an item of such a kind brings its own).
    changed, missed: `after` is what is there. cleared: nothing personal here (any more), for items without
    a finding; this is what ends them. missed and commented never end an item.
    """

    review_id: str
    decision: Verdict
    call_id: str
    item_id: str | None = None
    finding_id: str | None = None
    call_date: str | None = None
    before: Span | None = None
    after: Span | None = None
    comment: str | None = None
    """As typed; it is redacted before it is stored."""
    settles: bool = False
    """Made by a lead (or admin): counts where two people differ."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision as it is stored."""

    review_id: str
    item_id: str | None
    call_id: str
    call_date: str | None
    finding_id: str | None
    reviewer: str
    decided_at: str
    decision: Verdict
    before: Span | None
    after: Span | None
    comment: str | None
    undoes: str | None
    settles: bool
    """Made by a lead: goes before what others said."""
    applied_at: str | None
    state: State | None
    """Of its item now; None where it has none."""

    @property
    def settled(self) -> bool:
        """Whether nobody else is to be heard about it."""
        return self.state not in {"second", "disputed"}


def record(desk: Desk, account: str, decision: Decision, now: datetime, *, rules: Rules) -> str:
    """Store a decision; its review_id. One that is stored already stays as it is.

    A claim does not bar others: who decides after theirs ran out gives a second opinion, and nothing is lost.

    Raises:
        UnknownItem: there is no such item.
        WrongDecision: it does not fit the item, or lacks what it is about.
        NeedsLead: two people differ about the item, and the decision does not settle.
    """
    raise NotImplementedError


def undo(desk: Desk, account: str, now: datetime) -> str | None:
    """Withdraw the account's newest decision that is not applied yet; its review_id, if there is one."""
    raise NotImplementedError


def decisions_of_call(desk: Desk, call_id: str) -> list[Decided]:
    """All decisions about a call in the order they were made, withdrawn ones included."""
    raise NotImplementedError


def decisions_of_item(desk: Desk, item_id: str) -> list[Decided]:
    """All decisions about an item in the order they were made, withdrawn ones included."""
    raise NotImplementedError


def standing(decided: list[Decided]) -> list[Decided]:
    """Those that nobody has withdrawn, without the withdrawals."""
    raise NotImplementedError


def forget_call(desk: Desk, call_id: str) -> int:
    """Remove a call's items and decisions, for who erases it; how many rows went. The audit log stays."""
    raise NotImplementedError
