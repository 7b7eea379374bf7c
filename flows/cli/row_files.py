"""Rows as the bytes of a file: JSON, CSV, Parquet and Excel's XLSX."""

from __future__ import annotations

import io
import json
import math
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Literal

import pyarrow as pa

from tasks.errors import SettingsError

if TYPE_CHECKING:
    from pathlib import Path

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

Form = Literal["csv", "json", "parquet", "xlsx"]

_FORMULA: Final = r"^([=+\-@\t\r])"
"""How a cell begins that a spreadsheet would compute or strip to something that it computes (OWASP)."""
_SHEET_ROWS: Final = 1_048_575
_CELL_CHARACTERS: Final = 32_767
_WHOLE: Final = 2**53
"""Excel's limits: rows under a heading, a cell's text, and the whole numbers that a double holds exactly."""
_FIRST_YEAR: Final = 1901
"""Excel takes 1900 for a leap year and knows no year before it."""
_WIDEST: Final = 60


def form_of(target: Path | None) -> Form | None:
    """The form that a file's name asks for; None where it names none of them."""
    suffix = target.suffix.lower() if target else ""
    forms: dict[str, Form] = {".csv": "csv", ".json": "json", ".parquet": "parquet", ".xlsx": "xlsx"}
    return forms.get(suffix)


def file_of(rows: pa.Table, form: Form) -> bytes:
    """The rows as a file.

    In CSV a text that a spreadsheet would compute gets an apostrophe in front, as OWASP advises; in XLSX it
    is a text as it is. JSON and Parquet hold every value unchanged.

    Raises:
        SettingsError: an Excel sheet cannot hold the rows.
    """
    return _FORMS[form](rows)


def as_json(value: Any) -> str:
    """A value as a JSON document."""
    return json.dumps(value, default=_plain, indent=2, ensure_ascii=False)


def _json_file(rows: pa.Table) -> bytes:
    listed = [{name: _json_value(value) for name, value in row.items()} for row in rows.to_pylist()]
    return as_json(listed).encode() + b"\n"


def _csv_file(rows: pa.Table) -> bytes:
    import pyarrow.csv  # noqa: PLC0415  (what other commands do not need)

    sink = pa.BufferOutputStream()
    pyarrow.csv.write_csv(_guarded(_flat(rows)), sink)
    return sink.getvalue().to_pybytes()


def _parquet_file(rows: pa.Table) -> bytes:
    import pyarrow.parquet as pq  # noqa: PLC0415  (what other commands do not need)

    sink = pa.BufferOutputStream()
    pq.write_table(rows, sink, compression="zstd")
    return sink.getvalue().to_pybytes()


def _xlsx_file(rows: pa.Table) -> bytes:
    from xlsxwriter import Workbook  # noqa: PLC0415  (what other commands do not need)

    if rows.num_rows > _SHEET_ROWS:
        raise SettingsError(f"{rows.num_rows} rows are more than an Excel sheet holds; use csv or parquet")
    target = io.BytesIO()
    in_memory = {"in_memory": True, "remove_timezone": True, "nan_inf_to_errors": False}  # no temporary files
    with Workbook(target, in_memory) as book:
        sheet = book.add_worksheet("rows")
        day, moment = (
            book.add_format({"num_format": kind}) for kind in ("yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss")
        )
        _write_heading(sheet, rows, book.add_format({"bold": True, "bottom": 1}))
        for place, column in enumerate(rows.columns):
            for number, value in enumerate(column.to_pylist(), start=1):
                _write_cell(sheet, number, place, value, day, moment)
    return target.getvalue()


def _write_heading(sheet: Worksheet, rows: pa.Table, style: Format) -> None:
    sheet.freeze_panes(1, 0)
    if rows.num_columns:
        sheet.autofilter(0, 0, rows.num_rows, rows.num_columns - 1)
    for place, name in enumerate(rows.column_names):
        sheet.write_string(0, place, name, style)
        shown = (str(value) for value in rows.column(place).slice(0, 50).to_pylist())
        sheet.set_column(place, place, min(_WIDEST, 3 + max(map(len, (name, *shown)))))


def _write_cell(sheet: Worksheet, row: int, place: int, value: Any, day: Format, moment: Format) -> None:
    """One value in the type that Excel has for it; never as a formula, a link or a guess."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, place, value)
    elif isinstance(value, int | float | Decimal) and -_WHOLE <= value <= _WHOLE:
        sheet.write_number(row, place, value)
    elif isinstance(value, date) and value.year >= _FIRST_YEAR:
        sheet.write_datetime(row, place, value, moment if isinstance(value, datetime) else day)
    else:
        text = json.dumps(value, default=_plain) if isinstance(value, list | dict) else _text(value)
        if len(text) > _CELL_CHARACTERS:
            raise SettingsError(f"row {row} has a text too long for an Excel cell; use csv or parquet")
        sheet.write_string(row, place, text)


def _text(value: Any) -> str:
    return value.hex() if isinstance(value, bytes) else str(_plain(value))


def _guarded(rows: pa.Table) -> pa.Table:
    """Rows whose texts a spreadsheet shows instead of computing them."""
    import pyarrow.compute as pc  # noqa: PLC0415  (what other commands do not need)

    for place, field in enumerate(rows.schema):
        if pa.types.is_string(field.type):
            shown = pc.replace_substring_regex(rows.column(place), pattern=_FORMULA, replacement=r"'\1")
            rows = rows.set_column(place, field.name, shown)
    return rows


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


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime | date | time) else str(value)


def _json_value(value: Any) -> Any:
    """A value that JSON has: sums of whole numbers stay whole, and what is no number is null."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


_FORMS: Final = {"json": _json_file, "csv": _csv_file, "parquet": _parquet_file, "xlsx": _xlsx_file}
