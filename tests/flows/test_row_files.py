"""Rows as files that other programs open: values keep their types, and no text becomes a formula."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from flows.cli import row_files
from flows.cli.row_files import file_of, form_of
from tasks.errors import SettingsError

if TYPE_CHECKING:
    from command_line import WarmCommandLine

FORMULAS = ["=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1"]
MOMENT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def one_row(**values: Any) -> pa.Table:
    return pa.table({name: [value] for name, value in values.items()})


def sheet_of(rows: pa.Table) -> list[list[Any]]:
    book = openpyxl.load_workbook(io.BytesIO(file_of(rows, "xlsx")))
    return [list(row) for row in book.active.iter_rows()]


def test_excel_gets_numbers_times_and_texts_as_such() -> None:
    _, cells = sheet_of(
        one_row(
            whole=7, part=0.5, sum=Decimal(12), yes=True, day=MOMENT.date(), at=MOMENT, said="hi", none=None
        )
    )
    assert [cell.value for cell in cells] == [
        7,
        0.5,
        12,
        True,
        datetime(2026, 3, 2),  # noqa: DTZ001  (a sheet knows no zones)
        datetime(2026, 3, 2, 9, 30),  # noqa: DTZ001
        "hi",
        None,
    ]
    assert [cell.data_type for cell in cells] == ["n", "n", "n", "b", "d", "d", "s", "n"]
    assert (cells[4].number_format, cells[5].number_format) == ("yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss")


def test_what_excel_cannot_hold_as_it_is_becomes_a_text_or_nothing() -> None:
    _, cells = sheet_of(
        one_row(
            large=2**53 + 1,
            nan=float("nan"),
            endless=float("inf"),
            old=date(1850, 1, 1),
            many=[1, 2],
            raw=b"\x01",
        )
    )
    assert [cell.value for cell in cells] == [str(2**53 + 1), None, None, "1850-01-01", "[1, 2]", "01"]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_is_never_a_formula(text: str) -> None:
    heading, (cell,) = sheet_of(pa.table({text: [text]}))
    assert [heading[0].data_type, cell.data_type] == ["s", "s"]
    assert cell.value.replace("_x000D_", "\r") == text
    (_, (guarded,)) = csv.reader(io.StringIO(file_of(one_row(said=text), "csv").decode(), newline=""))
    assert guarded == f"'{text}"


def test_csv_leaves_numbers_and_harmless_texts_alone() -> None:
    rows = one_row(
        number=-1, share=-0.5, said="a = b", mark="[CARD_NUMBER]", nothing=pa.scalar(None, pa.string())
    )
    (_, cells) = csv.reader(io.StringIO(file_of(rows, "csv").decode()))
    assert cells == ["-1", "-0.5", "a = b", "[CARD_NUMBER]", ""]


def test_json_and_parquet_hold_texts_unchanged() -> None:
    rows = pa.table({"said": FORMULAS})
    assert [row["said"] for row in json.loads(file_of(rows, "json"))] == FORMULAS
    assert pq.read_table(io.BytesIO(file_of(rows, "parquet")))["said"].to_pylist() == FORMULAS


def test_too_much_for_a_sheet_is_refused_and_not_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match="row 1 has a text too long"):
        file_of(one_row(said="a" * 32_768), "xlsx")
    monkeypatch.setattr(row_files, "_SHEET_ROWS", 2)
    assert len(sheet_of(pa.table({"n": [1, 2]}))) == 3
    with pytest.raises(SettingsError, match="3 rows are more than"):
        file_of(pa.table({"n": [1, 2, 3]}), "xlsx")


def test_a_question_without_rows_is_a_file_with_a_heading() -> None:
    empty = pa.table({"call_id": pa.array([], pa.string())})
    assert [[cell.value for cell in row] for row in sheet_of(empty)] == [["call_id"]]
    assert file_of(empty, "csv").decode().split() == ['"call_id"']


def test_a_file_s_name_says_its_form() -> None:
    assert [form_of(Path(name)) for name in ("a.XLSX", "a.csv", "a.txt")] == ["xlsx", "csv", None]
    assert form_of(None) is None


@pytest.mark.parametrize("command", [("sql", "select * from calls"), ("ask", "talk_listen_ratio")])
def test_commands_write_the_form_that_the_file_is_named_for(
    command: tuple[str, str], warm: WarmCommandLine, exported: Path, tmp_path: Path
) -> None:
    for name in ("rows.xlsx", "rows.csv", "rows.parquet", "rows.json"):
        said = warm(*command, "--lake", exported, "-o", tmp_path / name)
        assert (said.code, said.out) == (0, "")
    book = openpyxl.load_workbook(tmp_path / "rows.xlsx")
    ids = [row[0].value for row in book.active.iter_rows(min_row=2)]
    assert sorted(ids) == ["short-0", "short-1"]
    assert pq.read_table(tmp_path / "rows.parquet")["call_id"].to_pylist() == ids
    assert [row["call_id"] for row in json.loads((tmp_path / "rows.json").read_text())] == ids
    assert [row[0] for row in csv.reader((tmp_path / "rows.csv").open())] == ["call_id", *ids]


def test_a_file_that_cannot_be_written_is_an_error_with_a_way_out(
    warm: WarmCommandLine, exported: Path
) -> None:
    said = warm("sql", "select 1", "--lake", exported, "-o", "/no/such/folder/rows.csv")
    assert said.code == 2
    assert "cannot be written: No such file or directory; name another file" in " ".join(said.err.split())
