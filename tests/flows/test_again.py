"""Recordings tried again: retry now, requeue for the next night, backfill of past days."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest
from short_recordings import seconds_of, write_calls

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from command_line import WarmCommandLine

    Ask = Callable[[Path, str], list[dict[str, Any]]]


@pytest.fixture
def failed(warm: WarmCommandLine, tmp_path: Path) -> Path:
    """An archive of two recordings that failed, one that is quarantined, and one that came later."""
    write_calls(tmp_path / "archive", 2)
    cut = seconds_of("call-0001", 0, 5)
    (tmp_path / "archive" / "cut.wav").write_bytes(cut[: len(cut) // 2])
    assert warm("ingest", tmp_path / "archive", "--lake", tmp_path / "lake", CANNED_FAILS="1").code == 10
    (tmp_path / "archive" / "later.wav").write_bytes(seconds_of("call-0007", 15, 6))
    return tmp_path / "archive"


def counts(facts: dict[str, Any]) -> tuple[int, ...]:
    """found = landed + skipped + quarantined + failed, which this holds to be so."""
    found, *states = (facts[name] for name in ("found", "landed", "skipped", "quarantined", "failed"))
    assert found == sum(states)
    return tuple(states)


def test_retry_takes_what_failed_and_nothing_else(
    warm: WarmCommandLine, failed: Path, tmp_path: Path, ask_lake: Ask
) -> None:
    said = warm("retry", failed, "--lake", tmp_path / "lake", "--json")
    assert (said.code, counts(said.json)) == (0, (2, 2, 0, 0))
    assert said.json["skipped_because"] == {"not failed before": 2}
    rows = ask_lake(tmp_path / "lake", "select state, count(*) as n from recordings group by all order by 1")
    assert {row["state"]: row["n"] for row in rows} == {"landed": 2, "quarantined": 1}
    (night,) = ask_lake(tmp_path / "lake", "select purpose from nights order by begun_at desc limit 1")
    assert night["purpose"] == "retry"


def test_retry_takes_the_quarantined_once_their_cause_is_put_right(
    warm: WarmCommandLine, failed: Path, tmp_path: Path
) -> None:
    order = ("retry", failed, "--state", "quarantined", "--lake", tmp_path / "lake", "--json")
    said = warm(*order)
    assert (said.code, counts(said.json)) == (3, (0, 3, 1, 0))
    said = warm(*order, CALLARCHIVE_ACCEPT_TRUNCATED="true")
    assert (said.code, counts(said.json)) == (0, (1, 3, 0, 0))


def test_what_is_requeued_is_taken_by_the_next_night(
    warm: WarmCommandLine,
    failed: Path,
    tmp_path: Path,
    ask_lake: Ask,
    broken_checks: Callable[[Path], list[str]],
) -> None:
    lake = tmp_path / "lake"
    mark = ("requeue", "--state", "quarantined", "--reason", "TRUNCATED", "--lake", lake)
    assert warm(*mark, "--dry-run", "--json").json == {"recordings": 1, "marked": False}
    assert warm(*mark, "--json").json == {"recordings": 1, "marked": True}
    (row,) = ask_lake(lake, "select state, reason from recordings where state = 'quarantined'")
    assert row["reason"].startswith("taken again by the next night; before: ")
    assert broken_checks(lake) == []
    again = warm(*mark)
    assert (again.code, "marked already" in again.err) == (2, True)
    said = warm("ingest", failed, "--lake", lake, "--json", CALLARCHIVE_ACCEPT_TRUNCATED="true")
    assert counts(said.json) == (4, 0, 0, 0)
    assert broken_checks(lake) == []


def test_a_requeued_call_stays_landed_until_it_is_replaced(
    warm: WarmCommandLine,
    archive: Path,
    tmp_path: Path,
    ask_lake: Ask,
    broken_checks: Callable[[Path], list[str]],
) -> None:
    lake = tmp_path / "lake"
    warm("ingest", archive, "--lake", lake)
    before = ask_lake(lake, "select call_id, landed_at from calls order by 1")
    assert warm("requeue", "--call", "short-1", "--lake", lake).code == 0
    assert ask_lake(lake, "select call_id, landed_at from calls order by 1") == before
    assert broken_checks(lake) == []
    assert counts(warm("ingest", archive, "--lake", lake, "--json").json) == (1, 2, 0, 0)
    after = ask_lake(lake, "select call_id, landed_at from calls order by 1")
    assert [old == new for old, new in zip(before, after, strict=True)] == [True, False, True]
    assert counts(warm("ingest", archive, "--lake", lake, "--json").json) == (0, 3, 0, 0)


def test_requeue_wants_to_know_which(warm: WarmCommandLine, tmp_path: Path) -> None:
    said = warm("requeue", "--lake", tmp_path / "lake")
    assert (said.code, "--call, --reason or --state" in said.err) == (2, True)


def test_a_backfill_takes_so_many_a_night_and_leaves_other_days_alone(
    warm: WarmCommandLine, tmp_path: Path, ask_lake: Ask
) -> None:
    write_calls(tmp_path / "made", 4)
    for number, day in enumerate((1, 2, 3, 7)):
        folder = tmp_path / "archive" / f"2026-03-0{day}"
        folder.mkdir(parents=True)
        for path in (tmp_path / "made").glob(f"*-{number}.*"):
            shutil.copyfile(path, folder / path.name)
    order = ("backfill", tmp_path / "archive", "--from", "2026-03-01", "--to", "2026-03-03")
    order += ("--lake", tmp_path / "lake", "--max-recordings", "2", "--json")
    first = warm(*order).json
    assert counts(first) == (2, 2, 0, 0)
    assert first["skipped_because"] == {"after the days asked for": 1, "beyond --limit": 1}
    days = "select call_date::varchar as day from calls order by 1"
    assert [row["day"] for row in ask_lake(tmp_path / "lake", days)] == ["2026-03-02", "2026-03-03"]
    assert counts(warm(*order).json) == (1, 3, 0, 0)
    assert counts(warm(*order).json) == (0, 4, 0, 0)
    assert ask_lake(tmp_path / "lake", days)[0]["day"] == "2026-03-01"
    assert {row["purpose"] for row in ask_lake(tmp_path / "lake", "from nights")} == {"backfill"}


def test_a_run_begins_nothing_once_its_hours_are_over(
    warm: WarmCommandLine, archive: Path, tmp_path: Path
) -> None:
    order = (
        "backfill",
        archive,
        "--from",
        "2020-01-01",
        "--to",
        "2026-12-31",
        "--lake",
        tmp_path / "lake",
        "--json",
    )
    said = warm(*order, "--max-hours", "0.0000001")
    assert (said.code, counts(said.json)) == (13, (0, 3, 0, 0))
    assert said.json["stopped"]
    assert counts(warm(*order).json) == (3, 0, 0, 0)
