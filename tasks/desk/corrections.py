"""Corrections: what people's decisions about a call amount to, finding by finding. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from tasks.desk.verdicts import ABOUT_FINDINGS, ABOUT_PASSAGES, marked, standing
from tasks.redact.marks import finding_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tasks.desk.verdicts import Decided, Span
    from tasks.schemas import Finding

Outcome = Literal["confirmed", "rejected", "open"]
"""open: what was decided is withdrawn or waits, so that the finding is what the detector makes of it."""


@dataclass(frozen=True, slots=True)
class Correction:
    """What becomes of one finding."""

    finding_id: str
    verdict: Outcome
    span: Span
    """The words that are meant, and when they were said as the person saw them."""
    decided_at: str

    @property
    def finding(self) -> Finding:
        """The words as a person's own finding."""
        return marked(self.span)


def of_call(decided: Sequence[Decided]) -> list[Correction]:
    """One correction for each finding that decisions are about, in the order of their ids.

    While a second opinion is awaited or two people differ, what takes words out counts at once, and what
    brings words back waits.
    """
    counting = {one.review_id for one in _counting(standing(decided))}
    return strongest(said for one in decided for said in _said(one, counts=one.review_id in counting))


def strongest(corrections: Iterable[Correction]) -> list[Correction]:
    """Of several about one finding the one that counts, in the order of their ids."""
    best: dict[str, Correction] = {}
    for said in corrections:
        known = best.get(said.finding_id)
        if known is None or _weight(said) > _weight(known):
            best[said.finding_id] = said
    return [best[name] for name in sorted(best)]


def moved(one: Correction, call_id: str, span: Span) -> Correction:
    """The same of the words where they are now."""
    return replace(one, finding_id=finding_id(call_id, marked(span)), span=span)


def about(one: Decided) -> set[str]:
    """The findings that a decision is about, with those that it marks."""
    spans = [span for span in (one.before, one.after) if span]
    return {finding_id(one.call_id, marked(span)) for span in spans} | {one.finding_id or ""}


def _weight(said: Correction) -> tuple[bool, str, bool]:
    """Any word counts more than none, then the last one, then the one that takes words out."""
    return said.verdict != "open", said.decided_at, said.verdict == "confirmed"


def _counting(stand: Sequence[Decided]) -> list[Decided]:
    """All marks; of what was said about one thing a lead's word or the last, or all until it is settled."""
    about: dict[str, list[Decided]] = defaultdict(list)
    for one in stand:
        if one.finding_id and one.decision in ABOUT_FINDINGS:
            about[one.finding_id].append(one)
        elif one.item_id and one.decision in ABOUT_PASSAGES:
            about[one.item_id].append(one)
    counting = [one for one in stand if one.decision == "missed"]
    for said in about.values():
        settling = [one for one in said if one.settles] or said
        counting += settling[-1:] if said[-1].settled else said
    return counting


def _said(one: Decided, *, counts: bool) -> Iterator[Correction]:
    """What a decision says of the finding that it is about, and of the words that it marks."""
    if one.finding_id and one.before and one.decision in ABOUT_FINDINGS:
        verdict: Outcome = "open"
        if counts and one.decision == "accepted":
            verdict = "confirmed"
        elif counts and one.settled:
            verdict = "rejected"
        yield _correction(one, one.before, verdict)
    if one.after:
        yield _correction(one, one.after, "confirmed" if counts else "open")


def _correction(one: Decided, span: Span, verdict: Outcome) -> Correction:
    return Correction(finding_id(one.call_id, marked(span)), verdict, span, one.decided_at)
