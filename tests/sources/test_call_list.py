"""Lists of calls as telephone systems export them: other names, encodings, separators and broken lines."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tasks.errors import SettingsError
from tasks.sources.call_list import CallList, ListedCall, read_call_list

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PLAIN = "call_id,started_at,duration_s,agent_id,queue\nc-1,2026-03-02T09:00:00Z,65,ana,cards\n"
ONE = ListedCall("c-1", NINE, 65.0, "ana", "cards")


def read(content: str | bytes, time_format: str | None = None, zone: str = "UTC", **columns: str) -> CallList:
    raw = content if isinstance(content, bytes) else content.encode()
    return read_call_list(raw, columns, time_format, ZoneInfo(zone))


@pytest.mark.parametrize(
    "content",
    [
        PLAIN,
        PLAIN.replace(",", ";"),
        PLAIN.replace(",", "\t"),
        PLAIN.replace("\n", "\r\n"),
        PLAIN.encode("utf-8-sig"),
        PLAIN.encode("utf-16"),
        PLAIN.replace("call_id", "Call ID").replace("queue", "Skill Group").replace("duration_s", "BillSec"),
        PLAIN.replace("\n", ",Grüße, die keiner braucht\n").encode("cp1252"),
        "queue;unknown;Unique-ID;agent;start;duration\ncards;x;c-1;ana;2026-03-02 09:00;1:05\n",
    ],
)
def test_the_usual_ways_to_write_a_list_are_read(content: str | bytes) -> None:
    assert read(content).calls == [ONE]
    assert read(content).notes == []


def test_columns_and_times_can_be_named() -> None:
    content = "Ref;When;id\nc-1;02/03/2026 10.00;other\n"
    listed = read(content, "%d/%m/%Y %H.%M", "Europe/Zurich", call_id="ref", started_at="When")
    assert listed.calls == [ListedCall("c-1", NINE, None, None, None)]


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("65", 65), ("65.5", 65.5), ("65,5", 65.5), ("1:05", 65), ("1:00:05", 3605), ("-1", None)],
)
def test_durations_are_seconds_or_a_clock(written: str, seconds: float | None) -> None:
    listed = read(f"id;duration\nc-1;{written}\n")
    assert listed.calls[0].duration_s == seconds
    assert listed.unread_durations == (seconds is None)


@pytest.mark.parametrize("written", ["1772442000", "2026-03-02 09:00:00", "2026-03-02T10:00:00+01:00"])
def test_times_are_iso_or_unix_seconds(written: str) -> None:
    assert read(f"id,start\nc-1,{written}\n").calls[0].started_at == NINE


def test_what_is_wrong_with_lines_is_counted_and_the_rest_is_read() -> None:
    listed = read("id,start,duration\nc-1,yesterday,long\nc-1,,\n,,5\n\nc-2\n")
    assert [call.call_id for call in listed.calls] == ["c-1", "c-2"]
    assert (listed.repeated, listed.without_id, listed.unread_times, listed.unread_durations) == (1, 1, 1, 1)
    assert len(listed.notes) == 4


@pytest.mark.parametrize(
    ("content", "columns", "message"),
    [
        ("Robert Ellison,4263982640269299\n", {}, "no column of the list's first line .2 columns."),
        ("", {}, "no column"),
        (PLAIN, {"call_id": "Ref"}, "no column 'Ref' for call_id"),
        (PLAIN, {"customer": "queue"}, "no column 'customer' to name"),
        (b"PK\x03\x04\x14\x00", {}, "no CSV file"),
        ('id\n"' + "a" * 200_000, {}, "broken in the middle"),
    ],
)
def test_a_list_that_cannot_be_read_is_refused_without_quoting_it(
    content: str | bytes, columns: dict[str, str], message: str
) -> None:
    with pytest.raises(SettingsError, match=message) as refused:
        read(content, **columns)
    assert "Robert" not in str(refused.value)


@given(st.binary(max_size=300))
@example(b"\xff\xfe\x00")
@example(b"\xff\xfei")
def test_whatever_the_bytes_are_they_are_read_or_refused(content: bytes) -> None:
    for raw in (content, b"id,start,duration\n" + content):
        try:
            listed = read(raw)
        except SettingsError:
            continue
        assert len({call.call_id for call in listed.calls}) == len(listed.calls)
