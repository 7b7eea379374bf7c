"""A list of calls (CDR) that a telephone system exports as CSV: which calls there were, when and how long."""

from __future__ import annotations

import codecs
import csv
import io
import re
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Final

from tasks.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

HEADINGS: Final[dict[str, tuple[str, ...]]] = {
    "call_id": tuple(
        "call_id uniqueid interaction_id conversation_id contact_id session_id ucid linkedid id".split()
    ),
    "started_at": tuple(
        "started_at start_time started start calldate call_date datetime timestamp date time".split()
    ),
    "duration_s": tuple("duration_s billsec duration_sec duration_seconds duration talk_time length".split()),
    "agent_id": tuple("agent_id agent user_id extension".split()),
    "queue": tuple("queue queue_name skill skill_group campaign".split()),
}
"""What telephone systems call each column, the likeliest first; case, spaces and signs do not matter."""

_DELIMITERS: Final = ",;\t|"
_CLOCK: Final = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d{2}(?:\.\d+)?)")
_LONGEST_FIELD: Final = 100_000


@dataclass(frozen=True, slots=True)
class ListedCall:
    """One call of the list; what it does not state, or not readably, is None."""

    call_id: str
    started_at: datetime | None
    """UTC."""
    duration_s: float | None
    agent_id: str | None
    queue: str | None


@dataclass(frozen=True, slots=True)
class CallList:
    """The calls of a list, each once, and what was wrong with its lines."""

    calls: list[ListedCall]
    without_id: int
    repeated: int
    """Lines of a call that an earlier line has already; the first counts."""
    unread_times: int
    unread_durations: int

    @property
    def notes(self) -> list[str]:
        """What was wrong, in plain words."""
        counts = {
            "lines without an id left out": self.without_id,
            "lines repeat a call and are left out": self.repeated,
            "times cannot be read; say how they are written: --time-format": self.unread_times,
            "durations cannot be read": self.unread_durations,
        }
        return [f"{count} {what}" for what, count in counts.items() if count]


def read_call_list(
    content: bytes, columns: Mapping[str, str], time_format: str | None, zone: tzinfo
) -> CallList:
    """The calls of a CSV file: UTF-8, UTF-16 or Windows-1252; commas, semicolons, tabs or bars.

    Args:
        content: the file's bytes.
        columns: the file's own names for some of `HEADINGS`, such as {"call_id": "Ref"}.
        time_format: how times are written, as strptime knows it; None for ISO 8601 and Unix seconds.
        zone: of times that state none.

    Raises:
        SettingsError: it is no such table, or has no column for the ids. The message quotes nothing of it.
    """
    reader, heading = _open(_decoded(content), columns)
    places = _places(heading, columns)
    seen: dict[str, ListedCall] = {}
    without_id = repeated = unread_times = unread_durations = 0
    for row in _rows(reader):
        texts = {name: row[at].strip() for name, at in places.items() if at < len(row)}
        call_id = texts.get("call_id", "")
        if not call_id or call_id in seen:
            without_id += not call_id and any(row)
            repeated += bool(call_id)
            continue
        started_at = _time(texts.get("started_at", ""), time_format, zone)
        duration_s = _seconds(texts.get("duration_s", ""))
        unread_times += started_at is None and bool(texts.get("started_at"))
        unread_durations += duration_s is None and bool(texts.get("duration_s"))
        agent_id, queue = (texts.get(name) or None for name in ("agent_id", "queue"))
        seen[call_id] = ListedCall(call_id, started_at, duration_s, agent_id, queue)
    return CallList(list(seen.values()), without_id, repeated, unread_times, unread_durations)


def _decoded(content: bytes) -> str:
    """Text from bytes. Windows-1252 reads anything, and ids are ASCII in every encoding here."""
    if content[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
        return content.decode("utf-16", errors="replace")
    if b"\0" in content or content.startswith(b"PK\x03\x04"):
        raise SettingsError("the list is no CSV file but another kind; export it as CSV")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _open(text: str, columns: Mapping[str, str]) -> tuple[Iterator[list[str]], list[str]]:
    """The rows after the heading, and the heading: separated by what makes the most of its columns known."""

    def known(delimiter: str) -> tuple[int, int]:
        heading = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
        return len(_found(heading, columns)), len(heading)

    try:
        best = max(_DELIMITERS, key=known)
        csv.field_size_limit(_LONGEST_FIELD)
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=best)
        return reader, next(reader, [])
    except csv.Error:
        raise SettingsError("the list is no CSV table; export it again") from None


def _rows(reader: Iterator[list[str]]) -> Iterator[list[str]]:
    try:
        yield from reader
    except csv.Error:
        raise SettingsError("the list is broken in the middle; export it again") from None


def _places(heading: Sequence[str], columns: Mapping[str, str]) -> dict[str, int]:
    places = _found(heading, columns)
    for name, given in columns.items():
        if name not in HEADINGS:
            raise SettingsError(f"there is no column {name!r} to name; there are: {', '.join(HEADINGS)}")
        if name not in places:
            raise SettingsError(f"the list's first line has no column {given!r} for {name}")
    if "call_id" not in places:
        raise SettingsError(
            f"no column of the list's first line ({len(heading)} columns) looks like a call's id; name it: "
            "--column call_id=NAME"
        )
    return places


def _found(heading: Sequence[str], columns: Mapping[str, str]) -> dict[str, int]:
    """Where the columns are that the first line names, as they are given or else by their usual names."""
    at = {_plain(name): place for place, name in reversed(list(enumerate(heading)))}
    wanted = {name: (columns[name],) if name in columns else usual for name, usual in HEADINGS.items()}
    return {
        name: at[match]
        for name, names in wanted.items()
        if (match := next((_plain(one) for one in names if _plain(one) in at), None)) is not None
    }


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).lower()


def _time(text: str, time_format: str | None, zone: tzinfo) -> datetime | None:
    try:
        if time_format:
            time = datetime.strptime(text, time_format)  # noqa: DTZ007  (its zone is set below)
        elif re.fullmatch(r"\d{9,10}(\.\d+)?", text):
            time = datetime.fromtimestamp(float(text), UTC)
        else:
            time = datetime.fromisoformat(text)
        return (time if time.tzinfo else time.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _seconds(text: str) -> float | None:
    """Seconds from `125`, `125.4`, `125,4`, `2:05` and `0:02:05`."""
    if clock := _CLOCK.fullmatch(text):
        hours, minutes, seconds = (float(part or 0) for part in clock.groups())
        return hours * 3600 + minutes * 60 + seconds
    return float(text.replace(",", ".")) if re.fullmatch(r"\d{1,9}([.,]\d+)?", text) else None
