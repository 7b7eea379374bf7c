"""Which files a night is asked for, by their folders' days and by what their recordings state."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from flows.wishes import Wishes, folder_day
from tasks.find_recordings import Found
from tasks.schemas import CallMetadata, Recording
from tasks.sources.archive import File
from tasks.sources.sidecars import from_json

MARCH = Wishes(since=datetime(2026, 3, 1, tzinfo=UTC), until=datetime(2026, 4, 1, tzinfo=UTC))


def file(name: str, modified_at: datetime | None = None) -> File:
    return File(f"/archive/{name}", name, 10, modified_at)


def found(name: str, started_at: datetime | None) -> Found:
    return Found(file(name), Recording("", "a", 10, None, CallMetadata(started_at=started_at)))


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("2026-03-02/a.wav", date(2026, 3, 2)),
        ("2026/03/02/a.wav", date(2026, 3, 2)),
        ("site/20260302/late/a.wav", date(2026, 3, 2)),
        ("2026_03_02/a.wav", date(2026, 3, 2)),
        ("2026-02-31/a.wav", None),
        ("12026-03-02/a.wav", None),
        ("2026-13-02/a.wav", None),
        ("billing/2026-03-02.wav", None),
        ("a.wav", None),
    ],
)
def test_a_days_folder_is_known_by_its_name(name: str, day: date | None) -> None:
    assert folder_day(name) == day


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("2026-02-27/a.wav", False),
        ("2026-02-28/a.wav", True),  # a local day that is March in UTC
        ("2026-03-15/a.wav", True),
        ("2026-04-02/a.wav", True),
        ("2026-04-03/a.wav", False),
        ("a.wav", True),
    ],
)
def test_folders_of_other_days_are_not_read(name: str, *, asked: bool) -> None:
    assert (MARCH.unasked_file(file(name)) is None) == asked
    assert Wishes().unasked_file(file(name)) is None


@pytest.mark.parametrize(
    ("name", "started_at", "asked"),
    [
        ("a.wav", datetime(2026, 3, 1, tzinfo=UTC), True),
        ("a.wav", datetime(2026, 3, 31, 23, 59, tzinfo=UTC), True),
        ("a.wav", datetime(2026, 4, 1, tzinfo=UTC), False),
        ("2026-03-01/a.wav", datetime(2026, 2, 28, 23, tzinfo=UTC), False),
        ("2026-03-31/a.wav", None, True),
        ("2026-02-28/a.wav", None, False),
        ("a.wav", None, False),
    ],
)
def test_what_a_recording_states_counts_more_than_its_folder(
    name: str, started_at: datetime | None, *, asked: bool
) -> None:
    assert (MARCH.unasked(found(name, started_at)) is None) == asked


@pytest.mark.parametrize("changes", [date(2026, 3, 29), date(2026, 10, 25)])
def test_days_taken_one_by_one_take_each_call_once_when_clocks_change(changes: date) -> None:
    begins = datetime(changes.year, changes.month, changes.day, tzinfo=UTC) - timedelta(hours=14)
    days = [begins.replace(hour=0) + timedelta(days=number) for number in range(-1, 4)]
    nights = [Wishes(since=day, until=day + timedelta(days=1)) for day in days]
    for number in range(96):
        began = begins + timedelta(minutes=30 * number)
        local = began.astimezone(ZoneInfo("Europe/Berlin"))
        name = f"{local:%Y-%m-%d}/{local:%H%M}-{number}.wav"  # the switch's clock is the office's
        stated = from_json(f'{{"started_at": "{local.isoformat()}"}}'.encode()).started_at
        assert stated == began
        taken = [night for night in nights if night.unasked_file(file(name)) is None]
        assert [one.since for one in taken if one.unasked(found(name, stated)) is None] == [
            began.replace(hour=0, minute=0)
        ]


def test_without_an_end_a_call_of_an_unknown_day_is_taken() -> None:
    since = Wishes(since=datetime(2026, 3, 1, tzinfo=UTC))
    assert since.unasked(found("a.wav", None)) is None
    assert since.unasked(found("a.wav", datetime(2026, 2, 1, tzinfo=UTC))) == "before --since"


def test_files_are_taken_newest_or_oldest_first() -> None:
    files = [
        file("2026-03-02/b.wav"),
        file("c.wav", datetime(2026, 3, 3, tzinfo=UTC)),
        file("d.wav"),
        file("2026-03-01/a.wav", datetime(2026, 5, 1, tzinfo=UTC)),
    ]
    oldest = ["d.wav", "2026-03-01/a.wav", "2026-03-02/b.wav", "c.wav"]
    assert [one.name for one in Wishes(order="oldest").in_order(files)] == oldest
    assert [one.name for one in Wishes(order="newest").in_order(files)] == oldest[::-1]
    assert Wishes().in_order(files) == files


def test_a_night_is_named_by_what_it_was_asked_for() -> None:
    assert (Wishes().purpose, MARCH.purpose, Wishes(only="failed").purpose) == ("ingest", "backfill", "retry")
