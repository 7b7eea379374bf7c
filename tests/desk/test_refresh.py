"""Filling the desk from a lake: what is new comes, what is gone goes, and what was decided stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from at_the_desk import NOON, decide
from finished_calls import finished_call, landed_row

from tasks.desk import items
from tasks.desk.applying import AGAIN, decisions_of_calls, note_applied
from tasks.desk.items import Filters
from tasks.desk.refresh import Refreshed, Sampling, refresh
from tasks.lake.catalog import Lake, reading, writing
from tasks.land import Landing, land
from tasks.schemas import Finding

if TYPE_CHECKING:
    from tasks.desk.store import Desk

ALL = Sampling(sample_share=1, second_share=0, unheard_ms=1)
NONE = Sampling(sample_share=0, second_share=0, unheard_ms=1)
CARD = Finding("CARD_NUMBER", 6, 10, 0.99, "auto", "made up")
NAME = Finding("PERSON", 4, 5, 0.6, "flagged", "made up")
LOOSE = Finding("NUMBER", 10, 11, 0.5, "review", "long-run")


def put(lake: Lake, *findings: Finding, call_id: str = "call-1") -> None:
    call = finished_call(call_id, findings=findings)
    with writing(lake) as connection:
        land(connection, lake, Landing([(call, landed_row(call))], [], []))


def filled(desk: Desk, lake: Lake, sampling: Sampling = ALL) -> Refreshed:
    with reading(lake) as connection:
        return refresh(desk, connection, sampling)


def kinds(desk: Desk) -> dict[str, int]:
    return dict(items.counts(desk, Filters(), NOON).by_kind)


def test_what_is_in_doubt_and_the_samples_come_and_no_second_time(desk: Desk, empty_place: Lake) -> None:
    put(empty_place, CARD, NAME, LOOSE)
    first = filled(desk, empty_place)
    assert first.added == first.open > 0
    assert kinds(desk)["finding"] == 2
    assert kinds(desk)["sample_redacted"] == 1
    assert filled(desk, empty_place) == Refreshed(added=0, gone=0, open=first.open)


def test_without_samples_only_doubt_is_left_and_the_samples_are_gone(desk: Desk, empty_place: Lake) -> None:
    put(empty_place, CARD, NAME)
    filled(desk, empty_place)
    after = filled(desk, empty_place, NONE)
    assert after.gone > 0
    assert set(kinds(desk)) <= {"finding", "doubtful"} | {kind for kind, n in kinds(desk).items() if not n}
    assert filled(desk, empty_place).added == after.gone


def test_a_finding_that_is_no_longer_made_is_gone_and_comes_back_with_it(
    desk: Desk, empty_place: Lake
) -> None:
    put(empty_place, NAME)
    filled(desk, empty_place, NONE)
    (name,) = items.page(desk, Filters(kind="finding"), limit=9)
    put(empty_place, CARD)
    assert filled(desk, empty_place, NONE).gone == 1
    found = items.item(desk, name.item_id)
    assert found
    assert found.state == "gone"
    put(empty_place, NAME)
    assert filled(desk, empty_place, NONE).added == 1
    assert items.page(desk, Filters(kind="finding"), limit=9) == [name]


def test_a_decided_item_stays_decided_and_is_applied_again_where_its_call_landed_anew(
    desk: Desk, empty_place: Lake
) -> None:
    put(empty_place, NAME)
    filled(desk, empty_place, NONE)
    (name,) = items.page(desk, Filters(kind="finding"), limit=9)
    decide(desk, "ann", "rejected", item_id=name.item_id)
    note_applied(desk, decisions_of_calls(desk, ["call-1"])["call-1"], NOON)
    assert filled(desk, empty_place, NONE).added == 0
    found = items.item(desk, name.item_id)
    assert found
    assert found.state == "done"
    (again,) = decisions_of_calls(desk, ["call-1"])["call-1"]
    assert again.applied_at == AGAIN


def test_what_anybody_may_read_is_the_most_urgent(desk: Desk, empty_place: Lake) -> None:
    put(empty_place, CARD, NAME, LOOSE)
    filled(desk, empty_place)
    first, second, *_ = items.page(desk, Filters(), limit=9)
    assert (first.tier, second.tier) == ("review", "flagged")


def test_the_desk_holds_no_words(desk: Desk, empty_place: Lake) -> None:
    put(empty_place, NAME)
    filled(desk, empty_place)
    said = b"".join(path.read_bytes() for path in desk.path.parent.glob("review.sqlite*"))
    assert b"please" not in said


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_a_settable_share_is_decided_by_two(share: float, desk: Desk, empty_place: Lake) -> None:
    put(empty_place, CARD, NAME, LOOSE)
    filled(desk, empty_place, Sampling(sample_share=1, second_share=share))
    wanted = [one.wants_second for one in items.page(desk, Filters(), limit=99)]
    assert all(wanted) if share == 1 else not any(wanted) if share == 0 else len(wanted) > 2
