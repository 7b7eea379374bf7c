"""The app as a server: slow and greedy clients, sound, a lake that goes away, and how it ends."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from review_app import SOUND, ReviewApp, make_hostile_lake
from served_app import asked, asked_or_nothing, get, serving
from servers import free_port

from flows.review import patience, refreshing, safety
from flows.review.pages import sound
from flows.review.place import place_of
from tasks.desk import items
from tasks.desk.refresh import refresh as desk_refresh
from tasks.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from review_app import HostileLake

    from flows.review.place import Place
    from tasks.desk.refresh import Refreshed


@pytest.fixture
def here() -> Place:
    return place_of("127.0.0.1", free_port())


@pytest.fixture
def served(hostile: HostileLake, tmp_path: Path, here: Place) -> Iterator[ReviewApp]:
    """The app at a port of this machine."""
    review = ReviewApp.at(hostile, tmp_path, here)
    with serving(review, here):
        yield review


def _cookie(review: ReviewApp, role: str = "reviewer") -> str:
    return f"cookie: callarchive={review.browser_of(role).client.cookies['callarchive']}"


def test_a_request_whose_head_does_not_come_is_given_up(
    served: ReviewApp, here: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "LONGEST_HEAD_S", 0.3)
    began = time.monotonic()
    assert asked(here.port, "GET / HTTP/1.1\r\nhost: 127.") == b""
    assert asked(here.port, "") == b""
    assert time.monotonic() - began < 10
    assert b"200 OK" in get(here, "/sign-in")


def test_a_form_that_does_not_come_is_given_up(
    served: ReviewApp, here: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(safety, "_LONGEST_S", 0.3)
    origin = f"http://127.0.0.1:{here.port}"
    head = (
        f"POST /sign-in HTTP/1.1\r\nhost: 127.0.0.1:{here.port}\r\norigin: {origin}\r\nconnection: close\r\n"
    )
    form = "content-type: application/x-www-form-urlencoded\r\ncontent-length: 99\r\n\r\nname=x"
    answer = asked(here.port, head + form)
    assert answer.startswith(b"HTTP/1.1 408")
    assert b"content-security-policy" in answer


def test_heads_are_not_endless(served: ReviewApp, here: Place) -> None:
    head = f"GET /sign-in HTTP/1.1\r\nhost: 127.0.0.1:{here.port}\r\nx: {'y' * 2_000_000}\r\n\r\n"
    assert b"200 OK" not in asked_or_nothing(here.port, head)


@pytest.mark.parametrize("path", ["/static/../../app.py", "/static/..%2f..%2fapp.py", "/static//etc/passwd"])
def test_raw_paths_lead_to_no_file(path: str, served: ReviewApp, here: Place) -> None:
    answer = get(here, path)
    assert answer.startswith((b"HTTP/1.1 404", b"HTTP/1.1 400"))
    assert b"create_app" not in answer


def test_sound_comes_over_the_wire_in_parts(served: ReviewApp, here: Place) -> None:
    head, _, body = get(here, "/sound/call-1", _cookie(served), "range: bytes=10-4009").partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 206")
    assert b"server:" not in head.lower()
    assert body == SOUND[10:4_010]


def test_what_is_in_the_lake_asks_for_a_person_as_soon_as_the_app_runs(
    hostile: HostileLake, tmp_path: Path, here: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refreshing, "_EVERY_S", 0.05)
    review, failing = ReviewApp.at(hostile, tmp_path, here), [True]

    def refresh(*arguments: Any) -> Refreshed:
        if failing and failing.pop():  # the lake is away for a moment
            raise SettingsError("no lake")
        return desk_refresh(*arguments)

    monkeypatch.setattr(refreshing, "refresh", refresh)

    def waiting() -> list[items.Item]:
        return items.page(review.desk, items.Filters(), limit=50)

    assert [item.item_id for item in waiting()] == ["item-1"]  # of no lake
    with serving(review, here):
        deadline = time.monotonic() + 30
        while [item.item_id for item in waiting()] == ["item-1"]:
            assert time.monotonic() < deadline
            time.sleep(0.05)
    assert {item.finding_id for item in waiting() if item.kind == "finding"} == {hostile.card}
    assert "item-1" not in {item.item_id for item in waiting()}


def test_what_has_begun_is_finished_when_the_server_is_told_to_stop(
    hostile: HostileLake, tmp_path: Path, here: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    review, begun = ReviewApp.at(hostile, tmp_path, here), threading.Event()
    blocks = sound._blocks

    def slowly(*arguments: Any) -> Iterator[bytes]:
        begun.set()
        time.sleep(1)
        yield from blocks(*arguments)

    monkeypatch.setattr(sound, "_blocks", slowly)
    heard: list[bytes] = []
    with serving(review, here):
        cookie = _cookie(review)
        asking = threading.Thread(target=lambda: heard.append(get(here, "/sound/call-1", cookie)))
        asking.start()
        assert begun.wait(20)
    asking.join(20)
    assert heard[0].endswith(SOUND)


def test_a_lake_that_disappears_is_told_in_a_line_and_the_desk_goes_on(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    review = ReviewApp.at(make_hostile_lake(folder), tmp_path)
    (folder / "lake").rename(folder / "elsewhere")
    browser = review.browser_of("admin")
    for path in ("/sound/call-1", "/items/item-1"):
        answer = browser.get(path)
        assert answer.status_code == 503
        assert "The lake cannot be read just now" in answer.text
        assert str(folder) not in answer.text
    assert browser.get("/audit").status_code == 200
    assert browser.get("/accounts").status_code == 200
    with review.setup.reader:
        (folder / "elsewhere").rename(folder / "lake")
        assert browser.get("/sound/call-1").status_code == 200
        (folder / "lake").rename(folder / "elsewhere")  # while it is open
        assert browser.get("/items/item-1").status_code == 503
        (folder / "elsewhere").rename(folder / "lake")
        assert browser.get("/items/item-1").status_code == 200
