"""What a client that knows nothing of callarchive sees of a lake: all relations, explained, read-only."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from finished_calls import finished_call
from landed_calls import land_calls

from tasks.errors import SettingsError
from tasks.lake.attach_script import attach_script
from tasks.lake.catalog import Lake, reading, writing
from tasks.questions.relations import load_relations

if TYPE_CHECKING:
    from pathlib import Path

CLIENT = """
import json, sys, duckdb
connection = duckdb.connect(sys.argv[2])
for _ in range(2):
    connection.execute(open(sys.argv[1], encoding="utf-8").read())
try:
    refused = [json.dumps(row, default=str) for row in connection.execute(sys.argv[3]).fetchall()]
except duckdb.Error as error:
    refused = str(error)
print(json.dumps(refused))
"""
"""Plain DuckDB, run apart from this project; the script is run twice as by a tool that connects again."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    lake = Lake.at(str(tmp_path_factory.mktemp("attached") / "it's a lake"))
    call = finished_call()
    with writing(lake) as connection:
        land_calls(connection, lake, call)
    return lake


@pytest.fixture(scope="module")
def script(place: Lake, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("script") / "lake.sql"
    target.write_text(attach_script(place, install=False), encoding="utf-8")
    return target


def ask_plainly(script: Path, sql: str, database: str = ":memory:") -> Any:
    """Rows as JSON, or what DuckDB says against it."""
    done = subprocess.run(
        [sys.executable, "-I", "-c", CLIENT, script, database, sql],
        cwd=script.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout.splitlines()[-1])  # what comes before it is a progress bar
    return [json.loads(row) for row in answer] if isinstance(answer, list) else answer


def test_every_relation_has_the_rows_that_callarchive_shows(place: Lake, script: Path) -> None:
    names = sorted(load_relations())
    counts = " union all ".join(f"select '{name}', count(*) from {name}" for name in names)
    with reading(place) as connection:
        expected = connection.execute(f"{counts} order by 1").fetchall()
    assert dict(expected)["calls"] == 1
    assert dict(expected)["words"] > 1
    assert ask_plainly(script, f"{counts} order by 1") == [list(row) for row in expected]


def test_relations_and_columns_are_explained(script: Path) -> None:
    unexplained = (
        "select table_name, column_name from duckdb_columns() "
        "where database_name = 'memory' and not internal and comment is null"
    )
    assert ask_plainly(script, unexplained) == []
    explained = "select comment from duckdb_views() where view_name = 'calls' and database_name = 'memory'"
    assert ask_plainly(script, explained)[0][0].startswith("Which calls have landed")


def test_phrases_can_be_searched(script: Path) -> None:
    assert ask_plainly(script, "select count(*) from said_phrases(['no such words'], 0)") == [[0]]


def test_the_lake_cannot_be_changed(script: Path) -> None:
    said = ask_plainly(script, "delete from stored.calls")
    assert "read-only" in said
    assert ask_plainly(script, "select count(*) from calls") == [[1]]


def test_a_database_file_keeps_the_views_from_one_day_to_the_next(script: Path, tmp_path: Path) -> None:
    for _ in range(2):
        rows = ask_plainly(script, "select count(*) from calls", str(tmp_path / "views.duckdb"))
        assert rows == [[1]]


def test_another_version_of_duckdb_installs_its_own_extensions(place: Lake) -> None:
    lines = attach_script(place, install=True).splitlines()
    names = [f"{verb} {name};" for name in ("sqlite_scanner", "ducklake") for verb in ("install", "load")]
    assert lines[:4] == names


def test_a_lake_in_a_bucket_is_attached_without_a_key_in_the_script(monkeypatch: pytest.MonkeyPatch) -> None:
    from tasks.files.s3 import S3Files
    from tasks.lake import bucket_access

    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "do-not-write-me")
    said = bucket_access.secret_statement(S3Files("s3://calls/lake"))
    assert "credential_chain" in said
    assert "do-not-write-me" not in said


def test_no_lake_is_an_error_with_a_way_out(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no lake at"):
        attach_script(Lake.at(str(tmp_path / "nowhere")), install=False)
