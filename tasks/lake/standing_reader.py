"""A read-only lake connection that stays open, for a server whose threads ask one question after another."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, Self

import duckdb

from tasks.errors import SettingsError
from tasks.lake.catalog import reading
from tasks.lake.layout import CATALOG
from tasks.lake.query import confine

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tasks.lake.catalog import Connection, Lake

Row = dict[str, Any]
_MOST_ANSWERS: Final = 200


class StandingReader:
    """A lake that is attached once, at the first question: attaching takes longer than most questions.

    Twice, where it is asked about many calls as well: with one thread for each question, as pages about a
    call are read with, DuckDB spends half the CPU, most of which goes into the catalog and not into rows.
    """

    def __init__(self, lake: Lake) -> None:
        """Nothing is opened yet."""
        self.lake = lake
        self._lock = Lock()
        self._held = ExitStack()
        self._opened: dict[bool, duckdb.DuckDBPyConnection] = {}
        self._answered: dict[object, list[Row]] = {}
        self._answered_of: object = None

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of the lake."""
        self.close()

    @contextmanager
    def version(self, *, wide: bool = False) -> Iterator[Connection]:
        """The calling thread's own connection: all that is asked through it sees one version of the lake.

        The next one sees what has landed since. It reads nothing but the lake's files and changes nothing.
        `wide`: for questions over many calls, which all of the machine's threads work on.

        Raises:
            SettingsError: there is no lake, or it cannot be reached.
        """
        with self._connection(wide=wide).cursor() as cursor:
            try:
                cursor.execute("begin transaction read only")
                yield cursor
            except duckdb.Error as error:
                if isinstance(error, duckdb.ProgrammingError | duckdb.DataError):  # the question was wrong
                    raise
                self.close()  # a lake that was moved or replaced is attached anew
                raise SettingsError(f"the lake at {self.lake.address} cannot be read any more") from None

    def answer(self, sql: str, values: Mapping[str, object]) -> list[Row]:
        """The rows of a question over many calls; they are read anew only once the lake has changed.

        Raises:
            SettingsError: there is no lake, or it cannot be reached.
        """
        asked = (sql, tuple((name, repr(value)) for name, value in values.items()))
        with self.version(wide=True) as version:
            newest = version_of(version)
            with self._lock:
                if self._answered_of != newest or len(self._answered) > _MOST_ANSWERS:
                    self._answered_of, self._answered = newest, {}
                answered = self._answered
            if asked not in answered:
                answered[asked] = version.execute(sql, dict(values)).to_arrow_table().to_pylist()
            return answered[asked]

    def close(self) -> None:
        """Let go of the lake; the next question attaches it again."""
        with self._lock:
            self._held.close()
            self._opened.clear()

    def _connection(self, *, wide: bool) -> duckdb.DuckDBPyConnection:
        with self._lock:
            if wide not in self._opened:
                connection = self._held.enter_context(reading(self.lake))
                connection.execute("set global timezone = 'UTC'")  # for the cursors, too
                if not wide:
                    connection.execute("set threads = 1")
                confine(connection, self.lake)
                self._opened[wide] = connection
            return self._opened[wide]


def version_of(connection: Connection) -> int:
    """The number of the lake's version that a connection sees; each change of the lake makes a higher one."""
    row = connection.execute(f"select max(snapshot_id) from {CATALOG}.ducklake_snapshot").fetchone()
    return row[0] if row else 0
