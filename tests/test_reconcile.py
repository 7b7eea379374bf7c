"""The lake against a list of calls: what is missing and why, extra, late, or not as long."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
import pytest

from tasks.lake.erased_names import ledger_rows
from tasks.lake.tables import TABLES
from tasks.questions.relations import load_relations, view_statements
from tasks.reconcile import Bounds, Reconciliation, reconcile
from tasks.sources.call_list import ListedCall

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tasks.keys import Keyring

    Compare = Callable[..., Reconciliation]

DAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def landed(call_id: str, *, after_h: float = 20, seconds: int = 60, day: datetime = DAY) -> dict[str, Any]:
    return {"call_id": call_id, "started_at": day, "call_date": day.date(), "duration_ms": seconds * 1000} | {
        "landed_at": day + timedelta(hours=after_h),
        "agent_id": "ana",
        "queue": "cards",
    }


def noted(call_id: str | None, state: str, reason: str | None, hour: int = 0) -> dict[str, Any]:
    return {"recording_sha256": f"{call_id}{hour}", "call_id": call_id, "state": state, "reason": reason} | {
        "updated_at": DAY + timedelta(hours=hour)
    }


CALLS = [
    landed("fine"),
    landed("late", after_h=49),
    landed("long", seconds=75),
    landed("twice", seconds=10),
    landed("twice~0a1b2c3d", seconds=10),
    landed("extra"),
    landed("last week", day=DAY - timedelta(days=7)),
]
LEDGER = [
    noted("failed", "failed", "no engine answered", 1),
    noted("failed", "quarantined", "silent", 2),
    noted("waits", "found", None),
    noted("fine", "landed", None),
    noted(None, "quarantined", "not a sound recording"),
]


@pytest.fixture
def compare(keyring: Keyring) -> Iterator[Compare]:
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as stored")
        connection.execute("set timezone = 'UTC'")
        for name, schema in TABLES.items():
            gone = ledger_rows({"f" * 64: "gone"}, keyring, "e1", DAY)
            rows = {"calls": CALLS, "recordings": [*LEDGER, *gone]}.get(name, [])
            connection.register("made", pa.Table.from_pylist(rows, schema=schema))
            connection.execute(f"create table stored.{name} as select * from made")
            connection.unregister("made")
        for statement in view_statements(load_relations(), with_comments=False):
            connection.execute(statement)

        def run(*calls: ListedCall, since: date | None = None, until: date | None = None) -> Reconciliation:
            return reconcile(connection, calls, Bounds(since, until, 48, 10), keyring)

        yield run


def listed(call_id: str, seconds: float | None = 60, started_at: datetime | None = DAY) -> ListedCall:
    return ListedCall(call_id, started_at, seconds, "ana", "cards")


def found(result: Reconciliation, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in result.rows.to_pylist()]


def test_every_difference_has_a_row_and_equal_calls_have_none(compare: Compare) -> None:
    ids = ("fine", "late", "long", "twice", "failed", "waits", "never")
    result = compare(*(listed(one) for one in ids))
    assert found(result, "difference", "call_id") == [
        ("missing", "failed"),
        ("missing", "never"),
        ("missing", "waits"),
        ("extra", "extra"),
        ("late", "late"),
        ("duration", "long"),
    ]
    assert (result.listed, result.landed) == (7, 4)
    assert [result.count(name) for name in ("missing", "extra", "late", "duration")] == [3, 1, 1, 1]


def test_a_missing_call_has_the_ledgers_latest_word(compare: Compare) -> None:
    rows = found(compare(listed("failed"), listed("waits"), listed("never")), "call_id", "state", "reason")
    assert rows[:3] == [
        ("failed", "quarantined", "silent"),
        ("never", "never seen", None),
        ("waits", "found", None),
    ]


def test_an_erased_call_is_not_missed(compare: Compare) -> None:
    result = compare(listed("fine"), listed("gone"))
    assert (result.listed, result.landed, result.count("missing")) == (1, 1, 0)


def test_lengths_and_hours_are_shown(compare: Compare) -> None:
    result = compare(listed("late"), listed("long", seconds=64.9))
    rows = {row["difference"]: row for row in result.rows.to_pylist()}
    assert rows["late"]["late_h"] == 49.0
    assert (rows["duration"]["listed_s"], rows["duration"]["landed_s"]) == (64.9, 75.0)
    assert compare(listed("long", seconds=65)).count("duration") == 0
    assert compare(listed("long", seconds=None)).count("duration") == 0


def test_a_second_recording_of_a_call_is_neither_extra_nor_of_another_length(compare: Compare) -> None:
    result = compare(listed("twice", seconds=20))
    assert "twice~0a1b2c3d" not in {row[0] for row in found(result, "call_id")}
    assert result.count("duration") == 0
    assert compare(listed("fine")).count("extra") == 5


def test_only_the_lists_days_are_compared_unless_days_are_given(compare: Compare) -> None:
    result = compare(listed("fine"), listed("never", started_at=DAY - timedelta(days=30)), since=DAY.date())
    assert (result.since, result.until, result.listed) == (DAY.date(), DAY.date(), 1)
    assert result.count("missing") == 0
    whole = compare(listed("fine"), since=date(2026, 2, 1))
    assert ("last week",) in found(whole, "call_id")


def test_a_list_without_times_cannot_say_what_is_extra(compare: Compare) -> None:
    result = compare(listed("fine", started_at=None), listed("never", started_at=None))
    assert found(result, "difference", "call_id") == [("missing", "never")]


def test_an_id_that_is_a_telephone_number_is_compared_as_its_hash(compare: Compare, keyring: Keyring) -> None:
    rows = found(compare(listed("+41791234567")), "call_id")
    assert (f"call-{keyring.pseudonym('call', '+41791234567')[:12]}",) in rows
    assert "+41791234567" not in str(rows)


def test_an_empty_list_misses_nothing(compare: Compare) -> None:
    assert compare().rows.num_rows == 0
