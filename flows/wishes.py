"""What an operator asks of a night beyond the settings: which recordings, and in which order."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal

from tasks.sources.archive import folder_of

if TYPE_CHECKING:
    from tasks.find_recordings import Found
    from tasks.sources.archive import File

Order = Literal["listed", "newest", "oldest"]
Purpose = Literal["ingest", "retry", "backfill"]

_DAY: Final = re.compile(r"(?<!\d)(20\d\d)[-_/]?(0[1-9]|1[0-2])[-_/]?(0[1-9]|[12]\d|3[01])(?!\d)")
_SLACK: Final = timedelta(days=1)
"""Folders count local days, calls are counted in UTC."""
_LONG_AGO: Final = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Wishes:
    """Nothing that is asked for is None or as it would be anyway."""

    since: datetime | None = None
    limit: int | None = None
    retry_quarantined: bool = False
    replace: bool = False
    until: datetime | None = None
    """Only calls that began before this."""
    order: Order = "listed"
    only: Literal["failed", "quarantined"] | None = None
    """Only recordings that the ledger has in this state."""

    @property
    def purpose(self) -> Purpose:
        """What such a night is called in `nights`."""
        if self.only:
            return "retry"
        return "backfill" if self.until or self.order != "listed" else "ingest"

    def unasked_file(self, file: File) -> str | None:
        """Why a file need not be read, as far as the day in its folder's name says; else None."""
        day = folder_day(file.name)
        if day is None or self.until is None:
            return None
        if day - _SLACK > self.until.date():
            return "after the days asked for"
        if self.since and day + _SLACK < self.since.date():
            return "before the days asked for"
        return None

    def unasked(self, one: Found) -> str | None:
        """Why a recording that was read is none of those asked for; else None."""
        began = one.recording.metadata.started_at or (_noon(one.file) if self.until else None)
        if began is None:
            return "when it began is not known, so no days can be asked for" if self.until else None
        if self.since and began < self.since:
            return "before the days asked for" if self.until else "before --since"
        return "after the days asked for" if self.until and began >= self.until else None

    def in_order(self, files: list[File]) -> list[File]:
        """Files as they shall be taken, by the day in their folder's name, else by their time."""
        if self.order == "listed":
            return files
        return sorted(files, key=_when, reverse=self.order == "newest")


def folder_day(name: str) -> date | None:
    """The day that a file's folders name, as 2026-03-02, 20260302 or 2026/03/02; None without one."""
    found = _DAY.search(folder_of(name))
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:  # the 31st of a shorter month
        return None


def _noon(file: File) -> datetime | None:
    day = folder_day(file.name)
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC) if day else None


def _when(file: File) -> datetime:
    return _noon(file) or file.modified_at or _LONG_AGO
