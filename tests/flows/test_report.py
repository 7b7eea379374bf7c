"""The report of a real lake, from the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from command_line import WarmCommandLine

    Ask = Callable[[Path, str], list[dict[str, Any]]]


def test_a_page_is_written_that_holds_no_word_of_a_call(
    warm: WarmCommandLine, exported: Path, tmp_path: Path, ask_lake: Ask
) -> None:
    said = warm("report", "--lake", exported, "-o", tmp_path / "report.html")
    assert (said.code, said.out.split(";")[0]) == (0, "2 calls")
    page = (tmp_path / "report.html").read_text()
    assert "too few to compare anything" in page
    for turn in ask_lake(exported, "select text from turns where word_count >= 3"):
        assert turn["text"] not in page


def test_json_holds_the_rows_of_the_questions(warm: WarmCommandLine, exported: Path) -> None:
    answers = warm("report", "--lake", exported, "--queue", "billing", "--json").json
    asked = warm("ask", "measures_by_period", "--lake", exported, "-p", "period=day", "--json").json
    assert asked
    assert [row["measure"] for row in answers["measures"]] == [row["measure"] for row in asked]
    assert [row["calls"] for row in answers["periods"]] == [1, 1]
    assert warm("report", "--lake", exported, "--queue", "other", "--json").json["periods"] == []


def test_days_limit_the_report(warm: WarmCommandLine, exported: Path) -> None:
    answers = warm("report", "--lake", exported, "--since", "2026-03-02", "--json").json
    assert [(row["period_start"], row["calls"]) for row in answers["periods"]] == [("2026-03-02", 1)]


def test_a_report_needs_a_place(warm: WarmCommandLine, exported: Path) -> None:
    said = warm("report", "--lake", exported)
    assert said.code == 2
    assert "-o report.html" in said.err
