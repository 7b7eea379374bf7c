"""The catalog of a lake in a bucket: a PostgreSQL database that all machines share."""

from __future__ import annotations

import re
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

import duckdb

from tasks.errors import CheckFailed, SettingsError
from tasks.lake.boards import PostgresBoard
from tasks.lake.column_values import column_values
from tasks.lake.connection import connect, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

_CONNECT_S: Final = 10
_ORPHANED_S: Final = 30
_LOCK_S: Final = 120
_OURS: Final = "relkind = 'r' and (relname like 'ducklake%' or relname like 'callarchive%')"


@dataclass(frozen=True, slots=True)
class PostgresCatalog:
    """A database of one lake's own. Its locks count for all machines.

    DuckDB's own extension speaks to it in every case, so there is one client, one way to read the address,
    and libpq's usual variables and files hold for all of it.
    """

    address: str
    """postgresql://user@host/database, without a password."""

    extensions: ClassVar = ("postgres_scanner",)
    options: ClassVar = ""
    """DuckLake refuses a catalog whose files are elsewhere: two lakes must not share a database."""

    @property
    def ducklake(self) -> str:
        """What DuckLake attaches."""
        return f"ducklake:postgres:{self._within_seconds}"

    def exists(self) -> bool:
        """Whether a lake was made here."""
        with self._connected() as connection:
            asked = "select to_regclass('ducklake_metadata') is not null"
            return bool(connection.execute("from postgres_query('catalog', ?)", [asked]).fetchall()[0][0])

    def make_ready(self) -> None:
        """Nothing: DuckLake makes its tables when it is attached."""

    @contextmanager
    def held(self, name: str, wait_s: float, *, shared: bool = False) -> Iterator[None]:
        """Hold a lock of the lake, for all machines' processes: alone, or `shared` with others who share it.

        It is a transaction's, so it is free when this process ends in whatever way, when its machine has been
        silent for a minute, and when the database restarts.

        Raises:
            TimeoutError: another process still holds it.
        """
        with self._connected() as connection:
            connection.execute("begin")
            _run(connection, "set local idle_in_transaction_session_timeout = 0")
            _run(connection, f"set local tcp_keepalives_idle = {_ORPHANED_S}")
            _run(connection, f"set local lock_timeout = {max(1, round(wait_s * 1000))}")
            try:
                lock = f"pg_advisory_xact_lock{'_shared' if shared else ''}"
                _run(connection, f"select {lock}(hashtextextended('callarchive {name}', 0))")
            except duckdb.Error as error:
                if "lock timeout" in str(error):
                    raise TimeoutError from None
                raise SettingsError(self.trouble(error)) from None
            try:
                yield
            finally:
                with suppress(duckdb.Error):  # the server may have gone, and the lock with it
                    connection.rollback()

    @contextmanager
    def board(self) -> Iterator[PostgresBoard]:
        """What the workers of all machines tell each other."""
        with self._connected() as connection:
            yield PostgresBoard(connection, self.trouble)

    def empty_free_room(self) -> None:
        """Write the catalog's tables anew: it keeps the smallest and the largest text of each file.

        And forget the values that the server has sampled to plan queries by: to state a column's type again
        drops them. Their own table is the server's, which who owns the database may write anew, too.
        """
        with self._connected(f"&options=-c%20lock_timeout%3D{_LOCK_S}s") as connection:
            try:
                for statement in (*_types_again(connection), *_vacuums(connection)):
                    connection.execute(
                        "call postgres_execute('catalog', ?, use_transaction => false)", [statement]
                    )
            except duckdb.Error:
                raise CheckFailed(
                    f"the catalog at {self.address} could not be emptied of old text; run it again"
                ) from None

    def texts(self) -> Iterator[tuple[str, list[str]]]:
        """The different values of each column, with its table."""
        with self._connected() as connection:
            yield from column_values(connection)

    def trouble(self, error: Exception) -> str:
        """What to tell when the catalog cannot be opened; of what the server says, only the reason."""
        said = str(error)
        if "does not match existing data path" in said:
            return (
                f"the catalog at {self.address} belongs to a lake with other files; give each lake a "
                "database of its own"
            )
        reason = re.search(r"failed: (?:FATAL: +)?([^\n]+)", said)
        return (
            f"the catalog at {self.address} cannot be used{f' ({reason[1]})' if reason else ''}; check the "
            "server, the user, and PGPASSWORD or ~/.pgpass"
        )

    @property
    def _within_seconds(self) -> str:
        separator = "&" if "?" in self.address else "?"
        return f"{self.address}{separator}connect_timeout={_CONNECT_S}"

    @contextmanager
    def _connected(self, parameters: str = "") -> Iterator[duckdb.DuckDBPyConnection]:
        """The database itself, as `catalog`. Read committed, so that a long lock keeps no old rows alive."""
        with connect(self.extensions, threads="1") as connection:
            try:
                connection.execute(
                    f"attach {quoted(self._within_seconds + parameters)} as catalog "
                    "(type postgres, isolation_level 'read committed')"
                )
            except duckdb.Error as error:
                raise SettingsError(self.trouble(error)) from None
            yield connection


def _types_again(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """For each table, its columns, said to be what they are; some hold text as bytes."""
    again = "string_agg(format('alter column %I type %s', attname, format_type(atttypid, atttypmod)), ', ')"
    return _texts_of(
        connection,
        f"select format('alter table %I ', relname) || {again} from pg_class "
        "join pg_attribute on attrelid = pg_class.oid "
        f"where {_OURS} and attnum > 0 and not attisdropped group by relname",
    )


def _vacuums(connection: duckdb.DuckDBPyConnection) -> list[str]:
    tables = _texts_of(connection, f"select format('%I', relname) from pg_class where {_OURS}")
    return [f"vacuum (full) {name}" for name in (*tables, "pg_catalog.pg_statistic")]


def _texts_of(connection: duckdb.DuckDBPyConnection, asked: str) -> list[str]:
    return [text for (text,) in connection.execute("from postgres_query('catalog', ?)", [asked]).fetchall()]


def _run(connection: duckdb.DuckDBPyConnection, statement: str) -> None:
    connection.execute("call postgres_execute('catalog', ?)", [statement])
