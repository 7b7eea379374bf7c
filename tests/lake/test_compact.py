"""Compaction and removal: few files, the same rows, readers undisturbed, nothing left of what is gone."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest
from finished_calls import finished_call
from lake_checks import broken_checks, broken_promises_of
from landed_calls import land_calls

from tasks.errors import CheckFailed
from tasks.lake import compact as compaction
from tasks.lake.catalog import Lake, reading, rewriting, writing
from tasks.lake.compact import compact, crowded
from tasks.lake.landing import remove_orphans
from tasks.lake.layout import CATALOG
from tasks.lake.parquet_files import data_files, kept_files
from tasks.lake.purge import purge
from tasks.lake.residue import places_with
from tasks.lake.sought import Texts

if TYPE_CHECKING:
    from pathlib import Path

    from tasks.lake.catalog import Connection

ERASED = ("call-0-0", "call-4-1")
"""The first and the last of their order: a catalog remembers these longest."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """A day of five batches, one call of which has landed again, and a call of no day."""
    lake = Lake.at(str(tmp_path_factory.mktemp("made") / "lake"))
    with writing(lake) as connection:
        for batch in range(5):
            calls = [finished_call(f"call-{batch}-{number}", run_id=f"run-{batch}") for number in range(2)]
            land_calls(connection, lake, *calls)
        land_calls(connection, lake, finished_call("call-2-1", run_id="run-5"))
        land_calls(connection, lake, finished_call("call-x", started_at=None))
        assert crowded(connection, lake, 5)
        assert not crowded(connection, lake, 6)
    return lake


@pytest.fixture
def lake(made: Lake, empty_place: Lake) -> Lake:
    """A copy of it, for making one takes seconds."""
    shutil.copytree(made.root, empty_place.root)
    return empty_place


def _files(lake: Lake, name: str = "words") -> set[Path]:
    return set((lake.root / "data" / "main" / name).rglob("*.parquet"))


def _words(connection: Connection) -> list[tuple[object, ...]]:
    return connection.execute("select * from stored.words order by all").fetchall()


def test_a_days_files_become_one_with_the_same_rows_and_encodings(lake: Lake) -> None:
    with writing(lake) as connection:
        before = _words(connection)
    done = compact(lake, keep_hours=0)
    with writing(lake) as connection:
        assert _words(connection) == before
        assert broken_checks(connection) == []
        files = data_files(connection, lake)
        assert remove_orphans(connection, lake) == 0
    with reading(lake) as question:
        assert broken_promises_of(question) == []
    assert [(file.day, file.rows_left) for file in files["words"]] == [(None, 11), ("2026-03-02", 110)]
    assert {len(of_table) for of_table in files.values()} <= {1, 2}
    assert done.files_merged > 5 * done.files_written
    assert len(_files(lake)) == 2
    (merged,) = [file for file in _files(lake) if "2026-03-02" in str(file)]
    columns = pq.ParquetFile(merged).metadata.row_group(0).to_dict()["columns"]
    (start,) = [column for column in columns if column["path_in_schema"] == "start_ms"]
    assert "DELTA_BINARY_PACKED" in start["encodings"]
    assert {column["compression"] for column in columns} == {"ZSTD"}
    assert pq.read_table(merged)["call_id"].to_pylist() == sorted(
        pq.read_table(merged)["call_id"].to_pylist()
    )


def test_a_ledger_that_has_grown_in_the_catalog_moves_into_files(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = "select count(*), count(distinct recording_sha256) from stored.recordings"
    with writing(lake) as connection:
        assert not crowded(connection, lake, 6)
        before = connection.execute(counted).fetchall()
        monkeypatch.setattr(compaction, "_CATALOG_ROWS", before[0][0] - 1)
        assert crowded(connection, lake, 6)
    compact(lake, most_files=6, keep_hours=0)
    assert len(_files(lake, "recordings")) == 1
    with writing(lake) as connection:
        assert not crowded(connection, lake, 6)
        assert connection.execute(counted).fetchall() == before


def test_who_reads_a_version_that_was_replaced_can_finish(lake: Lake) -> None:
    with reading(lake) as question:
        compact(lake)
        assert len(_words(question)) == 121
        assert broken_promises_of(question) == []
    assert len(_files(lake)) > 5
    compact(lake, keep_hours=0)
    assert len(_files(lake)) == 2


def test_a_version_between_two_replacements_keeps_its_calls(lake: Lake) -> None:
    with writing(lake) as connection, reading(lake) as first:
        counted = "select count(*) from stored.calls"
        assert first.execute(counted).fetchone() == (11,)
        land_calls(connection, lake, finished_call("call-0-0", run_id="run-7"))
        with reading(lake) as second:
            assert second.execute(counted).fetchone() == (11,)
            land_calls(connection, lake, finished_call("call-0-1", run_id="run-8"))
            compact(lake)
            assert [one.execute(counted).fetchone() for one in (first, second)] == [(11,), (11,)]


@pytest.mark.parametrize("step", ["register", "_write"])
def test_a_compaction_that_fails_changes_nothing(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    files = _files(lake)
    with monkeypatch.context() as patched:
        patched.setattr(compaction, step, _fails)
        with pytest.raises(MemoryError):
            compact(lake)
    assert {file for file in _files(lake) if "-delete" not in file.name} == files
    with writing(lake) as connection:
        assert broken_checks(connection) == []


def _fails(*_: object) -> None:
    raise MemoryError


def test_rows_that_would_get_lost_stop_a_compaction(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    write = compaction._write
    with monkeypatch.context() as patched:
        patched.setattr(compaction, "_write", lambda *given: write(*given) - 1)
        with pytest.raises(CheckFailed, match="nothing was changed"):
            compact(lake)
    with writing(lake) as connection:
        assert len(_words(connection)) == 121


def test_a_file_in_use_is_not_deleted_whatever_the_catalog_says(lake: Lake) -> None:
    with rewriting(lake) as connection:
        (used,) = [
            path for path in kept_files(connection, lake) if path.startswith("main/words/call_date=__")
        ]
        connection.execute(
            f"insert into {CATALOG}.ducklake_files_scheduled_for_deletion values (1, ?, true, now())", [used]
        )
    with pytest.raises(CheckFailed, match="1 files that are in use"):
        compact(lake, keep_hours=0)
    assert (lake.root / "data" / used).exists()


def test_of_erased_calls_nothing_is_left_anywhere(lake: Lake) -> None:
    named = lake.root / "audio" / "2026-03-02" / f"{ERASED[0]}.flac"
    named.parent.mkdir(parents=True)
    named.write_bytes(b"sound")
    with writing(lake) as connection:
        _erase(connection, ERASED[:1])
    compact(lake, keep_hours=0)
    with writing(lake) as connection:
        _erase(connection, ERASED[1:])
        _erase(connection, ["call-x"])  # the only call in its files
    before = places_with(lake, Texts(ERASED))
    assert "catalog.sqlite" in before
    assert f"audio/2026-03-02/{ERASED[0]}.flac" in before
    assert [path for path in before if path.startswith("data/main/words/")]
    named.unlink()
    purge(lake)
    assert places_with(lake, Texts([*ERASED, "call-x"])) == []
    assert places_with(lake, Texts(["call-2-1"])) != []
    with writing(lake) as connection:
        assert broken_checks(connection) == []
        assert connection.execute("select count(*) from stored.calls").fetchone() == (8,)


def _erase(connection: Connection, call_ids: list[str] | tuple[str, ...]) -> None:
    with_call = connection.execute(
        "select table_name from duckdb_columns() where database_name = 'stored' and column_name = 'call_id'"
    ).fetchall()
    for (name,) in with_call:
        connection.execute(f"delete from stored.{name} where call_id in (select unnest(?))", [list(call_ids)])
