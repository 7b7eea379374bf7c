"""People at the review app in a real browser, over a copy of the sample lake; skipped where there is none."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn
from playwright.sync_api import Error, sync_playwright

from flows.review.app import create_app
from flows.review.place import place_of
from flows.review.sealing import seal_beside
from flows.review.setup import Setup
from tasks.desk import accounts
from tasks.desk.refresh import refresh, sampling_of
from tasks.desk.store import Desk, desk_of
from tasks.keys import load_keyring
from tasks.lake.catalog import Lake, reading
from tasks.lake.standing_reader import StandingReader
from tasks.settings import Settings, load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page
    from sample_lake import SampleLake

    from tasks.desk.accounts import Role

PASSWORD = "correct horse battery staple"
PEOPLE: tuple[tuple[str, Role], ...] = (
    ("maria", "reviewer"),
    ("tom", "reviewer"),
    ("lena", "lead"),
    ("ada", "admin"),
)
_ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
_NAMES = ("chromium", "chromium-browser", "google-chrome")


@dataclass(slots=True)
class Clock:
    """The real one, which a test may move on."""

    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass(slots=True)
class Served:
    """The app at an address, its lake and desk, and the browser that people use."""

    address: str
    settings: Settings
    desk: Desk
    reader: StandingReader
    clock: Clock
    browser: Browser
    said: list[str] = field(default_factory=list)
    """What pages complained about: errors in scripts, and what the content policy kept out."""

    def person(self, name: str, path: str = "/") -> Page:
        """Somebody's own browser window, signed in."""
        page = self.window()
        page.goto(f"{self.address}{path}")
        page.get_by_label("Name").fill(name)
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "sign-in" not in url)
        return page

    def window(self) -> Page:
        """A browser window without cookies."""
        page = self.browser.new_context(viewport={"width": 1366, "height": 768}).new_page()
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("console", lambda message: self._note(message.type, message.text))
        return page

    def ask(self, sql: str) -> list[dict[str, Any]]:
        """The lake, as it is now."""
        with self.reader.version() as version:
            rows: list[dict[str, Any]] = version.execute(sql).to_arrow_table().to_pylist()
            return rows

    def decided(self) -> list[tuple[Any, ...]]:
        """Who decided what about which item, in order."""
        with self.desk.connection() as connection:
            rows = connection.execute(
                "select reviewer, decision, item_id, call_id from decisions order by rowid"
            )
            return [tuple(row) for row in rows]

    def _note(self, kind: str, text: str) -> None:
        if kind == "error" and "status of" not in text:
            self.said.append(text)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser of this machine; while it runs, this process has an event loop that others must not meet."""
    program = next((found for name in _NAMES if (found := shutil.which(name))), None)
    if program is None:
        pytest.skip(f"no browser is installed here: {', '.join(_NAMES)}")
    with sync_playwright() as playwright:
        try:
            started = playwright.chromium.launch(executable_path=program, args=_ARGUMENTS)
        except Error:
            pytest.skip(f"{program} does not start here")
        yield started
        started.close()


@pytest.fixture
def app(sample_lake: SampleLake, browser: Browser, tmp_path: Path) -> Iterator[Served]:
    """Served on loopback, with items from the lake and an account for each of `PEOPLE`."""
    shutil.copytree(sample_lake.lake, tmp_path / "lake")
    key_file = sample_lake.home / ".config" / "callarchive" / "keys.json"
    settings = load_settings(
        lake=str(tmp_path / "lake"), key_file=key_file, review_sample_share=0.2, review_second_share=0.0
    )
    lake, clock = Lake.at(settings.lake), Clock()
    desk = desk_of(settings, lake)
    for name, role in PEOPLE:
        accounts.add(desk, name, role, PASSWORD, clock(), by="test")
    with reading(lake) as connection:
        refresh(desk, connection, sampling_of(settings))
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    reader = StandingReader(lake)
    setup = Setup(
        settings=settings,
        lake=lake,
        reader=reader,
        desk=desk,
        keyring=lambda: load_keyring(key_file),
        place=place_of("127.0.0.1", port),
        seal=seal_beside(desk.path),
        clock=clock,
    )
    server = uvicorn.Server(uvicorn.Config(create_app(setup), port=port, log_config=None, ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    served = Served(f"http://127.0.0.1:{port}", settings, desk, reader, clock, browser)
    yield served
    for context in browser.contexts:
        context.close()
    server.should_exit = True
    thread.join(10)
    assert served.said == []
