"""The audit log: only added to, and whoever gets around that shows."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tasks.desk import audit
from tasks.desk.store import Desk

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk.at(tmp_path / "review.sqlite")
    for at in range(5):
        audit.note(
            desk, "maria", "viewed", NOW + timedelta(minutes=at), call_id=f"call-{at % 2}", detail=str(at)
        )
    return desk


def test_rows_come_newest_first_and_by_what_is_asked(desk: Desk) -> None:
    audit.note(desk, "paul", "unmask", NOW, call_id="call-1")
    assert [entry.seq for entry in audit.entries(desk)] == [6, 5, 4, 3, 2, 1]
    assert [entry.seq for entry in audit.entries(desk, {"call_id": "call-1"})] == [6, 4, 2]
    assert [entry.seq for entry in audit.entries(desk, {"call_id": "call-1", "account": "maria"})] == [4, 2]
    assert [entry.seq for entry in audit.entries(desk, {"action": "unmask"})] == [6]
    assert [entry.seq for entry in audit.entries(desk, before=4, limit=2)] == [3, 2]


@pytest.mark.parametrize("statement", ["update audit set account = 'x'", "delete from audit where seq = 2"])
def test_the_file_refuses_changes(statement: str, desk: Desk) -> None:
    with (
        pytest.raises(sqlite3.IntegrityError, match="only ever added to"),
        desk.connection(write=True) as connection,
    ):
        connection.execute(statement)
    assert len(audit.entries(desk)) == 5


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("update audit set account = 'paul' where seq = 3", 3),
        ("update audit set call_id = null where seq = 2", 2),
        ("update audit set chain = 'x' where seq = 4", 4),
        ("delete from audit where seq = 2", 3),
        ("delete from audit where seq = 1", 2),
        (
            "insert into audit select 9, at, account, action, null, null, chain from audit where seq = 1",
            9,
        ),
    ],
)
def test_who_takes_the_triggers_away_and_changes_a_row_breaks_the_chain(
    statement: str, broken: int, desk: Desk
) -> None:
    assert audit.first_broken(desk) is None
    with closing(sqlite3.connect(desk.path, isolation_level=None)) as connection:
        connection.execute("drop trigger audit_stays")
        connection.execute("drop trigger audit_is_kept")
        connection.execute(statement)
    assert audit.first_broken(desk) == broken


def test_rows_cut_off_at_the_end_show_to_who_wrote_the_newest_chain_down(desk: Desk) -> None:
    newest = audit.entries(desk, limit=1)[0]
    with closing(sqlite3.connect(desk.path, isolation_level=None)) as connection:
        connection.execute("drop trigger audit_is_kept")
        connection.execute("delete from audit where seq = 5")
    audit.note(desk, "maria", "viewed", NOW)
    assert audit.first_broken(desk) is None
    assert newest.chain not in {entry.chain for entry in audit.entries(desk)}
    assert audit.entries(desk, limit=1)[0].seq == 6


def test_rows_of_many_threads_make_one_chain(desk: Desk) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda at: audit.note(desk, f"person{at}", "viewed", NOW), range(40)))
    assert len(audit.entries(desk)) == 45
    assert audit.first_broken(desk) is None


def test_texts_are_cut_before_they_fill_the_disk(desk: Desk) -> None:
    audit.note(desk, "a" * 9_999, "viewed", NOW, call_id="c" * 9_999, detail="d" * 9_999)
    entry = audit.entries(desk, limit=1)[0]
    assert [len(entry.account), len(entry.call_id or ""), len(entry.detail or "")] == [500, 500, 500]
    assert audit.first_broken(desk) is None


def test_whether_something_was_noted_lately(desk: Desk) -> None:
    seen = {"account": "maria", "action": "viewed", "call_id": "call-0"}
    assert audit.noted_since(desk, **seen, since=NOW + timedelta(minutes=4))
    assert not audit.noted_since(desk, **seen, since=NOW + timedelta(minutes=5))
    assert not audit.noted_since(desk, **(seen | {"account": "paul"}), since=NOW)
    assert not audit.noted_since(desk, **(seen | {"call_id": "call-7"}), since=NOW)
