"""The desk's own file: SQLite, read and written by several people's processes at once."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from tasks.desk.schema import FROM_EARLIER, SCHEMA, VERSION
from tasks.errors import SettingsError
from tasks.files.private import make_private

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tasks.lake.catalog import Lake
    from tasks.settings import Settings

_LONGEST_WAIT_S: Final = 30.0
"""How long one writer waits for another; every transaction here takes milliseconds, the longest a second."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Where the desk is. Safe to share between threads: each use opens a connection of its own."""

    path: Path

    @classmethod
    def at(cls, path: Path) -> Desk:
        """The desk in a file, which is made for its owner's eyes only when there is none.

        Raises:
            SettingsError: the file cannot be made or read, or a later version made it.
        """
        desk = cls(path.expanduser().resolve())
        try:
            desk._make_ready()
        except (OSError, sqlite3.Error) as error:
            raise SettingsError(f"the review desk {desk.path} cannot be used: {error}") from None
        return desk

    @contextmanager
    def connection(self, *, write: bool = False) -> Iterator[sqlite3.Connection]:
        """A transaction; rows come as sqlite3.Row. With `write` nobody else writes until it ends.

        Everything inside counts or, where an error leaves it, nothing.
        """
        with closing(self._opened()) as connection:
            connection.execute("begin immediate" if write else "begin")
            try:
                yield connection
            except BaseException:
                connection.rollback()
                raise
            connection.commit()

    @contextmanager
    def kept_open(self) -> Iterator[None]:
        """While inside, the file has its log: the last connection that closes waits for the disk three times.

        It is written into the file and deleted, to be made anew for the next one.
        """
        with closing(self._opened()) as connection:
            _version(connection)  # nothing is open until it is read
            yield

    def _opened(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=_LONGEST_WAIT_S, isolation_level=None)
        connection.row_factory = sqlite3.Row
        connection.execute("pragma foreign_keys = on")
        connection.execute("pragma synchronous = full")
        connection.execute("pragma mmap_size = 268435456")  # bytes: 100,000 items take 50 MB
        connection.execute("pragma cache_size = -131072")  # KiB
        connection.execute("pragma temp_store = memory")
        return connection

    def _make_ready(self) -> None:
        make_private(self.path.parent)
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))  # SQLite's files beside it get its mode
        with closing(self._opened()) as connection:
            connection.execute("pragma journal_mode = wal")
            if _version(connection) == VERSION:
                return
        with self.connection(write=True) as connection:  # of two that make it, one waits
            if _version(connection) > VERSION:
                raise SettingsError(f"the review desk {self.path} is of a later version of callarchive")
            while (version := _version(connection)) < VERSION:
                for statement in FROM_EARLIER.get(version, SCHEMA):
                    connection.execute(statement)
                connection.execute(f"pragma user_version = {version + 1 if version else VERSION}")


def desk_of(settings: Settings, lake: Lake) -> Desk:
    """The desk that belongs to a lake.

    Raises:
        SettingsError: there is no lake; it is in a bucket and no file is named; or the file is not usable.
    """
    if not lake.exists():
        raise SettingsError(f"no lake at {lake.address}; make one: callarchive ingest FOLDER")
    file = desk_file(settings, lake)
    if file is None:
        raise SettingsError("a lake in a bucket needs a file for its review desk: CALLARCHIVE_REVIEW_FILE")
    return Desk.at(file)


def desk_file(settings: Settings, lake: Lake) -> Path | None:
    """Where a lake's desk is or would be; None where a lake in a bucket has no file named for it."""
    return settings.review_file or (lake.root / "review.sqlite" if lake.root else None)


def stamp(at: datetime) -> str:
    """A moment as every table here holds it: UTC, to the millisecond, in an order that texts have, too."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds")


def moment(stamped: str) -> datetime:
    """The moment of a stamp."""
    return datetime.fromisoformat(stamped)


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("pragma user_version").fetchone()[0])
