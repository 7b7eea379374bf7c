"""Sound: only through its route, only for who is signed in, and never more of it than was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from unittest.mock import MagicMock

import pytest
from review_app import SOUND

from flows.review.pages import sound as page
from flows.review.ranges import NotThere, asked_range
from tasks.desk.audit import entries

if TYPE_CHECKING:
    from review_app import ReviewApp

SIZE = len(SOUND)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, None),
        ("bytes=0-", (0, SIZE)),
        ("bytes=0-0", (0, 1)),
        ("bytes=10-19", (10, 20)),
        (f"bytes=10-{SIZE * 2}", (10, SIZE)),
        ("bytes=-5", (SIZE - 5, SIZE)),
        (f"bytes=-{SIZE * 2}", (0, SIZE)),
        ("bytes=0-1, 5-6", None),
        ("bytes=0-,0-,0-,0-", None),
        ("bytes=9-3", None),
        ("bytes=-", None),
        ("bytes=a-b", None),
        ("bytes=٣-٤", None),
        ("items=0-1", None),
        ("bytes=" + "9" * 40 + "-", None),
    ],
)
def test_a_range_names_bytes_or_counts_as_none(header: str | None, expected: Any) -> None:
    assert asked_range(header, SIZE) == expected


@pytest.mark.parametrize("header", [f"bytes={SIZE}-", f"bytes={SIZE}-{SIZE + 5}", "bytes=-0"])
def test_a_range_beyond_the_end_is_refused_with_the_size(header: str, review: ReviewApp) -> None:
    with pytest.raises(NotThere):
        asked_range(header, SIZE)
    answer = review.browser_of("reviewer").get("/sound/call-1", headers={"range": header})
    assert (answer.status_code, answer.content) == (416, b"")
    assert answer.headers["content-range"] == f"bytes */{SIZE}"


def test_the_whole_sound_and_any_part_of_it_are_the_copy_in_the_lake(review: ReviewApp) -> None:
    browser = review.browser_of("reviewer")
    whole = browser.get("/sound/call-1")
    assert (whole.status_code, whole.content) == (200, SOUND)
    assert (whole.headers["content-type"], whole.headers["accept-ranges"]) == ("audio/flac", "bytes")
    assert (whole.headers["cache-control"], whole.headers["content-length"]) == ("no-store", str(SIZE))
    part = browser.get("/sound/call-1", headers={"range": "bytes=100-299"})
    assert (part.status_code, part.content) == (206, SOUND[100:300])
    assert part.headers["content-range"] == f"bytes 100-299/{SIZE}"
    several = browser.get("/sound/call-1", headers={"range": "bytes=0-1,5-6"})
    assert (several.status_code, several.content) == (200, SOUND)


def test_a_part_of_a_copy_that_was_replaced_is_sent_whole(review: ReviewApp) -> None:
    browser = review.browser_of("reviewer")
    asked = {"range": "bytes=0-9"}
    assert browser.get("/sound/call-1", headers=asked | {"if-range": '"other"'}).content == SOUND
    assert browser.get("/sound/call-1", headers=asked | {"if-range": f'"{"a" * 64}"'}).content == SOUND[:10]


def test_head_says_how_long_it_is_and_sends_nothing(review: ReviewApp) -> None:
    answer = review.browser_of("auditor").client.head("/sound/call-1", headers={"range": "bytes=0-9"})
    assert (answer.status_code, answer.content, answer.headers["content-length"]) == (206, b"", "10")


def test_a_part_is_read_from_the_disk_in_blocks_and_not_the_file(
    review: ReviewApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    files = type(review.setup.lake.files)
    part = files.part

    def counted(self: Any, path: str, start: int, length: int) -> bytes:
        read.append(length)
        return part(self, path, start, length)

    def whole(*_: object) -> bytes:
        raise AssertionError("the whole file was read")

    monkeypatch.setattr(files, "part", counted)
    monkeypatch.setattr(files, "read", whole)
    monkeypatch.setattr(page, "_BLOCK_BYTES", 1_000)
    answer = review.browser_of("reviewer").get("/sound/call-1", headers={"range": "bytes=0-2499"})
    assert answer.content == SOUND[:2_500]
    assert read == [1_000, 1_000, 500]


@pytest.mark.parametrize("method", ["get", "head"])
@pytest.mark.parametrize("path", ["/sound/call-1", "/peaks/call-1"])
def test_nobody_hears_anything_without_signing_in(method: str, path: str, review: ReviewApp) -> None:
    for headers in ({}, {"range": "bytes=0-9"}, {"sec-fetch-dest": "audio"}):
        answer = getattr(review.anybody().client, method)(path, headers=headers)
        assert answer.status_code in ({303, 405} if "sec-fetch-dest" not in headers else {401, 405})
        assert b"RIFF" not in answer.content


@pytest.mark.parametrize("name", ["call-2", "call-3", "%2e%2e%2fcatalog.sqlite", "copy.flac", "call-1%00"])
def test_what_is_no_call_with_sound_is_not_there(name: str, review: ReviewApp) -> None:
    for path in (f"/sound/{name}", f"/peaks/{name}"):
        answer = review.browser_of("reviewer").get(path)
        assert answer.status_code == (400 if "%00" in name else 404)
        assert b"SQLite" not in answer.content


def test_a_lake_that_names_a_file_outside_of_its_sounds_sends_none(
    review: ReviewApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = review.browser_of("reviewer")
    for path in ("catalog.sqlite", "audio/../catalog.sqlite", "/etc/passwd"):
        lying = MagicMock()
        lying.__enter__().execute().fetchone.return_value = (path, "a" * 64)
        monkeypatch.setattr(type(review.setup.reader), "version", lambda _, lying=lying: lying)
        assert browser.get("/sound/call-1").status_code == 404


def test_who_listened_is_noted_once_a_minute_and_not_for_every_part(review: ReviewApp) -> None:
    browser = review.browser_of("reviewer")
    for start in range(0, 5_000, 1_000):
        browser.get("/sound/call-1", headers={"range": f"bytes={start}-{start + 999}"})
    assert [entry.action for entry in entries(review.desk, {"call_id": "call-1"})] == [
        "viewed /sound/{call_id:path}"
    ]
    review.clock.later(minutes=2)
    browser.get("/sound/call-1", headers={"range": "bytes=0-9"})
    assert len(entries(review.desk, {"call_id": "call-1", "account": "reviewer"})) == 2


def test_a_download_has_a_plain_name(review: ReviewApp) -> None:
    answer = review.browser_of("reviewer").get("/sound/call-1?download=1")
    assert answer.headers["content-disposition"] == 'attachment; filename="call-1.flac"'
    assert "content-disposition" not in review.browser_of("reviewer").get("/sound/call-1").headers


def test_peaks_show_where_it_is_loud(review: ReviewApp) -> None:
    browser = review.browser_of("reviewer")
    drawn = browser.get("/peaks/call-1?columns=50").json()
    assert (drawn["start_ms"], drawn["end_ms"], drawn["duration_ms"]) == (0, 5_000, 5_000)
    assert [len(channel) for channel in drawn["channels"]] == [50, 50]
    assert max(max(channel) for channel in drawn["channels"]) > 20
    assert (
        len(browser.get("/peaks/call-1?start_ms=1000&end_ms=2000&columns=4000").json()["channels"][0]) == 50
    )
    for wrong in ("columns=0", "columns=99999", "start_ms=-1", "start_ms=5000", "end_ms=99999999999"):
        assert browser.get(f"/peaks/call-1?{wrong}").status_code == 400
