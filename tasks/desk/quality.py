"""What decisions say about redaction: how far people agree, how much is right, how much is missed. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING, Final, Literal

from tasks.desk.verdicts import ABOUT_FINDINGS, CONCLUSIONS, opinion, standing

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tasks.desk.verdicts import Decided, Span

_Z: Final = 1.959964
"""Both sides of a normal distribution within which 95 % lie."""

Judged = Literal["right", "wrong", "missed"]


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, with the interval that holds the true share in 95 of 100 samples (Wilson, 1927)."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        """The share; None of nothing."""
        return self.part / self.whole if self.whole else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Its bounds; None of nothing."""
        if not self.whole:
            return None
        share, spread = self.part / self.whole, _Z**2 / self.whole
        middle = (share + spread / 2) / (1 + spread)
        half = sqrt(share * (1 - share) * spread + spread**2 / 4) / (1 + spread)
        return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True, slots=True)
class EvaluationRow:
    """One finding of a random sample as people judged it; `missed`: there was none, and should have been."""

    review_id: str
    call_id: str
    entity: str
    start_word: int
    end_word: int
    judged: Judged


@dataclass(frozen=True, slots=True)
class Quality:
    """Of one entity, in what was redacted without a doubt and what was left alone."""

    entity: str
    precision: Share
    """Of the sampled redactions those that are right."""
    recall: Share
    """Of what is right or was missed in the samples, what was redacted."""


def agreement(decided: Iterable[Decided]) -> Share:
    """How many items two people first said the same of, of those that two decided; a lead does not count."""
    by_item: dict[str, dict[str, tuple[object, ...]]] = defaultdict(dict)
    for one in standing(decided):
        if one.item_id and one.decision in CONCLUSIONS and not one.settles:
            by_item[one.item_id].setdefault(one.reviewer, opinion(one))
    pairs = [list(said.values())[:2] for said in by_item.values() if len(said) > 1]
    return Share(sum(first == second for first, second in pairs), len(pairs))


def evaluation_rows(decided: Iterable[Decided]) -> list[EvaluationRow]:
    """What people say about random samples, once it is settled; a lead's word or the last counts."""
    stand = sorted(standing(decided), key=lambda one: one.settles)
    ended = {one.item_id for one in stand if one.decision == "cleared" and one.state == "done"}
    rows: dict[str, EvaluationRow] = {}
    for one in stand:
        if one.kind == "sample_untouched" and one.item_id in ended and one.decision == "missed" and one.after:
            rows[one.review_id] = _row(one, one.after, "missed")
        elif one.kind == "sample_redacted" and one.state == "done" and one.before and _judges(one):
            rows[one.item_id or ""] = _row(one, one.before, "right" if _keeps_entity(one) else "wrong")
    return list(rows.values())


def quality(rows: Sequence[EvaluationRow]) -> list[Quality]:
    """Precision and recall by entity, in the order of their names.

    Redactions and turns are sampled with the same share, so that what is missed in the one can be held
    against what is right in the other.
    """
    counts = Counter((row.entity, row.judged) for row in rows)
    return [
        Quality(
            entity,
            Share(counts[entity, "right"], counts[entity, "right"] + counts[entity, "wrong"]),
            Share(counts[entity, "right"], counts[entity, "right"] + counts[entity, "missed"]),
        )
        for entity in sorted({row.entity for row in rows})
    ]


def _row(one: Decided, span: Span, judged: Judged) -> EvaluationRow:
    return EvaluationRow(one.review_id, one.call_id, span.entity, span.start_word, span.end_word, judged)


def _judges(one: Decided) -> bool:
    return one.decision in ABOUT_FINDINGS


def _keeps_entity(one: Decided) -> bool:
    """Other words of the same kind are still such words."""
    changed = one.after.entity if one.after and one.before else None
    return one.decision == "accepted" or (one.before is not None and changed == one.before.entity)
