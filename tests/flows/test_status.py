"""`callarchive status`: nights, what did not land, money, freshness, drift; readable at 100 columns."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console
from short_recordings import write_calls

from flows.cli import output, status
from tasks.lake.catalog import Lake, reading, writing
from tasks.lake.nights import keep_night
from tasks.operations import Month, operations

if TYPE_CHECKING:
    from pathlib import Path

    from command_line import WarmCommandLine

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
def operated(warm: WarmCommandLine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake after two nights: nothing could be heard in the first; three calls landed in the second."""
    folder = tmp_path_factory.mktemp("operated")
    write_calls(folder / "archive", 3)
    (folder / "archive" / "bad.wav").write_bytes(b"no sound")
    order = ("ingest", folder / "archive", "--lake", folder / "lake")
    assert warm(*order, CANNED_FAILS="1").code == 10
    assert warm(*order).code == 0
    return folder / "lake"


def test_status_tells_the_nights_and_what_did_not_land(warm: WarmCommandLine, operated: Path) -> None:
    facts = warm("status", "--lake", operated, "--json").json
    counts = [
        [night[name] for name in ("found", "landed", "failed", "quarantined")] for night in facts["nights"]
    ]
    assert counts == [[4, 3, 0, 0], [4, 0, 3, 1]]
    assert all(night["took_s"] is not None for night in facts["nights"])
    assert {row["state"]: row["recordings"] for row in facts["states"]} == {"landed": 3, "quarantined": 1}
    assert [(row["state"], row["recordings"]) for row in facts["reasons"]] == [("quarantined", 1)]
    assert facts["newest"]["call_at"].startswith("2026-03-0")
    assert facts["newest"]["landed_at"] > facts["newest"]["recording_seen_at"]


def test_status_holds_the_months_cost_against_the_ceiling(warm: WarmCommandLine, operated: Path) -> None:
    month = warm("status", "--lake", operated, "--json", CALLARCHIVE_MAX_USD_PER_MONTH="50").json["month"]
    assert (month["cost_usd"], month["ceiling_usd"], month["share"]) == (0, 50, 0)
    assert "no ceiling is set" in warm("status", "--lake", operated).out


@pytest.mark.parametrize(
    ("spent", "ceiling", "share"), [(5.0, 20.0, 0.25), (5.0, None, None), (0.0, 0.0, 1.0)]
)
def test_a_months_share_is_of_its_ceiling(spent: float, ceiling: float | None, share: float | None) -> None:
    assert Month(NOW.date(), spent, ceiling).share == share


def test_status_is_readable_at_100_columns(empty_place: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    with writing(empty_place) as connection:
        for number in range(9):
            keep_night(connection, empty_place, _busy_night(number))
    shown = io.StringIO()
    monkeypatch.setattr(output, "stdout", Console(file=shown, width=100))
    with reading(empty_place) as connection:
        status._print(operations(connection, NOW, 1000.0))
    lines = shown.getvalue().splitlines()
    assert max(map(len, lines)) <= 100
    nights = [line for line in lines if "backfill" in line]
    assert len(nights) == 7
    for value in ("11-19 02:00", "11:59", "1000000", "999999", "123457", "12345.68"):
        assert value in nights[0]
    assert [cell.strip() for cell in nights[1].split("│")[2:-1]] == ["11-18 02:00", *"--------"]


def _busy_night(number: int) -> dict[str, Any]:
    begun_at = datetime(2026, 11, 11, 2, tzinfo=UTC) + timedelta(days=number)
    begun = {"run_id": f"0123456789a{number}", "purpose": "backfill", "engine": "local", "begun_at": begun_at}
    if number == 7:
        return begun
    counts = {
        "found": 1_000_000,
        "landed": 999_999,
        "skipped": 999_999,
        "quarantined": 9_999,
        "failed": 9_999,
    }
    ended_at = begun_at + timedelta(hours=12, seconds=-1)
    return begun | counts | {"ended_at": ended_at, "duration_ms": 7_407_402_000, "cost_usd": 12_345.678}
