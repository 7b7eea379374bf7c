"""`reconcile` on a real lake: what it prints, writes and ends with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from command_line import WarmCommandLine

LANDED = "short-0,2026-03-01T09:00:00Z,5\nshort-1,2026-03-02T09:00:00Z,5\n"


@pytest.fixture
def cdr(tmp_path: Path) -> Path:
    path = tmp_path / "cdr.csv"
    path.write_text(f"UniqueID,start,billsec\n{LANDED}missing-1,2026-03-02T10:00:00Z,5\n")
    return path


def _run(warm: WarmCommandLine, lake: Path, *more: str | Path) -> Any:
    return warm("reconcile", *more, "--lake", lake, "--late-after-h", "1000000")


def test_missing_calls_end_with_3(warm: WarmCommandLine, exported: Path, cdr: Path) -> None:
    said = _run(warm, exported, cdr)
    assert said.code == 3
    assert "2 of 3 listed calls of 2026-03-01 to 2026-03-02 have landed" in said.out
    assert "1 missing, 0 late" in said.out
    facts = _run(warm, exported, cdr, "--json").json
    assert [(row["difference"], row["call_id"], row["state"]) for row in facts["rows"]] == [
        ("missing", "missing-1", "never seen")
    ]
    assert {name: facts[name] for name in ("listed", "landed", "missing", "extra", "late", "duration")} == {
        "listed": 3,
        "landed": 2,
        "missing": 1,
        "extra": 0,
        "late": 0,
        "duration": 0,
    }


def test_nothing_missing_ends_with_0(warm: WarmCommandLine, exported: Path, cdr: Path) -> None:
    cdr.write_text(f"UniqueID,start,billsec\n{LANDED}")
    said = _run(warm, exported, cdr)
    assert (said.code, "2 of 2 listed calls" in said.out) == (0, True)
    assert _run(warm, exported, cdr, "--until", "2026-03-01", "--json").json["listed"] == 1


def test_differences_go_into_a_file(warm: WarmCommandLine, exported: Path, cdr: Path, tmp_path: Path) -> None:
    assert _run(warm, exported, cdr, "-o", tmp_path / "differences.xlsx").code == 3
    sheet = openpyxl.load_workbook(tmp_path / "differences.xlsx").active
    assert [cell.value for cell in next(sheet.iter_rows(min_row=2))][:2] == ["missing", "missing-1"]


def test_nothing_of_the_list_is_kept(warm: WarmCommandLine, exported: Path, cdr: Path) -> None:
    cdr.write_text("UniqueID,start\nlisted-only-4711,2026-03-01T09:00:00Z\n")
    assert _run(warm, exported, cdr).code == 3
    for path in exported.rglob("*"):
        assert not path.is_file() or b"listed-only-4711" not in path.read_bytes()


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--column", "call_id"], "columns are named once each"),
        (["--time-zone", "Mars/Base"], "is no time zone"),
        (["--column", "call_id=Ref"], "no column 'Ref' for call_id"),
    ],
)
def test_a_wrong_option_is_an_error_with_a_way_out(
    more: list[str], message: str, warm: WarmCommandLine, exported: Path, cdr: Path
) -> None:
    said = _run(warm, exported, cdr, *more)
    assert said.code == 2
    assert message in " ".join(said.err.split())


def test_no_list_is_an_error(warm: WarmCommandLine, exported: Path, tmp_path: Path) -> None:
    said = _run(warm, exported, tmp_path / "none.csv")
    assert said.code == 2
    assert "cannot be read" in " ".join(said.err.split())
