"""What commands print: tables for people, JSON, CSV and Parquet for machines."""

from __future__ import annotations

import json
import math
import sys
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
from rich.console import Console
from rich.table import Table
from rich.text import Text

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


def as_json(value: Any) -> str:
    """A value as a JSON document."""
    return json.dumps(value, default=_plain, indent=2, ensure_ascii=False)


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
        say(f"... {rows.num_rows - _MAX_TABLE_ROWS} more rows; --format csv, json or parquet gives all")


def print_rows(rows: pa.Table, form: str, target: Path | None) -> None:
    """Rows in one of the forms table, csv, json and parquet, on stdout or into a file."""
    if form == "table" and target is None:
        print_table(rows)
    elif form == "json" or (form == "table" and target is not None):
        _write(
            json.dumps(_rows(rows), default=_plain, indent=2, ensure_ascii=False).encode() + b"\n",
            target,
        )
    elif form == "csv":
        sink = pa.BufferOutputStream()
        pyarrow.csv.write_csv(_flat(rows), sink)
        _write(sink.getvalue().to_pybytes(), target)
    else:
        sink = pa.BufferOutputStream()
        pq.write_table(rows, sink, compression="zstd")
        _write(sink.getvalue().to_pybytes(), target)


def _write(content: bytes, target: Path | None) -> None:
    if target:
        target.write_bytes(content)
    else:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.3f}".rstrip("0").rstrip(".")
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return str(value)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)


def _rows(rows: pa.Table) -> list[dict[str, Any]]:
    """Rows with values that JSON has: sums of whole numbers stay whole, and what is no number is null."""
    return [{name: _json_value(value) for name, value in row.items()} for row in rows.to_pylist()]


def _json_value(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _flat(rows: pa.Table) -> pa.Table:
    """Rows whose lists and structs are written as JSON, for forms that know neither."""
    for place, field in enumerate(rows.schema):
        if pa.types.is_nested(field.type):
            texts = [
                None if value is None else json.dumps(value, default=_plain)
                for value in rows.column(place).to_pylist()
            ]
            rows = rows.set_column(place, field.name, pa.array(texts, pa.string()))
    return rows
