"""The words for what people say about findings and passages, and what it makes of an item. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from tasks.schemas import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tasks.desk.items import Kind, State

Verdict = Literal["accepted", "rejected", "changed", "missed", "muted", "cleared", "commented", "withdrawn"]

ABOUT_FINDINGS: Final = ("accepted", "rejected", "changed")
PERSON: Final = "person"
"""The reason of a finding that a person marked."""
ABOUT_PASSAGES: Final = ("muted", "cleared")
CONCLUSIONS: Final = (*ABOUT_FINDINGS, *ABOUT_PASSAGES)
"""What ends an item."""


@dataclass(frozen=True, slots=True)
class Span:
    """words[start_word:end_word] of a call as one kind of personal data; of a passage, its time alone."""

    entity: str
    start_word: int
    end_word: int
    start_ms: int | None = None
    """Where its first word begins: tells whether the call was transcribed anew since somebody looked."""
    end_ms: int | None = None
    """Where its last word ends: with the beginning, finds the same words where they are now."""

    @property
    def is_passage(self) -> bool:
        """Whether it is a stretch of speech that got no words."""
        return self.start_word == self.end_word


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person says. `review_id` is made by who asks (uuid4), so that asking twice decides once.

    accepted, rejected, changed: about a finding (`finding_id`; an item of such a kind brings its own).
    changed, missed: `after` is what is there. cleared: nothing personal here (any more), for items without
    a finding. muted: `after` is such an item's passage, in which something personal is heard. Each of these
    two ends such an item. missed and commented never end one.
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
    kind: Kind | None
    """Of its item; None where it has none."""
    state: State | None
    """Of its item now; None where it has none."""

    @property
    def settled(self) -> bool:
        """Whether nobody else is to be heard about it."""
        return self.decision not in CONCLUSIONS or self.state not in {"second", "disputed"}


def marked(span: Span) -> Finding:
    """The span as a person's own finding."""
    if span.is_passage and span.start_ms is not None and span.end_ms is not None:
        return Finding(span.entity, 0, 0, 1.0, "auto", PERSON, (span.start_ms, span.end_ms))
    return Finding(span.entity, span.start_word, span.end_word, 1.0, "auto", PERSON)


def standing(decided: Iterable[Decided]) -> list[Decided]:
    """Those that nobody has withdrawn, without the withdrawals."""
    listed = list(decided)
    undone = {one.undoes for one in listed}
    return [one for one in listed if one.decision != "withdrawn" and one.review_id not in undone]


def state_after(decided: Iterable[Decided], *, wants_second: bool) -> State:
    """Where an item is after these decisions. Each person's last word counts; a lead's settles it."""
    conclusions = [one for one in standing(decided) if one.decision in CONCLUSIONS]
    last = {one.reviewer: one for one in conclusions}
    if any(one.settles for one in conclusions):
        return "done"
    if len({opinion(one) for one in last.values()}) > 1:
        return "disputed"
    enough = 2 if wants_second else 1
    return "done" if len(last) >= enough else "second" if last else "open"


def opinion(one: Decided) -> tuple[object, ...]:
    """What a decision says, to hold against another's."""
    after = one.after
    return (one.decision, (after.entity, after.start_word, after.end_word) if after else None)
