"""Lakes in memory for the SQL tests: made-up rows in `stored`, the project's views on top."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
import pytest

from tasks.lake.layout import create_views
from tasks.lake.stored_marts import computed, mart_names
from tasks.lake.tables import TABLES, as_table
from tasks.questions.bind import bind
from tasks.questions.loader import load_questions

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


@pytest.fixture(scope="session")
def times(made_rows: Lake) -> Lake:
    """The interval marts by counting ticks, which takes a while."""
    import sql_oracles

    marts = (sql_oracles.gaps, sql_oracles.replies, sql_oracles.talk_over, sql_oracles.call_speakers)
    return {mart.__name__: mart(made_rows) for mart in marts}


@pytest.fixture
def rows() -> Lake:
    """A smaller lake that a test may break."""
    from made_lake import make_lake

    return make_lake(calls=18)


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
def questions() -> dict[str, Question]:
    return load_questions()


@pytest.fixture(scope="session")
def answer(questions: dict[str, Question]) -> Callable[[Connection, str, dict[str, str]], list[Row]]:
    """What a lake answers to a question of sql/qa, or all rows of a relation."""

    def _answer(connection: Connection, name: str, given: dict[str, str]) -> list[Row]:
        if name not in questions:
            return fetch(connection, f"select * from {name}")
        return fetch(connection, questions[name].sql, bind(questions[name], given))

    return _answer


@pytest.fixture(scope="session")
def ask(lake: Connection, answer: Callable[..., list[Row]]) -> Callable[..., list[Row]]:
    """The same, of the made lake."""
    return lambda name, **given: answer(lake, name, given)


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
    """A lake in memory whose stored marts are tables, as in a lake on disk."""
    tables = {name: as_table(name, rows.get(name, [])) for name in TABLES}
    marts = computed(tables)
    marts |= {
        name: pa.Table.from_pylist(rows[name], schema=marts[name].schema) for name in marts if name in rows
    }
    connection = duckdb.connect(config={"threads": "1"})
    connection.execute("attach ':memory:' as stored")
    connection.execute("set timezone = 'UTC'")
    for name, table in (tables | marts).items():
        connection.register("made", table)
        connection.execute(f"create table stored.{name} as select * from made")
        connection.unregister("made")
    create_views(connection, with_comments=False, stored=mart_names())
    return connection
