"""The one place that opens DuckDB: the lake is a DuckLake, attached as `stored`, with the views on top."""

from __future__ import annotations

import os
import re
import sqlite3
from contextlib import closing, contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final

import duckdb
import pyarrow as pa
from filelock import FileLock, Timeout

from tasks.errors import CheckFailed, SettingsError
from tasks.lake.tables import TABLES
from tasks.questions.relations import load_relations, view_statements

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Connection = duckdb.DuckDBPyConnection
"""What others hold without importing DuckDB themselves."""

_EXTENSIONS: Final = ("sqlite_scanner", "ducklake")
_PARTITIONED: Final = ("words", "turns", "calls", "redactions", "certificates", "envelopes", "engine_usage")
_LONGEST_COMMIT_S: Final = 120.0
_INLINE_ROWS: Final = 2000
"""Ledger rows of a batch stay in the catalog instead of becoming a tiny Parquet file each."""

_SQL_TYPES: Final = {
    pa.string(): "varchar",
    pa.binary(): "blob",
    pa.date32(): "date",
    pa.bool_(): "boolean",
    pa.uint8(): "utinyint",
    pa.uint16(): "usmallint",
    pa.int32(): "integer",
    pa.int64(): "bigint",
    pa.float32(): "float",
    pa.float64(): "double",
    pa.timestamp("us", tz="UTC"): "timestamptz",
}


@dataclass(frozen=True, slots=True)
class Lake:
    """Where a lake is. `data` holds the Parquet files, `catalog.sqlite` says which of them count."""

    root: Path

    @classmethod
    def at(cls, address: str) -> Lake:
        """The lake in a folder.

        Raises:
            SettingsError: the address is a URL; object storage needs the PostgreSQL catalog, not built yet.
        """
        if "://" in address:
            raise SettingsError(
                f"{address.split('://', maxsplit=1)[0]}:// lakes are not supported yet; name a folder"
            )
        return cls(Path(address).expanduser().resolve())

    @property
    def data(self) -> Path:
        """The folder of the Parquet files."""
        return self.root / "data"

    @property
    def catalog(self) -> Path:
        """The catalog that commits all tables together."""
        return self.root / "catalog.sqlite"

    @property
    def audio(self) -> Path:
        """The folder of the redacted copies of recordings."""
        return self.root / "audio"

    @property
    def answers(self) -> Path:
        """The folder of the encrypted answers."""
        return self.root / "answers"

    @property
    def heard(self) -> Path:
        """The folder of the conversations as they were heard, encrypted."""
        return self.root / "heard"


@contextmanager
def reading(lake: Lake) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection in one transaction, so that every question sees one version of the lake.

    Raises:
        SettingsError: there is no lake at this place.
    """
    if not lake.catalog.exists():
        raise SettingsError(f"no lake at {lake.root}; make one: callarchive ingest FOLDER --lake {lake.root}")
    with _attached(lake, "read_only") as connection:
        with _told_as_damage(lake):
            _create_views(connection, with_comments=True)
        connection.execute("begin")
        yield connection


@contextmanager
def writing(lake: Lake) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that may change the lake, which is made when there is none."""
    _make_folder(lake.data)
    # Closed before DuckDB opens the same file with an SQLite of its own: within one process the two do not
    # see each other's locks, and one would delete the log that the other writes to.
    with _told_as_damage(lake), closing(sqlite3.connect(lake.catalog)) as catalog:
        catalog.execute("pragma journal_mode = wal")  # who reads must not lock out who lands
    with _attached(lake, f"data_inlining_row_limit {_INLINE_ROWS}") as connection:
        _create_tables(connection)
        yield connection


@contextmanager
def exclusively(lake: Lake) -> Iterator[None]:
    """Hold the lake's lock, so that no other process on this machine ingests into it at the same time.

    Raises:
        SettingsError: another process holds it. The lock of a killed process is free.
    """
    _make_folder(lake.root)
    lock = FileLock(lake.root / "ingest.lock", blocking=False)
    try:
        lock.acquire()
    except Timeout:
        raise SettingsError(f"another ingest into {lake.root} is running; wait for it to end") from None
    try:
        yield
    finally:
        lock.release()


@contextmanager
def in_turn(lake: Lake) -> Iterator[None]:
    """One process after another: two transactions that overlap cannot both be committed.

    Raises:
        CheckFailed: another process has been writing for two minutes; nothing was written.
    """
    lock = FileLock(lake.root / "commit.lock", timeout=_LONGEST_COMMIT_S)
    try:
        lock.acquire()
    except Timeout:
        raise CheckFailed("the lake is being written by another process; try again") from None
    try:
        yield
    finally:
        lock.release()


@contextmanager
def scratch() -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty lake in memory, for checking rows before they land."""
    with duckdb.connect(config={"threads": "1"}) as connection:
        connection.execute("attach ':memory:' as stored")
        _create_tables(connection)
        _create_views(connection, with_comments=False)
        yield connection


def _create_views(connection: duckdb.DuckDBPyConnection, *, with_comments: bool) -> None:
    lacking = _lacking(connection)
    for statement in view_statements(load_relations(), with_comments=with_comments):
        connection.execute(_completed(statement, lacking))


@contextmanager
def _attached(lake: Lake, option: str) -> Iterator[duckdb.DuckDBPyConnection]:
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "python_enable_replacements": "false",  # a query must not read this program's variables
        "temp_directory": str(lake.root / "spill"),
    }
    with duckdb.connect(config=config) as connection:
        connection.execute("set timezone = 'UTC'")
        for name in _EXTENSIONS:
            connection.execute(f"load '{_extension_file(name)}'")
        catalog, data = (str(path).replace("'", "''") for path in (lake.catalog, lake.data))
        with _told_as_damage(lake):
            connection.execute(
                f"attach 'ducklake:sqlite:{catalog}' as stored "
                f"(data_path '{data}{os.sep}', override_data_path true, {option})"  # a lake may be moved
            )
        yield connection


@contextmanager
def _told_as_damage(lake: Lake) -> Iterator[None]:
    try:
        yield
    except (duckdb.Error, sqlite3.Error):
        raise SettingsError(
            f"the catalog at {lake.catalog} cannot be read: it is unfinished or damaged; run ingest again, "
            "or restore it from a backup"
        ) from None


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise SettingsError(f"{folder} cannot be made: {error.strerror}; name another lake") from None


def _extension_file(name: str) -> Path:
    """The signed extension that came as a wheel; nothing is fetched at run time."""
    folder = Path(str(files(f"duckdb_extension_{name}"))) / "extensions" / f"v{duckdb.__version__}"
    return folder / f"{name}.duckdb_extension"


def _create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """The tables that are not there yet, and the columns that a lake of an earlier version lacks."""
    lasting = connection.execute(
        "select type = 'ducklake' from duckdb_databases() where database_name = 'stored'"
    ).fetchone() == (True,)
    for name, columns in _lacking(connection).items():
        if len(columns) == len(TABLES[name]):
            definitions = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
            connection.execute(f"create table stored.{name} ({definitions})")
            if lasting and name in _PARTITIONED:
                connection.execute(f"alter table stored.{name} set partitioned by (call_date)")
            continue
        for column, kind in columns.items():
            connection.execute(f'alter table stored.{name} add column "{column}" {kind}')


def _lacking(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """The columns that a lake of an earlier version lacks, with their types, by table."""
    rows = connection.execute(
        "select table_name, column_name from duckdb_columns() where database_name = 'stored'"
    ).fetchall()
    there = set(rows)
    missing = {
        name: {field.name: _SQL_TYPES[field.type] for field in schema if (name, field.name) not in there}
        for name, schema in TABLES.items()
    }
    return {name: columns for name, columns in missing.items() if columns}


def _completed(statement: str, lacking: Mapping[str, Mapping[str, str]]) -> str:
    """A view's statement that takes what the lake lacks as null: who only reads cannot add it."""
    for name, columns in lacking.items():
        nulls = ", ".join(f'null::{kind} as "{column}"' for column, kind in columns.items())
        whole = len(columns) == len(TABLES[name])
        rows = f"select {nulls} where false" if whole else f"select *, {nulls} from stored.{name}"
        statement = re.sub(rf"\bfrom stored\.{name}\b", f"from ({rows}) as {name}", statement)
    return statement
