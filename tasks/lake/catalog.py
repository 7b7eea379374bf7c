"""Opening a lake: a DuckLake, attached as `stored`, with the views on top; and its locks."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

import duckdb

from tasks.errors import CheckFailed, SettingsError
from tasks.files.local import LocalFiles
from tasks.files.s3 import S3Files
from tasks.lake import bucket_access
from tasks.lake.address import bucket_and_catalog, is_folder
from tasks.lake.connection import connect, quoted
from tasks.lake.layout import create_views
from tasks.lake.postgres_catalog import PostgresCatalog
from tasks.lake.sqlite_catalog import SqliteCatalog
from tasks.lake.stored_marts import bring_up_to_date, outdated, up_to_date

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tasks.files.contract import Files

Connection = duckdb.DuckDBPyConnection
"""What others hold without importing DuckDB themselves."""

_LONGEST_COMMIT_S: Final = 120.0
_WRITABLE: Final = "data_inlining_row_limit 10000000"
"""Ledger rows stay in the catalog instead of becoming a tiny Parquet file each; so does every deletion.

A second delete file for the same data file replaces the first, and who reads the version between the two
misses the rows that the second deletes (DuckLake of DuckDB 1.5.5); notes in the catalog do not have this.
"""


@dataclass(frozen=True, slots=True)
class Lake:
    """Where a lake is: its files, and the catalog that says which of them count."""

    files: Files
    catalog: SqliteCatalog | PostgresCatalog

    @classmethod
    def at(cls, address: str) -> Lake:
        """The lake in a folder, or in a bucket with its catalog; nothing is opened yet.

        Raises:
            SettingsError: the address is neither, or holds a password.
        """
        if is_folder(address):
            root = Path(address).expanduser().resolve()
            return cls(LocalFiles(root), SqliteCatalog(root / "catalog.sqlite"))
        bucket, catalog = bucket_and_catalog(address)
        return cls(S3Files(bucket), PostgresCatalog(catalog))

    @property
    def address(self) -> str:
        """What names this lake: `--lake`."""
        if self.root:
            return str(self.root)
        return f"{self.files.address}?catalog={self.catalog.address}"

    @property
    def root(self) -> Path | None:
        """The folder, of a lake that is in one on this machine."""
        return self.files.root if isinstance(self.files, LocalFiles) else None

    @property
    def data(self) -> Files:
        """The Parquet files."""
        return self.files.under("data")

    @property
    def audio(self) -> Files:
        """The redacted copies of recordings."""
        return self.files.under("audio")

    @property
    def answers(self) -> Files:
        """The encrypted answers."""
        return self.files.under("answers")

    @property
    def heard(self) -> Files:
        """The conversations as they were heard, encrypted."""
        return self.files.under("heard")

    @property
    def extensions(self) -> tuple[str, ...]:
        """What DuckDB needs to read it."""
        in_bucket = bucket_access.EXTENSIONS if isinstance(self.files, S3Files) else ()
        return (*self.catalog.extensions, *in_bucket, "ducklake")

    def exists(self) -> bool:
        """Whether a lake was made at this place.

        Raises:
            SettingsError: the catalog's server cannot be reached.
        """
        return self.catalog.exists()


@contextmanager
def reading(lake: Lake, *, with_comments: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection in one transaction, so that every question sees one version of the lake.

    Comments on relations and columns, which take 0.1 s, are there for who asks for them.

    Raises:
        SettingsError: there is no lake at this place, or it cannot be reached.
    """
    _need(lake)
    with _attached(lake, "read_only") as connection:
        with _told_as_trouble(lake):
            create_views(connection, with_comments=with_comments, stored=up_to_date(connection))
        connection.execute("begin")
        yield connection


@contextmanager
def writing(lake: Lake) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that may change the lake, which is made when there is none.

    Raises:
        SettingsError: it cannot be reached.
    """
    new = not lake.exists()
    lake.catalog.make_ready()
    with ExitStack() as stack:
        with in_turn(lake) if new else nullcontext():  # of two that make it, one waits
            connection = stack.enter_context(writing_again(lake))
        if outdated(connection):
            with in_turn(lake):
                bring_up_to_date(connection, lake)
        yield connection


@contextmanager
def writing_again(lake: Lake) -> Iterator[duckdb.DuckDBPyConnection]:
    """Another connection like that of `writing`, for who has that one open: the lake is there and ready.

    Raises:
        SettingsError: it cannot be reached.
    """
    with _attached(lake, _WRITABLE) as connection:
        if lake.root:  # the system keeps what was read of files here; DuckDB would until it is closed
            connection.execute("set enable_external_file_cache = false")
        yield connection


@contextmanager
def rewriting(lake: Lake) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection for who replaces whole files: what it deletes is not noted in the catalog instead.

    Raises:
        SettingsError: there is no lake at this place, or it cannot be reached.
    """
    _need(lake)
    with _attached(lake, "data_inlining_row_limit 0") as connection:
        yield connection


@contextmanager
def exclusively(lake: Lake, wait_s: float = 0) -> Iterator[None]:
    """Hold the lake's lock, so that no other process ingests into it at the same time.

    Raises:
        SettingsError: another process still holds it. The lock of a killed process is free.
    """
    with ExitStack() as stack:
        try:
            stack.enter_context(lake.catalog.held("ingest", wait_s))
        except TimeoutError:
            raise SettingsError(
                f"another ingest into {lake.address} is running; wait for it to end"
            ) from None
        yield


@contextmanager
def in_turn(lake: Lake) -> Iterator[None]:
    """One process after another: two transactions that overlap cannot both be committed.

    Raises:
        CheckFailed: another process has been writing for two minutes; nothing was written.
    """
    with ExitStack() as stack:
        try:
            stack.enter_context(lake.catalog.held("commit", _LONGEST_COMMIT_S))
        except TimeoutError:
            raise CheckFailed("the lake is being written by another process; try again") from None
        yield


def attach_statement(lake: Lake, option: str, name: str = "stored") -> str:
    """What attaches a lake under a name, once its extensions are loaded and its bucket may be read."""
    options = ", ".join(filter(None, [lake.catalog.options, option]))
    return (
        f"attach if not exists {quoted(lake.catalog.ducklake)} as {name} "
        f"(data_path {quoted(f'{lake.data.address}/')}, {options})"
    )


def _need(lake: Lake) -> None:
    if not lake.exists():
        raise SettingsError(
            f"no lake at {lake.address}; make one: callarchive ingest FOLDER --lake '{lake.address}'"
        )


@contextmanager
def _attached(lake: Lake, option: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """DuckDB with the lake as `stored`. What does not fit into memory goes where only the owner may look."""
    with ExitStack() as stack:
        spill = (
            lake.root / "spill"
            if lake.root
            else stack.enter_context(TemporaryDirectory(prefix="callarchive-"))
        )
        connection = stack.enter_context(connect(lake.extensions, temp_directory=str(spill)))
        if isinstance(lake.files, S3Files):
            bucket_access.give_access(connection, lake.files)
        with _told_as_trouble(lake):
            connection.execute(attach_statement(lake, option))
        yield connection


@contextmanager
def _told_as_trouble(lake: Lake) -> Iterator[None]:
    try:
        yield
    except duckdb.Error as error:
        raise SettingsError(lake.catalog.trouble(error)) from None
