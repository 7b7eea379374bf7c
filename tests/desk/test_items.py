"""The queue: its order, filters and counts, and two people who want the same item."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from at_the_desk import NOON, add_item, decide
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tasks.desk import items
from tasks.desk.items import UNDISPUTED, Filters
from tasks.desk.store import Desk
from tasks.desk.verdicts import Span
from tasks.errors import SettingsError

if TYPE_CHECKING:
    from pathlib import Path


def ids(listed: list[items.Item]) -> list[str]:
    return [one.item_id for one in listed]


def test_the_highest_risk_comes_first_and_pages_follow_on(desk: Desk) -> None:
    for number, risk in enumerate([3, 9, 9, 1, 5]):
        add_item(desk, f"item-{number}", risk=risk)
    everything = ["item-1", "item-2", "item-4", "item-0", "item-3"]
    assert ids(items.page(desk, Filters(), limit=9)) == everything
    assert ids(items.page(desk, Filters(after="item-1"), limit=2)) == everything[1:3]
    assert ids(items.page(desk, Filters(after="item-3"), limit=2)) == []


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (Filters(), {"a", "b", "c"}),
        (Filters(queue="billing"), {"a"}),
        (Filters(agent_id="agent-7"), {"b"}),
        (Filters(kind="doubtful"), {"c"}),
        (Filters(entity="PERSON"), {"a", "b"}),
        (Filters(since=date(2026, 3, 3)), {"b"}),
        (Filters(until=date(2026, 3, 2)), {"a", "c"}),
        (Filters(call_id="call-9"), {"c"}),
        (Filters(states=("done",)), {"d"}),
        (Filters(states=("second", "disputed")), set()),
        (Filters(queue="billing' or 'a' = 'a"), set()),
    ],
)
def test_filters_choose_and_counts_agree(filters: Filters, found: set[str], desk: Desk) -> None:
    add_item(desk, "a", queue="billing")
    add_item(desk, "b", agent_id="agent-7", call_date="2026-03-03")
    add_item(desk, "c", None, kind="doubtful", call_id="call-9")
    add_item(desk, "d", state="done")
    assert set(ids(items.page(desk, filters, limit=9))) == found
    counts = items.counts(desk, filters, NOON)
    assert sum(counts.by_kind.values()) == len(found)
    assert counts.open == len(found - {"d"})


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@given(moves=st.lists(st.sampled_from(["open", "second", "disputed", "done", "gone", "away"]), max_size=12))
def test_kept_counts_are_what_counting_gives(
    moves: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    desk = Desk.at(tmp_path_factory.mktemp("desk") / "review.sqlite")
    for number, state in enumerate(moves):
        add_item(desk, f"item-{number % 4}-{number}", kind="doubtful" if number % 2 else "finding")
        with desk.connection(write=True) as connection:
            if state == "away":
                connection.execute("delete from items where item_id like ?", [f"item-{number % 4}-%"])
            else:
                connection.execute("update items set state = ? where item_id like 'item-1-%'", [state])
    kept, counted = (items.counts(desk, filters, NOON) for filters in (Filters(), Filters(since=date.min)))
    assert kept == counted


def test_one_item_goes_to_one_of_two_people(desk: Desk) -> None:
    add_item(desk, "one")
    add_item(desk, "two", risk=100)
    first = items.next_item(desk, "ann", Filters(), NOON, 10)
    second = items.next_item(desk, "bob", Filters(), NOON, 10)
    assert (first and first.item_id, second and second.item_id) == ("one", "two")
    assert first
    assert first.held_by_another("bob", NOON)
    assert not items.claim(desk, "one", "bob", NOON, 10)
    assert items.next_item(desk, "cleo", Filters(), NOON, 10) is None
    assert items.counts(desk, Filters(), NOON).claimed == 2
    items.release(desk, "one", "bob")
    assert not items.claim(desk, "one", "bob", NOON, 10)
    items.release(desk, "one", "ann")
    assert items.claim(desk, "one", "bob", NOON, 10)


def test_a_claim_ends_by_itself(desk: Desk) -> None:
    add_item(desk)
    items.claim(desk, "one", "ann", NOON, 10)
    assert not items.claim(desk, "one", "bob", NOON + timedelta(minutes=9), 10)
    assert items.claim(desk, "one", "bob", NOON + timedelta(minutes=10), 10)


def test_many_people_at_once_never_get_the_same_item(desk: Desk) -> None:
    for number in range(12):
        add_item(desk, f"item-{number}")
    with ThreadPoolExecutor(6) as pool:
        taken = list(
            pool.map(lambda who: items.next_item(desk, f"person-{who}", Filters(), NOON, 10), range(12))
        )
    assert len({one.item_id for one in taken if one}) == 12


def test_who_decided_is_not_asked_for_the_second_opinion(desk: Desk) -> None:
    add_item(desk, wants_second=1)
    decide(desk, "ann", "accepted")
    assert items.next_item(desk, "ann", Filters(), NOON, 10) is None
    found = items.next_item(desk, "bob", Filters(), NOON, 10)
    assert found
    assert found.state == "second"


def test_what_is_disputed_is_left_to_who_asks_for_it(desk: Desk) -> None:
    add_item(desk, wants_second=1)
    decide(desk, "ann", "accepted")
    decide(desk, "bob", "rejected")
    assert items.next_item(desk, "cleo", Filters(states=UNDISPUTED), NOON, 10) is None
    assert items.next_item(desk, "cleo", Filters(states=("disputed",)), NOON, 10)


def test_decisions_of_today_and_of_the_last_hour_are_counted(desk: Desk) -> None:
    add_item(desk)
    decide(desk, "ann", "commented", comment="hm", minutes=-10)
    decide(desk, "ann", "missed", after=Span("PERSON", 1, 2), minutes=-90)
    decide(desk, "ann", "rejected", minutes=-5)
    counts = items.counts(desk, Filters(), NOON)
    assert (counts.decided_today, counts.per_hour) == (2, 1)


def test_the_files_log_lasts_as_long_as_it_is_kept_open(desk: Desk) -> None:
    log = desk.path.with_name("review.sqlite-wal")
    with desk.kept_open():
        add_item(desk)
        assert log.exists()
    assert not log.exists()


def test_only_the_owner_may_read_the_file_and_a_later_version_is_refused(desk: Desk) -> None:
    add_item(desk)
    files: list[Path] = list(desk.path.parent.glob("review.sqlite*"))
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    with desk.connection(write=True) as connection:
        connection.execute("pragma user_version = 99")
    with pytest.raises(SettingsError, match="later version"):
        Desk.at(desk.path)
