"""A lake in memory, for what is computed over rows before they land."""

from __future__ import annotations

from contextlib import closing, contextmanager
from functools import lru_cache
from itertools import count
from typing import TYPE_CHECKING, Final

import duckdb

from tasks.lake.layout import create_tables, create_views

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_USES: Final = 64
"""Each leaves 34 kB in DuckDB until it is closed; to make one takes 0.1 s of CPU."""
_uses = count()


@contextmanager
def scratch() -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty lake in memory, with every mart computed; what is done in it is undone at the end.

    One is made for many uses, so that landing a batch does not pay for making it twice.
    """
    with closing(_made(next(_uses) // _MOST_USES).cursor()) as connection:
        connection.execute("begin")
        try:
            yield connection
        finally:
            connection.rollback()


@lru_cache(maxsize=1)
def _made(generation: int) -> duckdb.DuckDBPyConnection:
    """The one that is used now; the one before it goes with its last use."""
    del generation
    connection = duckdb.connect(config={"threads": "1"})
    # A transaction's own rows are in no statistics: DuckDB would take the few rows that it expects for a
    # reason to compare all with all.
    connection.execute("set global asof_loop_join_threshold = 0")
    connection.execute("create schema stored")  # one transaction cannot write to two databases
    create_tables(connection)
    create_views(connection, with_comments=False)
    return connection
