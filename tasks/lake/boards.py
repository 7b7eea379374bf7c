"""A board: small tables beside the catalog in which all who work on a lake see what the others are doing.

It holds what may be lost: leases, and money that is set aside. What lasts is in the lake itself.
"""

from __future__ import annotations

import sqlite3
import time
from contextlib import contextmanager, suppress
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, Protocol

import duckdb
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed

from tasks.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_LEASES: Final = """
create table if not exists callarchive_leases (
    name text primary key, holder text not null, expires_s double precision not null,
    lasts_s double precision not null, deaths integer not null
)"""
_SPENDING: Final = """
create table if not exists callarchive_spending (
    month text primary key, usd double precision not null, latest text
)"""
_GONE_S: Final = 60.0
"""A database may restart in the meantime."""


class Board(Protocol):
    """Two tables, of leases and of spending. Every method may be called from any thread."""

    @property
    def now_s(self) -> str:
        """The time by the board's own clock, in seconds, as SQL."""

    def run(self, *statements: str, then: str | None = None) -> list[tuple[Any, ...]]:
        """Statements in one transaction; the rows of the query at its end.

        Raises:
            SettingsError: the board cannot be reached, for a minute on end.
        """


class SqliteBoard:
    """A file of its own beside the catalog, which DuckDB's own SQLite never opens."""

    def __init__(self, path: Path) -> None:
        """Open it; it is made when there is none."""
        self._told = f"{path} cannot be used; delete it when nobody works on the lake"
        self._lock = Lock()
        with self._as_trouble():
            self._file = sqlite3.connect(path, timeout=_GONE_S, isolation_level=None, check_same_thread=False)
            self._file.execute("pragma journal_mode = wal")
            self._file.execute("pragma synchronous = normal")
            self._file.execute("pragma secure_delete = on")  # what is erased leaves no bytes in free room
        self.run(_LEASES, _SPENDING)

    @property
    def now_s(self) -> str:
        """Seconds since this machine was started, which setting its clock does not change."""
        return repr(time.monotonic())

    def run(self, *statements: str, then: str | None = None) -> list[tuple[Any, ...]]:
        """See Board."""
        with self._lock, self._as_trouble():
            self._file.execute("begin immediate")
            try:
                for statement in statements:
                    self._file.execute(statement)
                rows = self._file.execute(then).fetchall() if then else []
                self._file.execute("commit")
            except BaseException:
                with suppress(sqlite3.Error):
                    self._file.execute("rollback")
                raise
            return rows

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._file.close()

    @contextmanager
    def _as_trouble(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error:
            raise SettingsError(self._told) from None


class PostgresBoard:
    """Tables in the database of a lake's catalog."""

    now_s = "extract(epoch from clock_timestamp())::double precision"

    def __init__(self, connection: duckdb.DuckDBPyConnection, trouble: Callable[[Exception], str]) -> None:
        """`connection` has the database as `catalog`; `trouble` is what to tell when it cannot be used."""
        self._connection, self._trouble = connection, trouble
        self._lock = Lock()
        self.run(_LEASES, _SPENDING)

    def run(self, *statements: str, then: str | None = None) -> list[tuple[Any, ...]]:
        """See Board."""
        with self._lock:
            try:
                return self._run(statements, then)
            except duckdb.Error as error:
                raise SettingsError(self._trouble(error)) from None

    @retry(
        retry=retry_if_exception_type(duckdb.Error),  # a restart, or two who waited for each other
        stop=stop_after_delay(_GONE_S),
        wait=wait_fixed(0.5),
        reraise=True,
    )
    def _run(self, statements: tuple[str, ...], then: str | None) -> list[tuple[Any, ...]]:
        self._connection.execute("begin")
        try:
            for statement in statements:
                self._connection.execute("call postgres_execute('catalog', ?)", [statement])
            rows = (
                self._connection.execute("from postgres_query('catalog', ?)", [then]).fetchall()
                if then
                else []
            )
            self._connection.execute("commit")
        except BaseException:
            with suppress(duckdb.Error):
                self._connection.execute("rollback")
            raise
        return rows
