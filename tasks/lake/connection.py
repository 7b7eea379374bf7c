"""DuckDB as everything here opens it: it fetches nothing, and sees nothing of this program."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final

import duckdb

from tasks.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterable

SEEKING: Final = "dynamic_or_filter_threshold"
SEEK: Final = f"set {SEEKING} = 2000"
"""For questions about phrases: a join leaves out row groups for the values of so many rows, instead of 50.

Not for others, because DuckDB holds each row that is read against all of the values: 2,000 names of calls
made a join of 81,000 turns take 4 s instead of 0.03.
"""
SEEK_NO_MORE: Final = f"reset {SEEKING}"


def connect(extensions: Iterable[str], **config: str) -> duckdb.DuckDBPyConnection:
    """A connection with extensions that came as wheels; nothing is fetched at run time.

    Raises:
        SettingsError: one of them is not installed.
    """
    connection = duckdb.connect(
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "allow_unsigned_extensions": "true",  # see extension_file
            "python_enable_replacements": "false",  # a query must not read this program's variables
            **config,
        }
    )
    connection.execute("set timezone = 'UTC'")
    for name in extensions:
        connection.execute(f"load '{extension_file(name)}'")
    return connection


def quoted(text: str) -> str:
    """A text as SQL writes it, for the few statements that take no parameters."""
    return "'" + text.replace("'", "''") + "'"


def extension_file(name: str) -> Path:
    """The extension of this DuckDB's version, from its wheel, which the lock's hashes vouch for.

    DuckDB's own check of its signature guards downloads, of which there are none here; it would hash 70 MB
    at every start (0.45 s of CPU), and not DuckDB itself, which lies in a wheel beside it.
    """
    try:
        folder = Path(str(files(f"duckdb_extension_{name}"))) / "extensions" / f"v{duckdb.__version__}"
    except ModuleNotFoundError:
        raise SettingsError(f"DuckDB's extension {name} is not installed; run: make setup") from None
    return folder / f"{name}.duckdb_extension"
