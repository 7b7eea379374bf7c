"""Lakes in memory for the SQL tests: made-up rows in `stored`, the project's views on top."""

from __future__ import annotations

import copy
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
import pytest

from tasks.lake.tables import TABLES
from tasks.questions.bind import bind
from tasks.questions.loader import load_questions
from tasks.questions.relations import load_relations, view_statements

sys.path.insert(0, str(Path(__file__).parent))  # importlib mode leaves test folders off the path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from made_lake import Lake
    from made_talk import Row

    from tasks.questions.question import Question

    Connection = duckdb.DuckDBPyConnection


@pytest.fixture(scope="session")
def made_rows() -> Lake:
    from made_lake import make_lake

    return make_lake()


@pytest.fixture
def rows(made_rows: Lake) -> Lake:
    """A copy that a test may break."""
    return copy.deepcopy(made_rows)


@pytest.fixture(scope="session")
def open_lake() -> Callable[[Lake], Connection]:
    return _open_lake


@pytest.fixture(scope="session")
def lake(made_rows: Lake) -> Iterator[Connection]:
    with _open_lake(made_rows) as connection:
        yield connection


@pytest.fixture(scope="session")
def empty_lake() -> Iterator[Connection]:
    with _open_lake({}) as connection:
        yield connection


@pytest.fixture(scope="session")
def ask(lake: Connection) -> Callable[..., list[Row]]:
    """Ask a question of sql/qa, or a relation for its rows, on the made lake."""
    questions = load_questions()

    def _ask(name: str, **given: str) -> list[Row]:
        if name not in questions:
            return fetch(lake, f"select * from {name}")  # noqa: S608  (a name from the test)
        return fetch(lake, questions[name].sql, bind(questions[name], given))

    return _ask


@pytest.fixture(scope="session")
def run() -> Callable[[Connection, Question], list[Row]]:
    """Every row a check finds."""
    return lambda connection, check: fetch(connection, check.sql)


def fetch(
    connection: Connection, sql: str, parameters: dict[str, object] | None = None
) -> list[dict[str, Any]]:
    cursor = connection.execute(sql, parameters) if parameters else connection.execute(sql)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _open_lake(rows: Lake) -> Connection:
    connection = duckdb.connect(config={"threads": "1"})
    connection.execute("attach ':memory:' as stored")
    connection.execute("set timezone = 'UTC'")
    for name, schema in TABLES.items():
        connection.register("made", pa.Table.from_pylist(rows.get(name, []), schema=schema))
        connection.execute(f"create table stored.{name} as select * from made")  # noqa: S608  (our tables)
        connection.unregister("made")
    for statement in view_statements(load_relations(), with_comments=False):
        connection.execute(statement)
    return connection
