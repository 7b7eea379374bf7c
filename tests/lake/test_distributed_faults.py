"""Servers of a distributed lake that fail, go away or let nobody in: told, and without a secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pytest
from finished_calls import finished_call
from lake_checks import broken_checks
from landed_calls import calls_of, land_calls
from servers import free_port, said_by

from tasks.errors import QueryRefused, SettingsError
from tasks.lake import landing
from tasks.lake.catalog import Lake, exclusively, reading, writing
from tasks.lake.landing import remove_orphans
from tasks.lake.query import run_query

if TYPE_CHECKING:
    from conftest import Servers

    from tasks.lake.catalog import Connection


@pytest.mark.slow
def test_a_catalog_that_goes_away_costs_no_more_than_the_batch(
    online: Servers, distributed: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = distributed.catalog.address.rpartition("/")[2]
    ends = "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()"

    def end_all(*_: object) -> None:
        online.postgres.sql(f"{ends} and datname = '{database}'")

    with writing(distributed) as connection:
        land_calls(connection, distributed, finished_call())
        end_all()
        land_calls(connection, distributed, finished_call("call-2"))
        with monkeypatch.context() as patched:
            patched.setattr(landing, "_replace_rows", end_all)
            with pytest.raises(duckdb.Error) as broken:
                land_calls(connection, distributed, finished_call("call-3"))
        said_by(broken)
    with exclusively(distributed), writing(distributed) as connection:
        assert calls_of(connection) == ["call-1", "call-2"]
        remove_orphans(connection, distributed)
        land_calls(connection, distributed, finished_call("call-3"))
        assert calls_of(connection) == ["call-1", "call-2", "call-3"]
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
        assert told in said_by(refused)
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
        assert told in said_by(refused)
    nowhere = Lake.at(f"s3://no-such-bucket/lake?catalog={distributed.catalog.address}")
    with pytest.raises(SettingsError, match="NO_SUCH_BUCKET") as refused:
        nowhere.answers.write("a", b"b")
    said_by(refused)
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    with pytest.raises(SettingsError, match="NETWORK_CONNECTION") as refused:
        distributed.answers.read("a")
    said_by(refused)


def test_without_credentials_it_says_which(distributed: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(SettingsError, match="AWS_ACCESS_KEY_ID"), reading(distributed):
        pass


def test_a_damaged_file_is_told_without_a_secret(distributed: Lake, writer: Connection) -> None:
    land_calls(writer, distributed, finished_call())
    (path,) = (path for path in distributed.data.paths() if path.startswith("main/words/"))
    distributed.data.write(path, b"PAR1 no more")
    with reading(distributed) as question, pytest.raises(QueryRefused) as refused:
        run_query(question, "from words")
    said_by(refused)
