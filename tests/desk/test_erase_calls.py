"""The desk without a call: its rows are gone from the file, the log stays a chain."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest
from at_the_desk import NOON, add_item, decide

from tasks.desk.audit import first_broken, note
from tasks.desk.erase_calls import erase_calls

if TYPE_CHECKING:
    from tasks.desk.store import Desk

NAMES = {"call-0001": "erased-0123"}


@pytest.fixture
def used(desk: Desk) -> Desk:
    """Two calls with an item, a decision and rows in the log each."""
    for call_id in ("call-0001", "call-0002"):
        add_item(desk, f"of-{call_id}", call_id=call_id)
        decide(desk, "rosa", "accepted", call_id=call_id, item_id=f"of-{call_id}")
        for action in ("opened", "decided"):
            note(desk, "rosa", action, NOON, call_id=call_id, detail=f"page of {call_id}")
    return desk


def test_a_calls_rows_go_and_its_neighbours_stay(used: Desk) -> None:
    removed = erase_calls(used, NAMES)
    assert (removed["items"], removed["decisions"], removed["audit"]) == (1, 1, 2)
    assert _files_that_hold(used, b"call-0001") == []
    with used.connection() as connection:
        assert [row["call_id"] for row in connection.execute("select call_id from items")] == ["call-0002"]
        assert connection.execute("select sum(items) from tally").fetchone()[0] == 1
    assert erase_calls(used, NAMES) == {}


def test_a_calls_rows_go_from_the_log_of_a_running_app(desk: Desk) -> None:
    with desk.kept_open():
        for call_id in ("call-0001", "call-0002"):
            add_item(desk, f"of-{call_id}", call_id=call_id)
        assert f"{desk.path.name}-wal" in _files_that_hold(desk, b"call-0001")
        erase_calls(desk, NAMES)
        assert _files_that_hold(desk, b"call-0001") == []
        assert _files_that_hold(desk, b"call-0002") == [desk.path.name]


def test_the_log_keeps_who_did_what_and_is_still_a_chain(used: Desk) -> None:
    erase_calls(used, NAMES)
    with used.connection() as log:
        rows = log.execute("select account, call_id, detail from audit where call_id like 'erased-%'")
        assert {tuple(row) for row in rows} == {("rosa", "erased-0123", None)}
    assert first_broken(used) is None
    with pytest.raises(sqlite3.IntegrityError, match="only ever added"), used.connection(write=True) as log:
        log.execute("update audit set account = 'mia'")


def _files_that_hold(desk: Desk, text: bytes) -> list[str]:
    files = desk.path.parent.glob(f"{desk.path.name}*")
    return [file.name for file in files if text in file.read_bytes()]
