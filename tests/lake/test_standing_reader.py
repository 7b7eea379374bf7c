"""A lake that stays open: many threads ask, each sees one version, the next one what has landed since."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest
from finished_calls import finished_call
from landed_calls import land_calls

from tasks.errors import SettingsError
from tasks.lake.catalog import Lake, writing
from tasks.lake.standing_reader import StandingReader

if TYPE_CHECKING:
    from collections.abc import Iterator

_LANDING_CHILD = Path(__file__).with_name("landing_child.py")
_TESTS = Path(__file__).parents[1]


@pytest.fixture
def reader(lake: Lake) -> Iterator[StandingReader]:
    call = finished_call()
    with writing(lake) as connection:
        land_calls(connection, lake, call)
    with StandingReader(lake) as standing:
        yield standing


def _calls(reader: StandingReader) -> list[str]:
    with reader.version() as version:
        return [call for (call,) in version.execute("select call_id from calls order by 1").fetchall()]


def test_a_version_stays_as_it_is_and_the_next_has_what_has_landed_since(reader: StandingReader) -> None:
    with reader.version() as version:
        before = version.execute("select count(*) from calls").fetchone()
        _land_elsewhere(reader.lake, "call-2")
        assert version.execute("select count(*) from calls").fetchone() == before == (1,)
    assert _calls(reader) == ["call-1", "call-2"]


def test_an_answer_is_kept_until_the_lake_changes(reader: StandingReader) -> None:
    counted = "select count(*) as calls from calls where queue = $queue"
    first = reader.answer(counted, {"queue": "billing"})
    assert first == [{"calls": 1}]
    assert reader.answer(counted, {"queue": "billing"}) is first
    assert reader.answer(counted, {"queue": "cards"}) == [{"calls": 0}]
    _land_elsewhere(reader.lake, "call-2")
    assert reader.answer(counted, {"queue": "billing"}) == [{"calls": 2}]


def test_many_threads_ask_at_once(reader: StandingReader) -> None:
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: _calls(reader), range(40)))
    assert answers == [["call-1"]] * 40


def test_nothing_can_be_written_and_no_other_file_read(reader: StandingReader, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("a\n1\n")
    with reader.version() as version, pytest.raises(duckdb.Error, match="read-only"):
        version.execute("delete from stored.calls")
    with reader.version() as version, pytest.raises(duckdb.PermissionException):
        version.execute("select * from read_csv(?)", [str(tmp_path / "secret.csv")])
    assert _calls(reader) == ["call-1"]


def test_times_are_utc_wherever_the_machine_is(
    reader: StandingReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    with reader.version() as version:
        row = version.execute("select started_at, call_date from calls").fetchone()
    assert row is not None
    assert row[0].astimezone(UTC) == datetime(2026, 3, 2, 12, tzinfo=UTC)
    assert row[0].utcoffset().total_seconds() == 0


def test_a_place_without_a_lake_is_told(empty_place: Lake) -> None:
    with StandingReader(empty_place) as standing, pytest.raises(SettingsError), standing.version():
        pass


def _land_elsewhere(lake: Lake, call_id: str) -> None:
    """In a process of its own, as it is: one process opens a catalog once."""
    environment = {"PYTHONPATH": f"{_TESTS}:{_TESTS.parent}"}
    subprocess.run(
        [sys.executable, _LANDING_CHILD, lake.address, call_id], cwd=_TESTS, env=environment, check=True
    )
