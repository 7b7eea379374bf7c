"""A read-only lake connection that stays open, for a server whose threads ask one question after another."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Self

from tasks.lake.catalog import reading
from tasks.lake.query import confine

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

    from tasks.lake.catalog import Connection, Lake


class StandingReader:
    """A lake that is attached once, at the first question: attaching takes longer than most questions."""

    def __init__(self, lake: Lake) -> None:
        """Nothing is opened yet."""
        self.lake = lake
        self._lock = Lock()
        self._held = ExitStack()
        self._opened: duckdb.DuckDBPyConnection | None = None

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of the lake."""
        self.close()

    @contextmanager
    def version(self) -> Iterator[Connection]:
        """The calling thread's own connection: all that is asked through it sees one version of the lake.

        The next one sees what has landed since. It reads nothing but the lake's files and changes nothing.

        Raises:
            SettingsError: there is no lake, or it cannot be reached.
        """
        with self._connection().cursor() as cursor:
            cursor.execute("begin transaction read only")
            yield cursor

    def close(self) -> None:
        """Let go of the lake; the next question attaches it again."""
        with self._lock:
            self._held.close()
            self._opened = None

    def _connection(self) -> duckdb.DuckDBPyConnection:
        with self._lock:
            if self._opened is None:
                connection = self._held.enter_context(reading(self.lake))
                connection.execute("set global timezone = 'UTC'")  # for the cursors, too
                confine(connection, self.lake)
                self._opened = connection
            return self._opened
