"""A recipe tried beside a lake: nothing paid twice, compared call by call, promoted or dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from short_recordings import write_calls

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from command_line import WarmCommandLine

    Ask = Callable[[Path, str], list[dict[str, Any]]]

DAYS = ("--from", "2026-03-01", "--to", "2026-03-02", "--json")
RECIPES = "select call_id, recipe_id, landed_at from calls order by 1"


def recording_of(ask_lake: Ask, lake: Path) -> str:
    (row,) = ask_lake(lake, "select recording_sha256 from calls where call_id = 'short-0'")
    return str(row["recording_sha256"])


@pytest.fixture
def tried(warm: WarmCommandLine, tmp_path: Path) -> tuple[Path, Path, Path]:
    """An archive of three days, its lake, and two days of it with other redaction rules beside."""
    archive, lake, beside = tmp_path / "archive", tmp_path / "lake", tmp_path / "beside"
    for path in write_calls(archive, 3):
        path.touch()
    assert warm("ingest", archive, "--lake", lake).code == 0
    from tasks.redact.rules import DEFAULT_PATH

    rules = tmp_path / "rules.yaml"
    rules.write_text(DEFAULT_PATH.read_text() + "\n# the same, and another file\n")
    asked = warm.fetched()
    said = warm("reprocess", archive, "--beside", beside, "--rules", rules, "--lake", lake, *DAYS)
    assert (said.code, said.json["landed"], warm.fetched() - asked) == (0, 2, 0), said.err
    return archive, lake, beside


def test_another_recipe_lands_beside_and_leaves_the_lake_alone(
    tried: tuple[Path, Path, Path], ask_lake: Ask
) -> None:
    _, lake, beside = tried
    assert [row["call_id"] for row in ask_lake(beside, RECIPES)] == ["short-0", "short-1"]
    assert len(ask_lake(lake, RECIPES)) == 3
    assert not (beside / "answers").exists()


def test_the_same_words_are_told_as_no_change(warm: WarmCommandLine, tried: tuple[Path, Path, Path]) -> None:
    _, _, beside = tried
    said = warm("recipes", "compare", "--beside", beside, "--json")
    assert said.code == 0, said.err
    assert said.json["sum"]["calls"] == 2
    for name in ("changed", "words_gone", "words_new", "findings_gone", "findings_new", "cost_usd"):
        assert said.json["sum"][name] == 0
    assert all(row["words_before"] == row["words_after"] > 0 for row in said.json["calls"])
    assert "In sum" in warm("recipes", "compare", "--beside", beside).out


def test_a_promoted_recipe_replaces_the_calls_of_its_days(
    warm: WarmCommandLine,
    tried: tuple[Path, Path, Path],
    ask_lake: Ask,
    broken_checks: Callable[[Path], list[str]],
) -> None:
    archive, lake, beside = tried
    before, asked = ask_lake(lake, RECIPES), warm.fetched()
    said = warm("recipes", "promote", archive, "--beside", beside, "--json")
    assert (said.code, said.json["landed"], warm.fetched() - asked) == (0, 2, 0), said.err
    after = ask_lake(lake, RECIPES)
    assert [old["landed_at"] == new["landed_at"] for old, new in zip(before, after, strict=True)] == [
        False, False, True,
    ]  # fmt: skip
    assert [row["recipe_id"] for row in after][:2] == [row["recipe_id"] for row in ask_lake(beside, RECIPES)]
    assert broken_checks(lake) == []


def test_a_dropped_recipe_leaves_nothing(
    warm: WarmCommandLine, tried: tuple[Path, Path, Path], ask_lake: Ask
) -> None:
    _, lake, beside = tried
    answers = sorted((lake / "answers").rglob("*"))
    said = warm("recipes", "drop", "--beside", beside, "--json")
    assert (said.code, said.json["answers"], beside.exists()) == (0, 0, False), said.err
    assert sorted((lake / "answers").rglob("*")) == answers
    assert warm("recipes", "drop", "--beside", lake).code == 2  # a lake that no recipe made is never deleted
    assert len(ask_lake(lake, RECIPES)) == 3
    assert list((lake / "trials").iterdir()) == []


def test_what_is_erased_goes_out_of_every_trial_and_lands_in_none(
    warm: WarmCommandLine, tried: tuple[Path, Path, Path], ask_lake: Ask
) -> None:
    archive, lake, beside = tried
    old = recording_of(ask_lake, lake)
    said = warm("erase", "--call", "short-0", "--lake", lake, "--json")
    assert said.code == 0, said.err
    assert "trial" in said.json["receipt"]["looked_through"]
    assert [row["call_id"] for row in ask_lake(beside, RECIPES)] == ["short-1"]
    files = [path for path in beside.rglob("*") if path.is_file() and path.suffix != ".lock"]
    assert [path.name for path in files if b"short-0" in path.read_bytes()] == []
    assert [path.name for path in files if old.encode() in path.read_bytes()] == []
    erasure = said.json["receipt"]["erasure_id"]
    assert warm("erase", "--verify", erasure, "--lake", lake).code == 0
    later = beside.with_name("later")
    for place in (beside, later):  # one that knows of the erasure itself, and one that was made after it
        said = warm("reprocess", archive, "--beside", place, "--lake", lake, *DAYS[:4], "--model", "base.en")
        assert "short-0" not in said.out
    assert [row["call_id"] for row in ask_lake(later, RECIPES)] == ["short-1"]
    assert ask_lake(later, "from recordings where state = 'landed' and call_id = 'short-0'") == []


def test_a_copy_in_a_trial_is_found_by_the_proof(
    warm: WarmCommandLine, tried: tuple[Path, Path, Path], ask_lake: Ask
) -> None:
    _, lake, beside = tried
    old = recording_of(ask_lake, lake)
    said = warm("erase", "--call", "short-0", "--lake", lake, "--json")
    (beside / "left.txt").write_text(old)
    again = warm("erase", "--verify", said.json["receipt"]["erasure_id"], "--lake", lake)
    assert (again.code, "left.txt" in again.err) == (6, True)
