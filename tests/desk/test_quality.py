"""What people's decisions say about redaction and about each other."""

from __future__ import annotations

from typing import Any

import pytest

from tasks.desk.quality import Share, agreement, evaluation_rows, quality
from tasks.desk.verdicts import Decided, Span

NAME = Span("PERSON", 5, 7)


def said(decision: Any, item_id: str, *, after: Span | None = None, **fields: Any) -> Decided:
    facts: dict[str, Any] = {
        "review_id": f"{item_id}-{decision}-{fields.get('reviewer')}-{after}",
        "finding_id": None,
        "reviewer": "ann",
        "decided_at": "1",
        "comment": None,
        "undoes": None,
        "settles": False,
        "applied_at": None,
        "kind": "sample_redacted",
        "state": "done",
        "before": NAME if decision in {"accepted", "rejected", "changed"} else None,
    } | fields
    return Decided(item_id=item_id, call_id="call-1", call_date=None, decision=decision, after=after, **facts)


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [(0, 10, 0.0, 0.2775), (9, 10, 0.5958, 0.9821), (10, 10, 0.7225, 1.0), (50, 100, 0.4038, 0.5962)],
)
def test_intervals_are_wilsons(part: int, whole: int, low: float, high: float) -> None:
    """Held against the worked table of Brown, Cai and DasGupta's formula, to four places."""
    interval = Share(part, whole).interval
    assert interval
    assert interval == pytest.approx((low, high), abs=5e-5)


def test_of_nothing_there_is_no_share() -> None:
    assert (Share(0, 0).value, Share(0, 0).interval) == (None, None)


def test_people_agree_where_the_first_two_say_the_same() -> None:
    decided = [
        said("accepted", "a"),
        said("accepted", "a", reviewer="bob"),
        said("accepted", "b", state="disputed"),
        said("rejected", "b", reviewer="bob", state="disputed"),
        said("rejected", "b", reviewer="lena", settles=True),
        said("accepted", "c"),
    ]
    assert agreement(decided) == Share(1, 2)


def test_precision_and_recall_come_from_settled_samples() -> None:
    other = Span("ADDRESS", 1, 2)
    turn = {"kind": "sample_untouched"}
    decided = [
        said("accepted", "right"),
        said("changed", "wider", after=Span("PERSON", 4, 7)),
        said("changed", "of another kind", after=Span("ADDRESS", 5, 7)),
        said("rejected", "wrong"),
        said("accepted", "queued", kind="finding"),
        said("accepted", "waits", state="second"),
        said("missed", "turn", after=Span("PERSON", 20, 21), **turn),
        said("missed", "turn", after=other, **turn),
        said("cleared", "turn", **turn),
        said("missed", "not done", after=other, state="open", **turn),
    ]
    of = {one.entity: one for one in quality(evaluation_rows(decided))}
    assert of["PERSON"].precision == Share(2, 4)
    assert of["PERSON"].recall == Share(2, 3)
    assert of["ADDRESS"].precision == Share(0, 0)
    assert of["ADDRESS"].recall == Share(0, 1)


def test_a_leads_word_and_a_withdrawal_change_what_counts() -> None:
    decided = [
        said("rejected", "one", reviewer="lena", settles=True),
        said("accepted", "one"),
        said("rejected", "two", review_id="slip"),
        said("withdrawn", "two", undoes="slip"),
    ]
    (row,) = evaluation_rows(decided)
    assert row.judged == "wrong"
