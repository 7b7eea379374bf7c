"""What decisions amount to, whatever order they came in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from tasks.desk.corrections import of_call
from tasks.desk.verdicts import Decided, Span, marked
from tasks.redact.marks import finding_id

if TYPE_CHECKING:
    from tasks.desk.items import State

CALL = "call-1"
NAME, WIDER = Span("PERSON", 5, 7), Span("PERSON", 4, 8)


def named(span: Span) -> str:
    return finding_id(CALL, marked(span))


def said(
    decision: Any, before: Span | None = NAME, after: Span | None = None, *, at: int = 0, **fields: Any
) -> Decided:
    review_id = fields.pop("review_id", f"{decision}-{before}-{after}-{at}-{fields.get('reviewer')}")
    facts: dict[str, Any] = {
        "item_id": "one",
        "finding_id": named(before) if before else None,
        "reviewer": "ann",
        "comment": None,
        "undoes": None,
        "settles": False,
        "applied_at": None,
        "kind": "finding",
        "state": "done",
    } | fields
    return Decided(
        review_id,
        call_id=CALL,
        call_date=None,
        decided_at=f"{at:04}",
        decision=decision,
        before=before,
        after=after,
        **facts,
    )


def verdicts(*decided: Decided) -> dict[str, str]:
    return {one.finding_id: one.verdict for one in of_call(decided)}


def test_each_decision_says_its_own() -> None:
    assert verdicts(said("accepted")) == {named(NAME): "confirmed"}
    assert verdicts(said("rejected")) == {named(NAME): "rejected"}
    assert verdicts(said("changed", after=WIDER)) == {named(NAME): "rejected", named(WIDER): "confirmed"}
    assert verdicts(said("missed", None, WIDER)) == {named(WIDER): "confirmed"}
    assert verdicts(said("cleared", None), said("commented", None)) == {}
    assert verdicts(said("changed", after=NAME)) == {named(NAME): "confirmed"}


def test_the_last_word_counts_and_a_leads_goes_before() -> None:
    first, last = said("rejected", at=1), said("accepted", at=2)
    assert verdicts(first, last) == {named(NAME): "confirmed"}
    assert verdicts(said("rejected", at=1, settles=True), last) == {named(NAME): "rejected"}


def test_a_change_that_is_overruled_takes_its_mark_along() -> None:
    changed, accepted = said("changed", after=WIDER, at=1), said("accepted", at=2, reviewer="lena")
    assert verdicts(changed, accepted) == {named(NAME): "confirmed", named(WIDER): "open"}


def test_while_it_is_open_words_only_go_out() -> None:
    states: tuple[State, ...] = ("second", "disputed")
    for state in states:
        assert verdicts(said("rejected", state=state)) == {named(NAME): "open"}
        assert verdicts(said("accepted", state=state)) == {named(NAME): "confirmed"}
        both = verdicts(said("changed", after=WIDER, state=state))
        assert both == {named(NAME): "open", named(WIDER): "confirmed"}
    differ = [
        said("rejected", state="disputed", at=2),
        said("accepted", state="disputed", reviewer="bob", at=1),
    ]
    assert verdicts(*differ) == {named(NAME): "confirmed"}


SPANS = [Span("PERSON", first, first + 2) for first in range(0, 40, 4)]
DECISIONS = st.sampled_from(["accepted", "rejected", "changed", "missed"])


def _one(number: int, decision: str) -> Decided:
    span = SPANS[number]
    after = Span("ADDRESS", span.start_word, span.end_word + 1) if decision in {"changed", "missed"} else None
    return said(decision, None if decision == "missed" else span, after, at=number, item_id=f"item-{number}")


@given(choices=st.lists(DECISIONS, max_size=len(SPANS)), shuffled=st.randoms(use_true_random=False))
def test_the_order_of_decisions_about_different_things_does_not_matter(
    choices: list[str], shuffled: Any
) -> None:
    decided = [_one(number, decision) for number, decision in enumerate(choices)]
    mixed = list(decided)
    shuffled.shuffle(mixed)
    assert of_call(mixed) == of_call(decided)


@given(before=st.lists(DECISIONS, max_size=len(SPANS) - 1), last=DECISIONS)
def test_undo_restores_what_was_before(before: list[str], last: str) -> None:
    decided = [_one(number, decision) for number, decision in enumerate(before)]
    undone = _one(len(before), last)
    withdrawal = said("withdrawn", None, at=99, undoes=undone.review_id, item_id=undone.item_id)
    known = verdicts(*decided)
    after = verdicts(*decided, undone, withdrawal)
    assert {name: verdict for name, verdict in after.items() if verdict != "open"} == known
