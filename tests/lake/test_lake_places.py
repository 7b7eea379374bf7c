"""Where a lake may lie and in what state it may be found: linked, moved, half made, of an earlier version."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from finished_calls import finished_call
from lake_checks import broken_checks
from landed_calls import calls_of, land_calls

from tasks.errors import CallArchiveError
from tasks.lake import landing
from tasks.lake.catalog import Lake, exclusively, reading, writing
from tasks.lake.landing import remove_orphans
from tasks.lake.query import run_query
from tasks.lake.stored_marts import mart_names
from tasks.lake.tables import TABLES, as_table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tasks.lake.catalog import Connection


def test_a_lake_reached_by_a_link_keeps_its_files(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "disk")
    lake = Lake.at(str(tmp_path / "link" / "lake"))
    with writing(lake) as connection:
        land_calls(connection, lake, finished_call())
        land_calls(connection, lake, finished_call())
        assert remove_orphans(connection, lake) == 0
        assert calls_of(connection) == ["call-1"]


@pytest.mark.parametrize("name", ["it's 100% ünïcode;", "a b"])
def test_a_lake_in_a_folder_with_an_odd_name_works(tmp_path: Path, name: str) -> None:
    lake = Lake.at(str(tmp_path / name))
    with writing(lake) as connection:
        land_calls(connection, lake, finished_call(), finished_call("call-2", started_at=None))
        land_calls(connection, lake, finished_call())
        assert remove_orphans(connection, lake) == 0
        assert calls_of(connection) == ["call-1", "call-2"]


def test_a_lake_that_was_moved_can_be_read(tmp_path: Path, lake: Lake) -> None:
    with writing(lake) as connection:
        land_calls(connection, lake, finished_call())
    moved = Lake.at(str(tmp_path / "elsewhere"))
    lake.root.rename(moved.root)
    with reading(moved) as question:
        assert run_query(question, "select * from words").num_rows == 11


def _drop_tables(connection: Connection, names: Iterable[str]) -> None:
    for name in names:
        connection.execute(f"drop table stored.{name}")


@pytest.mark.parametrize("tables", [0, 3, 6])
def test_a_lake_that_was_killed_while_it_was_made_can_be_asked(lake: Lake, tables: int) -> None:
    with writing(lake) as connection:
        _drop_tables(connection, [*mart_names(), *list(TABLES)[tables:]])
    with suppress(CallArchiveError), reading(lake) as question:
        run_query(question, "select * from words")


def test_a_lake_that_was_killed_while_it_was_made_is_completed(lake: Lake) -> None:
    with writing(lake) as connection:
        _drop_tables(connection, [*mart_names(), *list(TABLES)[3:]])
    with writing(lake) as connection:
        land_calls(connection, lake, finished_call())
        assert broken_checks(connection) == []


def test_a_lake_of_an_earlier_version_can_be_asked_before_it_is_written_again(lake: Lake) -> None:
    with writing(lake) as connection:
        connection.execute("drop table stored.engine_scores")
        connection.execute("alter table stored.engine_usage drop column outcome")
        connection.execute("insert into stored.engine_usage (usage_id, engine) values ('u1', 'local')")
    with reading(lake) as question:
        assert run_query(question, "select * from engine_scores").num_rows == 0
        assert run_query(question, "select engine, outcome from engine_usage").to_pylist() == [
            {"engine": "local", "outcome": None}
        ]
    with writing(lake) as connection:
        landing.add_rows(connection, "engine_scores", as_table("engine_scores", [{"comparison_id": "c1"}]))
    with reading(lake) as question:
        assert run_query(question, "select comparison_id from engine_scores").num_rows == 1


def test_the_lakes_folders_are_for_their_owner_only(tmp_path: Path) -> None:
    lake = Lake.at(str(tmp_path / "new"))
    with exclusively(lake), writing(lake):
        pass
    assert lake.root.stat().st_mode & 0o077 == 0
    assert (lake.root / "data").stat().st_mode & 0o077 == 0


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="only Linux tells what is open")
def test_a_lake_that_is_closed_is_not_held_open(empty_place: Lake) -> None:
    for _ in range(2):
        with writing(empty_place):
            pass
    opened = []
    for link in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            opened.append(str(link.readlink()))
    assert not [path for path in opened if path.startswith(str(empty_place.root))]
