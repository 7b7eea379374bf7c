"""What people decide: kept once, never edited, and what it makes of an item."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest
from at_the_desk import NAME, NOON, add_item, decide

from tasks.desk import items
from tasks.desk.decisions import (
    NeedsLead,
    UnknownItem,
    WrongDecision,
    decisions_of_call,
    decisions_of_item,
    undo,
)
from tasks.desk.verdicts import Span, standing

if TYPE_CHECKING:
    from tasks.desk.store import Desk


def state(desk: Desk, item_id: str = "one") -> str:
    found = items.item(desk, item_id)
    assert found
    return found.state


def test_a_decision_ends_its_item_and_frees_it(desk: Desk) -> None:
    add_item(desk)
    items.claim(desk, "one", "ann", NOON, 10)
    decide(desk, "ann", "rejected", comment="a street, no name")
    (kept,) = decisions_of_item(desk, "one")
    assert (kept.reviewer, kept.decision, kept.before, kept.comment) == (
        "ann",
        "rejected",
        NAME,
        "a street, no name",
    )
    found = items.item(desk, "one")
    assert found
    assert (found.state, found.claimed_by) == ("done", None)


def test_asking_twice_decides_once(desk: Desk) -> None:
    add_item(desk)
    for _ in range(2):
        decide(desk, "ann", "rejected", review_id="the-form")
    assert len(decisions_of_item(desk, "one")) == 1
    with pytest.raises(WrongDecision):
        decide(desk, "bob", "rejected", review_id="the-form")


@pytest.mark.parametrize(
    ("second", "ends_as"), [("accepted", "done"), ("rejected", "disputed"), ("changed", "disputed")]
)
def test_a_second_opinion_agrees_or_makes_a_dispute(second: str, ends_as: str, desk: Desk) -> None:
    add_item(desk, wants_second=1)
    decide(desk, "ann", "accepted")
    assert state(desk) == "second"
    decide(desk, "ann", "accepted", minutes=1)
    assert state(desk) == "second"
    decide(desk, "bob", second, after=Span("PERSON", 5, 8) if second == "changed" else None, minutes=2)
    assert state(desk) == ends_as


def test_a_lead_settles_what_two_people_differ_on(desk: Desk) -> None:
    add_item(desk, wants_second=1)
    decide(desk, "ann", "accepted")
    decide(desk, "bob", "rejected")
    with pytest.raises(NeedsLead):
        decide(desk, "cleo", "rejected")
    decide(desk, "lena", "rejected", settles=True)
    assert state(desk) == "done"


def test_who_decides_after_a_lapsed_claim_is_heard_as_a_second_opinion(desk: Desk) -> None:
    add_item(desk)
    items.claim(desk, "one", "bob", NOON, 10)
    decide(desk, "ann", "accepted")
    decide(desk, "bob", "rejected")
    assert state(desk) == "disputed"
    assert len(decisions_of_item(desk, "one")) == 2


def test_marks_and_comments_do_not_end_an_item(desk: Desk) -> None:
    add_item(desk, span=None, kind="sample_untouched")
    decide(desk, "ann", "missed", after=Span("PERSON", 2, 3))
    decide(desk, "ann", "commented", comment="hard to hear")
    assert state(desk) == "open"
    decide(desk, "ann", "cleared")
    assert state(desk) == "done"


def test_undo_withdraws_the_newest_and_the_item_waits_again(desk: Desk) -> None:
    add_item(desk)
    first = decide(desk, "ann", "missed", after=Span("PERSON", 1, 2))
    last = decide(desk, "ann", "rejected", minutes=1)
    decide(desk, "bob", "commented", comment="hm", minutes=2)
    assert undo(desk, "ann", NOON) == last
    assert state(desk) == "open"
    assert undo(desk, "ann", NOON) == first
    assert undo(desk, "ann", NOON) is None
    assert [one.reviewer for one in standing(decisions_of_call(desk, "call-1"))] == ["bob"]
    assert len(decisions_of_call(desk, "call-1")) == 5


def test_what_is_applied_cannot_be_undone(desk: Desk) -> None:
    add_item(desk)
    decide(desk, "ann", "rejected")
    with desk.connection(write=True) as connection:
        connection.execute("update decisions set applied_at = 'then'")
    assert undo(desk, "ann", NOON) is None


def test_a_decision_is_never_edited(desk: Desk) -> None:
    add_item(desk)
    decide(desk, "ann", "rejected")
    with (
        pytest.raises(sqlite3.IntegrityError, match="never edited"),
        desk.connection(write=True) as connection,
    ):
        connection.execute("update decisions set decision = 'accepted'")


def test_comments_are_kept_without_personal_data(desk: Desk) -> None:
    add_item(desk)
    decide(desk, "ann", "commented", comment="caller says my email is rosa.diaz@example.com")
    (kept,) = decisions_of_item(desk, "one")
    assert kept.comment
    assert "[EMAIL]" in kept.comment
    assert b"rosa.diaz" not in b"".join(path.read_bytes() for path in desk.path.parent.glob("review.sqlite*"))


@pytest.mark.parametrize(
    ("decision", "fields"),
    [
        ("cleared", {}),
        ("changed", {}),
        ("changed", {"after": Span("PERSON", 7, 7)}),
        ("changed", {"after": Span("<script>", 5, 6)}),
        ("accepted", {"after": Span("PERSON", 5, 6)}),
        ("accepted", {"call_id": "call-2"}),
        ("rejected", {"item_id": None}),
        ("rejected", {"item_id": None, "finding_id": "f" * 32, "before": NAME}),
        ("commented", {"comment": " "}),
        ("commented", {"comment": "x" * 2_001}),
        ("withdrawn", {}),
    ],
)
def test_what_makes_no_sense_is_refused(decision: str, fields: dict[str, object], desk: Desk) -> None:
    add_item(desk)
    with pytest.raises(WrongDecision):
        decide(desk, "ann", decision, **fields)
    assert decisions_of_call(desk, "call-1") == []


def test_an_unknown_item_is_refused(desk: Desk) -> None:
    with pytest.raises(UnknownItem):
        decide(desk, "ann", "accepted", item_id="elsewhere")


def test_a_decision_on_a_calls_page_counts_for_the_item_in_the_queue(desk: Desk) -> None:
    add_item(desk)
    found = items.item(desk, "one")
    assert found
    decide(desk, "ann", "rejected", item_id=None, finding_id=found.finding_id, before=NAME)
    assert state(desk) == "done"
