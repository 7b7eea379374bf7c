"""A lake in memory, for what is computed over rows before they land."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import duckdb

from tasks.lake.layout import create_tables, create_views

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def scratch() -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty lake in memory, with every mart computed."""
    with duckdb.connect(config={"threads": "1"}) as connection:
        connection.execute("attach ':memory:' as stored")
        create_tables(connection)
        create_views(connection, with_comments=False)
        yield connection
