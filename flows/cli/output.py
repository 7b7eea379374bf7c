"""What commands print: tables for people, rows as files and JSON for machines."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

import pyarrow as pa
from rich.console import Console
from rich.table import Table
from rich.text import Text

from flows.cli.row_files import Form, as_json, file_of, form_of
from tasks.errors import SettingsError

if TYPE_CHECKING:
    from pathlib import Path

_MAX_TABLE_ROWS = 200

_WIDTH = None if sys.stdout.isatty() else 140
"""Wide enough for a table in a file or a pipe; a terminal tells its own width."""

stdout = Console(width=_WIDTH)
stderr = Console(stderr=True)


def complain(message: str) -> None:
    """One line on stderr."""
    stderr.print(Text(f"callarchive: {message}", style="red"), soft_wrap=True)


def say(message: str = "", style: str = "") -> None:
    """A line for people, as it is: brackets are not markup."""
    stdout.print(Text(message, style=style), soft_wrap=True)


def print_json(value: Any) -> None:
    """One JSON document on stdout."""
    print(as_json(value))  # noqa: T201  (what was asked for)


def print_text(text: str, target: Path | None) -> None:
    """Text on stdout or into a file, as it is."""
    _write(text.encode(), target)


def print_table(rows: pa.Table, title: str | None = None) -> None:
    """Rows as a table as wide as the terminal; the first 200 of them."""
    table = Table(title=title, title_justify="left", header_style="bold")
    for field in rows.schema:
        right = pa.types.is_integer(field.type) or pa.types.is_floating(field.type)
        table.add_column(field.name, justify="right" if right else "left", overflow="fold")
    for row in rows.slice(0, _MAX_TABLE_ROWS).to_pylist():
        table.add_row(*(Text(_cell(value)) for value in row.values()))
    stdout.print(table)
    if rows.num_rows > _MAX_TABLE_ROWS:
        say(f"... {rows.num_rows - _MAX_TABLE_ROWS} more rows; --format csv, json, parquet or xlsx gives all")


def print_rows(rows: pa.Table, form: Form | Literal["table"] | None, target: Path | None) -> None:
    """Rows in one of the forms table, csv, json, parquet and xlsx, on stdout or into a file.

    Without a form it is the one that the file's name asks for, else JSON in a file and a table on stdout.

    Raises:
        SettingsError: the file cannot be written, or the form cannot hold the rows.
    """
    if form in (None, "table") and target is None:
        print_table(rows)
        return
    chosen = form_of(target) or "json" if form is None or form == "table" else form
    if target is None and chosen in ("parquet", "xlsx") and sys.stdout.isatty():
        raise SettingsError(f"{chosen} is no text to show; name a file: -o rows.{chosen}")
    _write(file_of(rows, chosen), target)


def _write(content: bytes, target: Path | None) -> None:
    if target is None:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
        return
    try:
        target.write_bytes(content)
    except OSError as error:
        raise SettingsError(f"{target} cannot be written: {error.strerror}; name another file") from None


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.3f}".rstrip("0").rstrip(".")
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return str(value)
