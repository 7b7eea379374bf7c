"""The catalog of a lake in a folder: an SQLite file beside the data. Nothing has to be started."""

from __future__ import annotations

import fcntl
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from tasks.errors import CheckFailed, SettingsError
from tasks.files.private import make_private
from tasks.lake.boards import SqliteBoard
from tasks.lake.column_values import column_values
from tasks.lake.connection import connect, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import TextIOWrapper
    from pathlib import Path

_POLL_S: Final = 0.05
_LONGEST_OPENING_S: Final = 60.0
_VACUUM: Final = """
import sqlite3, sys
catalog = sqlite3.connect(sys.argv[1], timeout=60)
catalog.execute("vacuum")
catalog.execute("pragma wal_checkpoint(truncate)")
catalog.close()
"""


@dataclass(frozen=True, slots=True)
class SqliteCatalog:
    """A file that says which files of a lake count. Locks are files beside it."""

    path: Path

    extensions: ClassVar = ("sqlite_scanner",)
    options: ClassVar = "override_data_path true"
    """A lake may be moved: its files are wherever the catalog is."""

    @property
    def address(self) -> str:
        """The file's path."""
        return str(self.path)

    @property
    def ducklake(self) -> str:
        """What DuckLake attaches."""
        return f"ducklake:sqlite:{self.path}"

    def exists(self) -> bool:
        """Whether a lake was made here."""
        return self.path.exists()

    def make_ready(self) -> None:
        """Make the data's folder, and the file in the mode in which who reads does not lock out who lands."""
        _make_folder(self.path.with_name("data"))
        # Closed before DuckDB opens the same file with an SQLite of its own: within one process the two do
        # not see each other's locks, and one would delete the log that the other writes to.
        try:
            with closing(sqlite3.connect(self.path)) as catalog:
                catalog.execute("pragma journal_mode = wal")
        except sqlite3.Error as error:
            raise SettingsError(self.trouble(error)) from None

    @contextmanager
    def held(self, name: str, wait_s: float, *, shared: bool = False) -> Iterator[None]:
        """Hold a lock of the lake, for this machine's processes: alone, or `shared` with others who share it.

        The lock of a killed process is free. It is flock's and not SQLite's, which would be gone as soon as
        this process reads the file: who proves a removal reads every file of the lake.

        Raises:
            TimeoutError: another process still holds it.
        """
        _make_folder(self.path.parent)
        late = time.monotonic() + wait_s
        with self.path.with_name(f"{name}.lock").open("a") as file:
            while not _locked(file, shared=shared):
                if time.monotonic() >= late:
                    raise TimeoutError
                time.sleep(_POLL_S)
            yield

    @contextmanager
    def board(self) -> Iterator[SqliteBoard]:
        """What this machine's workers tell each other."""
        with self.held("leases", _LONGEST_OPENING_S):  # two that make it at once would find it locked
            board = SqliteBoard(self.path.with_name("leases.sqlite"))
        try:
            yield board
        finally:
            board.close()

    def empty_free_room(self) -> None:
        """Overwrite what was deleted: the catalog keeps the smallest and the largest text of each file.

        In a process of its own, for this one may have DuckDB's SQLite open (see make_ready).
        """
        command = [sys.executable, "-I", "-c", _VACUUM, str(self.path)]
        done = subprocess.run(command, env={}, capture_output=True, check=False)
        if done.returncode:
            raise CheckFailed(f"the catalog at {self.path} could not be emptied of old text; run it again")

    def texts(self) -> Iterator[tuple[str, list[str]]]:
        """The different values of each column, with its table; a text may lie in pieces in the file.

        Through DuckDB, which may have the file open in this process (see make_ready).
        """
        with connect(self.extensions) as connection:
            connection.execute("set sqlite_all_varchar = true")
            connection.execute(f"attach {quoted(str(self.path))} as catalog (type sqlite, read_only)")
            yield from column_values(connection)

    def trouble(self, error: Exception) -> str:
        """What to tell when the catalog cannot be opened; the kind of error quotes nothing."""
        return (
            f"the catalog at {self.path} cannot be read ({type(error).__name__}): it is unfinished or "
            "damaged; run ingest again, or restore it from a backup"
        )


def _locked(file: TextIOWrapper, *, shared: bool) -> bool:
    try:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _make_folder(folder: Path) -> None:
    try:
        make_private(folder)
    except OSError as error:
        raise SettingsError(f"{folder} cannot be made: {error.strerror}; name another lake") from None
