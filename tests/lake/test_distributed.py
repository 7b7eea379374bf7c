"""The lake on many machines: the same tables with the catalog in PostgreSQL and the files on S3."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow.parquet as pq
import pytest
from finished_calls import finished_call, landed_row, spoken
from lake_checks import broken_checks
from servers import ACCESS_KEY, PASSWORD, SECRET_KEY, free_port

from tasks.answers import AnswerStore
from tasks.errors import CheckFailed, KeyMissing, QueryRefused, SettingsError
from tasks.heard_calls import HeardCalls
from tasks.keys import Keyring
from tasks.lake import landing
from tasks.lake.catalog import Lake, exclusively, in_turn, reading, writing
from tasks.lake.landing import remove_orphans
from tasks.lake.purge import purge
from tasks.lake.query import confine, run_query
from tasks.land import Landing, land
from tasks.schemas import SoundCopy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Servers

    from tasks.lake.catalog import Connection
    from tasks.rows import FinishedCall

TESTS = Path(__file__).parents[1]
SECRETS = (PASSWORD, ACCESS_KEY, SECRET_KEY)


@pytest.fixture
def connection(distributed: Lake) -> Iterator[Connection]:
    with writing(distributed) as connection:
        yield connection


def _land(connection: Connection, lake: Lake, *calls: FinishedCall) -> None:
    land(connection, lake, Landing([(call, landed_row(call)) for call in calls], [], []))


def _calls(connection: Connection) -> list[str]:
    rows = connection.execute("select call_id from stored.calls order by call_id").fetchall()
    return [call_id for (call_id,) in rows]


def _words(connection: Connection, call_id: str) -> list[str]:
    asked = "select word from stored.words where call_id = ? order by word_index"
    return [word for (word,) in connection.execute(asked, [call_id]).fetchall()]


def _said(error: pytest.ExceptionInfo[Any]) -> str:
    """What an error and all that led to it say, which must not be a secret."""
    said, link = "", error.value
    while link is not None:
        said, link = f"{said}\n{link!r}", None if link.__suppress_context__ else link.__context__
    assert not any(secret in said for secret in SECRETS)
    return said


def test_calls_land_are_asked_about_and_replaced(distributed: Lake, connection: Connection) -> None:
    _land(connection, distributed, finished_call(), finished_call("call-2", started_at=None))
    _land(connection, distributed, finished_call(words={0: spoken("hello", 0, 0)}, findings=(), usage=()))
    assert _words(connection, "call-1") == ["hello"]
    assert len(_words(connection, "call-2")) == 11
    assert broken_checks(connection) == []
    with reading(distributed) as question:
        confine(question, distributed)
        rows = run_query(question, "select call_id, word_count from calls order by call_id").to_pylist()
    assert rows == [{"call_id": "call-1", "word_count": 1}, {"call_id": "call-2", "word_count": 11}]


def test_its_files_are_plain_parquet_for_any_tool(distributed: Lake, connection: Connection) -> None:
    _land(connection, distributed, finished_call())
    (path,) = (path for path in distributed.data.paths() if path.startswith("main/words/"))
    table = pq.read_table(io.BytesIO(distributed.data.read(path) or b""))
    assert table["word"].to_pylist() == _words(connection, "call-1")


def test_a_question_reaches_nothing_but_the_tables(distributed: Lake, connection: Connection) -> None:
    _land(connection, distributed, finished_call())
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
            _said(refused)
        shown = question.execute("from duckdb_databases()").fetchall()
    assert not any(secret in str(shown) for secret in SECRETS)


def test_what_engines_said_and_what_was_heard_is_kept_in_the_bucket(
    distributed: Lake, keyring: Keyring
) -> None:
    store = AnswerStore(distributed.answers, keyring)
    key, content = "ab" + "0" * 62, b"four two six three" * 500_000
    assert store.get(key) is None
    assert store.all_keys() == []
    store.put(key, b"first")
    store.put(key, content)
    assert store.get(key) == content
    assert store.has(key)
    assert store.all_keys() == [key]
    assert b"four two" not in (distributed.answers.read(f"ab/{key}") or b"")
    with pytest.raises(KeyMissing):
        AnswerStore(distributed.answers, Keyring("99999999", {"99999999": bytes(32)})).get(key)
    store.forget(key)
    store.forget(key)
    assert not store.has(key)
    call = finished_call()
    heard = HeardCalls(AnswerStore(distributed.heard, keyring))
    heard.keep("c" * 64, call.conversation, (), {0: [(0, 100)]})
    kept = heard.get("c" * 64)
    assert kept is not None
    assert kept.conversation == call.conversation


def test_a_file_is_in_the_bucket_when_it_is_whole_and_never_before(distributed: Lake) -> None:
    with suppress(MemoryError), distributed.files.new("audio/one.flac") as file:
        file.write(b"half")
        raise MemoryError
    assert distributed.audio.paths() == []
    with distributed.files.new("audio/2026-03-02/one.flac") as file:
        file.write(b"sound")
        file.seek(0)
        assert file.read() == b"sound"
        assert distributed.audio.paths() == []
    assert distributed.audio.paths() == ["2026-03-02/one.flac"]
    with distributed.files.here("audio/2026-03-02/one.flac") as path:
        assert (path.read_bytes(), path.suffix) == (b"sound", ".flac")
    assert not path.exists()
    with pytest.raises(FileNotFoundError), distributed.files.here("audio/none.flac"):
        pass
    assert distributed.files.remove("audio/2026-03-02/one.flac")
    assert not distributed.files.remove("audio/2026-03-02/one.flac")


def test_the_copies_of_replaced_calls_and_of_nobody_are_removed(
    distributed: Lake, connection: Connection
) -> None:
    for name in ("one", "two", "stray"):
        distributed.audio.write(f"2026-03-02/{name}.flac", b"sound")
    for name in ("one", "two"):
        copy = SoundCopy(f"audio/2026-03-02/{name}.flac", "a" * 64, 0)
        _land(connection, distributed, finished_call("call-1", copy=copy))
    assert distributed.audio.paths() == ["2026-03-02/stray.flac", "2026-03-02/two.flac"]
    assert remove_orphans(connection, distributed) == 1
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
        assert _calls(connection) == []
        assert remove_orphans(connection, distributed) == len(written)
        _land(connection, distributed, finished_call("call-2"))
        assert _calls(connection) == ["call-2"]
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
        assert _calls(connection) == ["both", *ids[0], *ids[1]]
        assert {len(_words(connection, call_id)) for call_id in _calls(connection)} == {11}
        assert broken_checks(connection) == []


def test_one_ingest_at_a_time_wherever_it_runs(distributed: Lake) -> None:
    taken = pytest.raises(SettingsError, match="another ingest")
    with exclusively(distributed), taken, exclusively(distributed):
        pass
    with exclusively(distributed), in_turn(distributed):
        pass


def test_a_landing_whose_turn_does_not_come_writes_nothing(
    distributed: Lake, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tasks.lake.catalog._LONGEST_COMMIT_S", 0.2)
    with in_turn(distributed), pytest.raises(CheckFailed, match="another process"):
        _land(connection, distributed, finished_call())
    assert distributed.data.paths() == []


@pytest.mark.slow
def test_what_was_replaced_is_gone_from_bucket_and_catalog(online: Servers, distributed: Lake) -> None:
    with writing(distributed) as connection:
        first = finished_call(words={0: spoken("zzyzx was said", 0, 0)}, findings=())
        _land(connection, distributed, first, finished_call("call-2"))
        _land(connection, distributed, finished_call(run_id="run-2"))
        before = set(distributed.data.paths())
    assert _in_catalog(online, b"zzyzx")
    purge(distributed)
    after = set(distributed.data.paths())
    assert before - after
    assert not [path for path in after if b"zzyzx" in _unpacked(distributed, path)]
    assert not _in_catalog(online, b"zzyzx")
    with writing(distributed) as connection:
        assert _calls(connection) == ["call-1", "call-2"]
        assert broken_checks(connection) == []
        assert remove_orphans(connection, distributed) == 0


def _unpacked(lake: Lake, path: str) -> bytes:
    content = lake.data.read(path) or b""
    return content + repr(pq.read_table(io.BytesIO(content)).to_pylist()).encode()


def _in_catalog(servers: Servers, text: bytes) -> bool:
    """Whether a text is anywhere in the database's files, rows that were deleted included."""
    servers.postgres.sql("checkpoint")
    files = (path for path in (servers.postgres.folder / "data" / "base").rglob("*") if path.is_file())
    return any(text in path.read_bytes() for path in files)


@pytest.mark.slow
def test_a_catalog_that_goes_away_costs_no_more_than_the_batch(
    online: Servers, distributed: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = distributed.catalog.address.rpartition("/")[2]
    ends = "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()"

    def end_all(*_: object) -> None:
        online.postgres.sql(f"{ends} and datname = '{database}'")

    with writing(distributed) as connection:
        _land(connection, distributed, finished_call())
        end_all()
        _land(connection, distributed, finished_call("call-2"))
        with monkeypatch.context() as patched:
            patched.setattr(landing, "_replace_rows", end_all)
            with pytest.raises(duckdb.Error) as broken:
                _land(connection, distributed, finished_call("call-3"))
        _said(broken)
    with exclusively(distributed), writing(distributed) as connection:
        assert _calls(connection) == ["call-1", "call-2"]
        remove_orphans(connection, distributed)
        _land(connection, distributed, finished_call("call-3"))
        assert _calls(connection) == ["call-1", "call-2", "call-3"]
        assert broken_checks(connection) == []


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("PGPASSWORD", "hush-wrong", "password authentication failed"),
        ("PGSSLMODE", "require", "SSL"),
    ],
)
def test_a_catalog_that_lets_nobody_in_says_why(
    distributed: Lake, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, told: str
) -> None:
    monkeypatch.setenv(variable, value)
    for opened in (reading, writing, exclusively):
        with pytest.raises(SettingsError, match="PGPASSWORD") as refused, opened(distributed):
            pass
        assert told in _said(refused)
        assert value not in str(refused.value) or value == "require"


def test_servers_that_are_not_there_are_told(
    online: Servers, distributed: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket = distributed.files.address
    for address, told in (
        (f"{bucket}?catalog=postgresql://lake@127.0.0.1:{free_port()}/made", "Connection refused"),
        (f"{bucket}?catalog={online.postgres.url('nothing')}", "does not exist"),
        (f"{bucket}/elsewhere?catalog={distributed.catalog.address}", "database of its own"),
    ):
        with pytest.raises(SettingsError) as refused, writing(Lake.at(address)):
            pass
        assert told in _said(refused)
    nowhere = Lake.at(f"s3://no-such-bucket/lake?catalog={distributed.catalog.address}")
    with pytest.raises(SettingsError, match="NO_SUCH_BUCKET") as refused:
        nowhere.answers.write("a", b"b")
    _said(refused)
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    with pytest.raises(SettingsError, match="NETWORK_CONNECTION") as refused:
        distributed.answers.read("a")
    _said(refused)


def test_without_credentials_it_says_which(distributed: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(SettingsError, match="AWS_ACCESS_KEY_ID"), reading(distributed):
        pass


def test_a_damaged_file_is_told_without_a_secret(distributed: Lake, connection: Connection) -> None:
    _land(connection, distributed, finished_call())
    (path,) = (path for path in distributed.data.paths() if path.startswith("main/words/"))
    distributed.data.write(path, b"PAR1 no more")
    with reading(distributed) as question, pytest.raises(QueryRefused) as refused:
        run_query(question, "from words")
    _said(refused)


@pytest.mark.parametrize(
    "address",
    [
        "s3://bucket/lake",
        "s3://bucket/lake?catalog=mysql://host/db",
        "s3://key:hush@bucket/lake?catalog=postgresql://host/db",
        "s3://bucket/la ke?catalog=postgresql://host/db",
        "s3://bucket/../lake'?catalog=postgresql://host/db",
        "gs://bucket/lake?catalog=postgresql://host/db",
        "postgresql://user:hush@host/db",
        "s3://bucket/lake?catalog=postgresql://user:hush@host/db",
        "s3://bucket/lake?catalog=postgresql://user@host/db?password=hush",
    ],
)
def test_an_address_that_is_none_or_holds_a_password_is_refused_unseen(address: str) -> None:
    with pytest.raises(SettingsError) as refused:
        Lake.at(address)
    assert "hush" not in str(refused.value)


def test_an_address_says_all_there_is_to_say() -> None:
    address = "s3://calls/north/lake?catalog=postgresql://lake@db.example:6432/calls?sslmode=require"
    lake = Lake.at(address)
    assert lake.address == address
    assert lake.data.address == "s3://calls/north/lake/data"
    assert lake.root is None


def test_a_part_of_a_file_is_read_without_the_rest(
    either_form: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = either_form.files
    files.write("audio/sound.flac", bytes(range(200)))
    monkeypatch.setattr(type(files), "read", None)
    assert files.size_bytes("audio/sound.flac") == 200
    assert files.part("audio/sound.flac", 10, 5) == bytes(range(10, 15))
    assert files.part("audio/sound.flac", 190, 99) == bytes(range(190, 200))
    assert files.part("audio/sound.flac", 200, 1) == b""
    assert files.size_bytes("audio/none.flac") is None
    with pytest.raises(FileNotFoundError):
        files.part("audio/none.flac", 0, 1)
