"""Landings that fail: at any statement and on a full disk the lake stays as it was."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from finished_calls import finished_call, spoken
from lake_checks import broken_checks
from landed_calls import WRITTEN, calls_of, land_calls, parquet_of, rows_of

from tasks.lake.catalog import Lake, writing
from tasks.lake.landing import remove_orphans

if TYPE_CHECKING:
    from pathlib import Path

    from tasks.lake.catalog import Connection
    from tasks.rows import FinishedCall


class Broken(RuntimeError):
    """What the tests make fail."""


class Breaking:
    """A connection that fails at its n-th statement."""

    def __init__(self, connection: Connection, fails_at: int) -> None:
        self._connection, self._left = connection, fails_at
        self.statements: Counter[str] = Counter()

    def execute(self, sql: str, *parameters: Any) -> Any:
        self.statements[sql.split(maxsplit=1)[0]] += 1
        if sql != "rollback":
            if not self._left:
                raise Broken(sql)
            self._left -= 1
        return self._connection.execute(sql, *parameters)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


def _statements_of_a_landing(lake: Lake, call: FinishedCall) -> int:
    with writing(lake) as connection:
        counting = Breaking(connection, 10_000)
        land_calls(counting, lake, call)  # type: ignore[arg-type]  # as much of a connection as is used
        return counting.statements.total()


def test_a_landing_that_fails_at_any_statement_leaves_the_lake_as_it_was(tmp_path: Path, lake: Lake) -> None:
    old, new = finished_call("call-1"), finished_call("call-1", words={0: spoken("hello", 0, 0)}, findings=())
    total = _statements_of_a_landing(Lake.at(str(tmp_path / "other")), old)
    assert total >= 10
    with writing(lake) as connection:
        land_calls(connection, lake, old, finished_call("call-2"))
        files = parquet_of(lake)
        for place in range(1, total + 1):
            with pytest.raises(Broken):
                land_calls(Breaking(connection, place), lake, new, finished_call("call-3"))  # type: ignore[arg-type]  # see above
            assert calls_of(connection) == ["call-1", "call-2"]
            assert rows_of(connection, "select count(*) as n from stored.words") == [{"n": 22}]
            assert parquet_of(lake) == files
        assert broken_checks(connection) == []
        land_calls(connection, lake, replace(new, run_id="run-2"), finished_call("call-3"))
        assert calls_of(connection) == ["call-1", "call-2", "call-3"]
        assert broken_checks(connection) == []


def test_a_disk_that_fills_up_at_any_file_leaves_the_lake_as_it_was(
    lake: Lake, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    land_calls(connection, lake, finished_call())
    write_table = pq.write_table
    left = 0

    def full(rows: pa.Table, file: Any, **options: Any) -> None:
        nonlocal left
        if not left:
            file.write(b"PAR1 and half a page")
            raise OSError(28, "No space left on device")
        left -= 1
        write_table(rows, file, **options)

    with monkeypatch.context() as patched:
        patched.setattr(pq, "write_table", full)
        for place in range(len(WRITTEN)):
            left = place
            with pytest.raises(OSError, match="No space"):
                land_calls(connection, lake, finished_call("call-2"))
            assert calls_of(connection) == ["call-1"]
    remove_orphans(connection, lake)
    assert len(parquet_of(lake)) == len(WRITTEN)
    land_calls(connection, lake, finished_call("call-2"))
    assert calls_of(connection) == ["call-1", "call-2"]
    assert broken_checks(connection) == []


def test_a_disk_that_fills_up_is_left_no_fuller(
    lake: Lake, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    land_calls(connection, lake, finished_call())
    files, write_table = parquet_of(lake), pq.write_table

    def full(rows: pa.Table, file: Any, **options: Any) -> None:
        write_table(rows, file, **options)
        if "usage_id" in rows.column_names:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(pq, "write_table", full)
    with pytest.raises(OSError, match="No space"):
        land_calls(connection, lake, finished_call("call-2"))
    assert parquet_of(lake) == files


def test_only_files_that_were_never_registered_are_removed(lake: Lake, connection: Connection) -> None:
    land_calls(connection, lake, finished_call(), finished_call("call-2", started_at=None))
    land_calls(connection, lake, finished_call(words={0: spoken("hello", 0, 0)}, findings=(), run_id="run-2"))
    before = parquet_of(lake)
    orphans = [
        lake.root / "data" / "main" / "words" / "call_date=2026-03-02" / "orphan.parquet",
        lake.root / "data" / "main" / "turns" / "call_date=2031-01-01" / "orphan.parquet",
        lake.root / "data" / "main" / "words" / "call_date=2026-03-02" / "empty.parquet",
    ]
    for path in orphans:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"" if path.stem == "empty" else next(iter(before)).read_bytes())
    kept = [lake.root / "data" / "notes.txt", lake.root / "mine.parquet"]
    for path in kept:
        path.write_text("kept")
    assert remove_orphans(connection, lake) == 3
    assert parquet_of(lake) == before
    assert all(path.exists() for path in kept)
    assert rows_of(connection, "select count(*) as n from stored.words") == [{"n": 12}]
    assert broken_checks(connection) == []
    assert remove_orphans(connection, lake) == 0
