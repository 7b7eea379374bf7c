"""A lake in memory, for what is computed over rows before they land."""

from __future__ import annotations

from contextlib import closing, contextmanager
from functools import cache
from typing import TYPE_CHECKING

import duckdb

from tasks.lake.layout import create_tables, create_views

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def scratch() -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty lake in memory, with every mart computed; what is done in it is undone at the end.

    One is made for the whole process, so that landing a batch does not pay for making it twice.
    """
    with closing(_made().cursor()) as connection:
        connection.execute("begin")
        try:
            yield connection
        finally:
            connection.rollback()


@cache
def _made() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"threads": "1"})
    # A transaction's own rows are in no statistics: DuckDB would take the few rows that it expects for a
    # reason to compare all with all.
    connection.execute("set global asof_loop_join_threshold = 0")
    connection.execute("create schema stored")  # one transaction cannot write to two databases
    create_tables(connection)
    create_views(connection, with_comments=False)
    return connection
