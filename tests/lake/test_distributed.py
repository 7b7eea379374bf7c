"""The lake on many machines: the same tables with the catalog in PostgreSQL and the files on S3."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest
from finished_calls import finished_call, spoken
from lake_checks import broken_checks
from landed_calls import calls_of, land_calls
from servers import SECRETS, said_by

from tasks.errors import CheckFailed, QueryRefused, SettingsError
from tasks.lake.catalog import Lake, exclusively, in_turn, reading, writing
from tasks.lake.landing import remove_orphans
from tasks.lake.purge import purge
from tasks.lake.query import confine, run_query
from tasks.schemas import SoundCopy

if TYPE_CHECKING:
    from conftest import Servers

    from tasks.lake.catalog import Connection

TESTS = Path(__file__).parents[1]


def _words(connection: Connection, call_id: str) -> list[str]:
    asked = "select word from stored.words where call_id = ? order by word_index"
    return [word for (word,) in connection.execute(asked, [call_id]).fetchall()]


def test_calls_land_are_asked_about_and_replaced(distributed: Lake, writer: Connection) -> None:
    land_calls(writer, distributed, finished_call(), finished_call("call-2", started_at=None))
    land_calls(writer, distributed, finished_call(words={0: spoken("hello", 0, 0)}, findings=(), usage=()))
    assert _words(writer, "call-1") == ["hello"]
    assert len(_words(writer, "call-2")) == 11
    assert broken_checks(writer) == []
    with reading(distributed) as question:
        confine(question, distributed)
        rows = run_query(question, "select call_id, word_count from calls order by call_id").to_pylist()
    assert rows == [{"call_id": "call-1", "word_count": 1}, {"call_id": "call-2", "word_count": 11}]


def test_its_files_are_plain_parquet_for_any_tool(distributed: Lake, writer: Connection) -> None:
    land_calls(writer, distributed, finished_call())
    (path,) = (path for path in distributed.data.paths() if path.startswith("main/words/"))
    table = pq.read_table(io.BytesIO(distributed.data.read(path) or b""))
    assert table["word"].to_pylist() == _words(writer, "call-1")


def test_a_question_reaches_nothing_but_the_tables(distributed: Lake, writer: Connection) -> None:
    land_calls(writer, distributed, finished_call())
    distributed.answers.write("ab/kept", b"an answer")
    with reading(distributed) as question:
        confine(question, distributed)
        for asked in (
            f"from read_text('{distributed.answers.address}/ab/kept')",
            f"from '{distributed.answers.address}/ab/kept.parquet'",
            "from duckdb_secrets()",
            "from postgres_query('__ducklake_metadata_stored', 'select 1')",
            f"select * from postgres_scan('{distributed.catalog.address}', 'public', 'ducklake_table')",
        ):
            with pytest.raises(QueryRefused) as refused:
                run_query(question, asked)
            said_by(refused)
        shown = question.execute("from duckdb_databases()").fetchall()
    assert not any(secret in str(shown) for secret in SECRETS)


def test_the_copies_of_replaced_calls_and_of_nobody_are_removed(
    distributed: Lake, writer: Connection
) -> None:
    for name in ("one", "two", "stray"):
        distributed.audio.write(f"2026-03-02/{name}.flac", b"sound")
    for name in ("one", "two"):
        copy = SoundCopy(f"audio/2026-03-02/{name}.flac", "a" * 64, 0)
        land_calls(writer, distributed, finished_call("call-1", copy=copy))
    assert distributed.audio.paths() == ["2026-03-02/stray.flac", "2026-03-02/two.flac"]
    assert remove_orphans(writer, distributed) == 1
    assert distributed.audio.paths() == ["2026-03-02/two.flac"]


def _child(lake: Lake, *call_ids: str, **env: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, Path(__file__).with_name("landing_child.py"), lake.address, *call_ids],
        env={**os.environ, "PYTHONPATH": f"{TESTS}:{TESTS.parent}", **env},
        stdout=subprocess.PIPE,
        text=True,
    )


def test_a_writer_that_is_killed_leaves_no_trace_and_no_lock(distributed: Lake) -> None:
    with _child(distributed, "call-1", HANGS="1") as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "written\n"
        written = distributed.data.paths()
        child.kill()
    assert [path for path in written if "/words/" in path]
    started = time.monotonic()
    with exclusively(distributed), writing(distributed) as connection:
        assert calls_of(connection) == []
        assert remove_orphans(connection, distributed) == len(written)
        land_calls(connection, distributed, finished_call("call-2"))
        assert calls_of(connection) == ["call-2"]
        assert remove_orphans(connection, distributed) == 0
    assert time.monotonic() - started < 60


@pytest.mark.slow
def test_processes_that_land_at_once_take_turns(distributed: Lake) -> None:
    ids = [[f"{side}-{number}" for number in range(3)] for side in ("left", "right")]
    children = [_child(distributed, *some, "both") for some in ids]
    assert [child.wait(120) for child in children] == [0, 0]
    for child in children:
        child.communicate()
    with writing(distributed) as connection:
        assert calls_of(connection) == ["both", *ids[0], *ids[1]]
        assert {len(_words(connection, call_id)) for call_id in calls_of(connection)} == {11}
        assert broken_checks(connection) == []


def test_one_ingest_at_a_time_wherever_it_runs(distributed: Lake) -> None:
    taken = pytest.raises(SettingsError, match="another ingest")
    with exclusively(distributed), taken, exclusively(distributed):
        pass
    with exclusively(distributed), in_turn(distributed):
        pass


def test_a_landing_whose_turn_does_not_come_writes_nothing(
    distributed: Lake, writer: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tasks.lake.catalog._LONGEST_COMMIT_S", 0.2)
    with in_turn(distributed), pytest.raises(CheckFailed, match="another process"):
        land_calls(writer, distributed, finished_call())
    assert distributed.data.paths() == []


@pytest.mark.slow
def test_what_was_replaced_is_gone_from_bucket_and_catalog(online: Servers, distributed: Lake) -> None:
    with writing(distributed) as connection:
        first = finished_call(words={0: spoken("zzyzx was said", 0, 0)}, findings=())
        land_calls(connection, distributed, first, finished_call("call-2"))
        land_calls(connection, distributed, finished_call(run_id="run-2"))
        before = set(distributed.data.paths())
    online.sample(distributed)
    assert online.holds(b"zzyzx")
    purge(distributed)
    after = set(distributed.data.paths())
    assert before - after
    assert not [path for path in after if b"zzyzx" in _unpacked(distributed, path)]
    assert not online.holds(b"zzyzx")
    with writing(distributed) as connection:
        assert calls_of(connection) == ["call-1", "call-2"]
        assert broken_checks(connection) == []
        assert remove_orphans(connection, distributed) == 0


def _unpacked(lake: Lake, path: str) -> bytes:
    content = lake.data.read(path) or b""
    return content + repr(pq.read_table(io.BytesIO(content)).to_pylist()).encode()
