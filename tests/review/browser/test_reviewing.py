"""A reviewer's day in a real browser: queue, keys, sound, decisions, and a lake that follows."""

from __future__ import annotations

import itertools
import re
import subprocess
import time
from typing import TYPE_CHECKING, Any

import imageio_ffmpeg
import numpy as np
import pytest
from command_line import run_command

from tasks.desk.refresh import refresh, sampling_of
from tasks.lake.catalog import Lake, reading, writing

if TYPE_CHECKING:
    from conftest import Served
    from playwright.sync_api import Page
    from sample_lake import SampleLake

PLAYED = "document.querySelector('audio').currentTime"


def test_the_queue_is_worked_by_keyboard(app: Served) -> None:
    page = app.person("maria")
    assert page.get_by_role("heading", name="Queue").is_visible()
    _press_on(page, "n")
    first = _item(page)
    assert page.locator(".w.in").count() > 0
    _press_on(page, "r")
    assert "Saved: rejected" in page.get_by_role("status").first.inner_text()
    second = _item(page)
    assert second != first
    _press_on(page, "a")
    _press_on(page, "u")
    assert _item(page) == second
    assert app.decided()[:2] == [
        ("maria", "rejected", first, _call_of(app, first)),
        ("maria", "accepted", second, _call_of(app, second)),
    ]
    assert app.decided()[2][1] == "withdrawn"
    _press_on(page, "n")
    assert _item(page) not in {first, second}
    _press_on(page, "q")
    assert page.get_by_role("heading", name="Queue").is_visible()


def test_words_are_added_taken_away_and_called_something_else(app: Served) -> None:
    page = app.person("maria", f"/items/{_flagged(app, 'CARD_NUMBER')}")
    before = page.locator(".w.in").count()
    for key in ("l", "Shift+H", "Shift+H", "Shift+L", "h", "l"):  # the first leads nowhere: its turn is over
        page.keyboard.press(key)
    assert page.locator(".w.in").count() == before + 1
    page.keyboard.press("e")
    page.keyboard.type("Phone")
    page.keyboard.press("Escape")
    assert "as changed" in page.locator("[data-accept]").inner_text()
    about = _item(page)
    _press_on(page, "a")
    (row,) = _rows(app, "select decision, before_json, after_json from decisions where item_id = ?", about)
    assert row["decision"] == "changed"
    assert '"PHONE"' in row["after_json"]
    assert '"CARD_NUMBER"' in row["before_json"]


def test_a_missed_span_is_marked_with_arrows_or_by_dragging(app: Served) -> None:
    page = app.person("maria", f"/items/{_flagged(app, 'CARD_NUMBER')}")
    for key in ("ArrowLeft", "ArrowLeft", "Shift+ArrowLeft", "Shift+ArrowLeft"):
        page.keyboard.press(key)
    by_keys = page.locator(".w.picked").all_inner_texts()
    assert len(by_keys) == 2
    page.keyboard.press("Escape")
    words = page.locator(".turn").first.locator(".w")
    words.nth(1).hover()
    page.mouse.down()
    words.nth(3).hover()
    page.mouse.up()
    assert page.locator(".w.picked").all_inner_texts() == words.all_inner_texts()[1:4]
    about = _item(page)
    page.keyboard.press("m")
    page.keyboard.type("Person")
    _press_on(page, "Enter")
    assert "Marked as missed" in page.get_by_role("status").first.inner_text()
    assert _item(page) == about
    assert app.decided() == [("maria", "missed", about, _call_of(app, about))]


def test_a_passage_without_words_is_muted_by_keyboard(app: Served, sample_lake: SampleLake) -> None:
    call = _call_of(app, _flagged(app, "CARD_NUMBER"))
    start, end = _pause_in(app, call)
    about = _unheard(app, call, f"[[{start}, {end}]]")
    page = app.person("maria", f"/items/{about}?reason=unheard")
    page.keyboard.press("x")
    page.keyboard.type("Person")
    _press_on(page, "Enter")
    assert "will be muted" in page.get_by_role("status").first.inner_text()
    _press_on(page, "u")
    assert _item(page) == about
    page.keyboard.press("x")
    page.keyboard.type("Person")
    _press_on(page, "Enter")
    assert [row[1] for row in app.decided()] == ["muted", "withdrawn", "muted"]
    _apply(app, sample_lake)
    sound = _sound(app, call)
    assert int(np.abs(sound[start * 16 : end * 16]).max()) == 0
    assert _rows(app, "select state from items where item_id = ?", about) == [{"state": "done"}]
    page.goto(f"{app.address}/certificates/{call}")
    assert "1 passage without words" in page.locator("main").inner_text()


def test_the_sound_plays_from_the_passage_and_a_second_before(app: Served) -> None:
    page = app.person("maria", f"/items/{_flagged(app, 'CARD_NUMBER')}")
    start = float(page.locator("[data-player]").get_attribute("data-start") or 0) / 1000
    page.keyboard.press(" ")
    _until(page, f"{PLAYED} > {start + 0.3}")
    assert page.get_by_role("button", name="Pause").get_attribute("aria-pressed") == "true"
    page.keyboard.press(" ")
    _until(page, "document.querySelector('audio').paused")
    page.keyboard.press("b")
    _until(page, f"{PLAYED} < {start}")
    page.keyboard.press("s")
    assert page.evaluate("document.querySelector('audio').playbackRate") == 0.75
    page.keyboard.press("1")
    at = page.evaluate(PLAYED)
    _until(page, f"{PLAYED} > {at + 0.2}")
    assert (
        page.get_by_role("button", name=re.compile("Customer")).first.get_attribute("aria-pressed") == "true"
    )


def test_the_waveform_is_drawn(app: Served) -> None:
    page = app.person("maria", f"/items/{_flagged(app, 'CARD_NUMBER')}")
    page.wait_for_load_state("networkidle")
    colours = page.evaluate(
        """() => {
            const canvas = document.querySelector("canvas");
            const drawn = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
            const seen = new Set();
            for (let at = 0; at < drawn.length; at += 4) {
                if (drawn[at + 3] === 255) seen.add(`${drawn[at]},${drawn[at + 1]},${drawn[at + 2]}`);
            }
            return [...seen];
        }"""
    )
    assert {"11,90,114", "106,76,147", "255,241,208"} <= set(colours)  # agent, customer, muted


def test_two_reviewers_never_get_the_same_item(app: Served) -> None:
    pages = [app.person("maria"), app.person("tom")]
    seen: list[tuple[str, str]] = []
    for _ in range(5):
        before = [page.url for page in pages]
        for page in pages:  # both at once
            page.evaluate("setTimeout(() => document.querySelector('[data-key=n]').click(), 30)")
        for page, url in zip(pages, before, strict=True):
            page.wait_for_url(lambda now, url=url: now != url)
        seen.append((_item(pages[0]), _item(pages[1])))
    assert all(one != other for one, other in seen)


def test_an_item_that_somebody_is_at_says_so(app: Served) -> None:
    about = _flagged(app, "CARD_NUMBER")
    app.person("maria", f"/items/{about}")
    page = app.person("tom", f"/items/{about}")
    assert "maria is at this item" in page.get_by_role("status").first.inner_text()


def test_a_decision_outlives_the_session_it_was_made_in(app: Served) -> None:
    page = app.person("maria", f"/items/{_flagged(app, 'CARD_NUMBER')}")
    about = _item(page)
    app.clock.ahead += app.clock.ahead.__class__(hours=2)
    page.keyboard.press("c")
    page.keyboard.type("says it twice")
    page.keyboard.press("Escape")
    _press_on(page, "r")
    assert "Your session is over" in page.get_by_role("status").inner_text()
    assert app.decided() == []
    page.get_by_label("Name").fill("maria")
    page.get_by_label("Password").fill("correct horse battery staple")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("done=rejected"))
    assert app.decided() == [("maria", "rejected", about, _call_of(app, about))]
    (row,) = _rows(app, "select comment from decisions where item_id = ?", about)
    assert row["comment"] == "says it twice"


def test_the_lake_follows_what_was_decided(app: Served, sample_lake: SampleLake) -> None:
    wrong = _flagged(app, "CARD_NUMBER")
    (item,) = _rows(app, "select * from items where item_id = ?", wrong)
    call = item["call_id"]
    before = _words(app, call)
    page = app.person("maria", f"/items/{wrong}")
    _press_on(page, "r")
    page.goto(f"{app.address}/calls/{call}")
    missed = page.locator(".turn").first.locator(".w").nth(2)
    index = int((missed.get_attribute("id") or "w")[1:])
    missed.click()
    page.keyboard.press("m")
    page.keyboard.type("Username")
    _press_on(page, "Enter")
    assert "Marked as missed" in page.get_by_role("status").first.inner_text()
    _apply(app, sample_lake)
    after = _words(app, call)
    place = range(item["start_word"], item["end_word"])
    assert all(before[word]["entity"] == "CARD_NUMBER" and after[word]["entity"] is None for word in place)
    assert not any(after[word]["word"].startswith("[") for word in place)
    assert (before[index]["entity"], after[index]["entity"], after[index]["word"]) == (
        None,
        "USERNAME",
        "[USERNAME]",
    )
    sound = _sound(app, call)
    spoken, gone = after[place[0]], after[index]
    assert _level(sound, spoken) > 0
    assert _level(sound, gone) == 0
    page.goto(f"{app.address}/calls/{call}")
    assert page.locator(f"#w{index}").inner_text() == "•••"
    assert "Username" in page.locator("mark", has=page.locator(f"#w{index}")).inner_text()
    assert page.locator(f"#w{place[0]}").inner_text() == after[place[0]]["word"]


def _until(page: Page, condition: str) -> None:
    """Playwright's own waiting evaluates texts in the page, which the content policy forbids."""
    ends = time.monotonic() + 20
    while not page.evaluate(condition):
        assert time.monotonic() < ends, condition
        page.wait_for_timeout(50)


def _press_on(page: Page, key: str) -> None:
    """A key that leads to another page."""
    with page.expect_navigation():
        page.keyboard.press(key)


def _item(page: Page) -> str:
    found = re.search(r"/items/([0-9a-f]+)", page.url)
    assert found, "not at an item"
    return found[1]


def _rows(app: Served, sql: str, *values: str) -> list[dict[str, Any]]:
    with app.desk.connection() as connection:
        return [dict(row) for row in connection.execute(sql, values)]


def _flagged(app: Served, entity: str) -> str:
    rows = _rows(
        app, "select item_id from items where entity = ? and tier = 'flagged' order by start_word", entity
    )
    return str(rows[0]["item_id"])


def _call_of(app: Served, item_id: str) -> str:
    return str(_rows(app, "select call_id from items where item_id = ?", item_id)[0]["call_id"])


def _words(app: Served, call: str) -> list[dict[str, Any]]:
    return app.ask(f"select * from words where call_id = '{call}' order by word_index")


def _pause_in(app: Served, call: str) -> tuple[int, int]:
    """The longest time in which nobody says a word."""
    words = sorted(_words(app, call), key=lambda word: word["start_ms"])
    pauses = [(before["end_ms"], after["start_ms"]) for before, after in itertools.pairwise(words)]
    start, end = max(pauses, key=lambda pause: pause[1] - pause[0])
    return start + 100, end - 100


def _unheard(app: Served, call: str, spans: str) -> str:
    """The item of a call in whose sound there is speech without words, as far as the lake knows."""
    lake = Lake.at(app.settings.lake)
    with writing(lake) as connection:
        connection.execute(
            "update stored.calls set unheard_ms = 4000, unheard_spans = ? where call_id = ?", [spans, call]
        )
    with reading(lake) as connection:
        refresh(app.desk, connection, sampling_of(app.settings))
    return str(_rows(app, "select item_id from items where reason = 'unheard'")[0]["item_id"])


def _apply(app: Served, sample_lake: SampleLake) -> None:
    """As the night does, in a process of its own."""
    said = run_command(
        "apply-reviews", sample_lake.archive, "--lake", app.settings.lake, home=sample_lake.home
    )
    if said.code:
        pytest.fail(said.err[-2_000:])


def _sound(app: Served, call: str) -> Any:
    (row,) = app.ask(f"select audio_path, channel_count from calls where call_id = '{call}'")
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(),
        "-v",
        "error",
        "-i",
        f"{app.settings.lake}/{row['audio_path']}",
    ]
    done = subprocess.run(
        [*command, "-ar", "16000", "-f", "s16le", "pipe:1"], check=True, capture_output=True
    )
    return np.frombuffer(done.stdout, "<i2").reshape(-1, row["channel_count"])


def _level(sound: Any, word: dict[str, Any]) -> int:
    """The loudest sample of a word on its own channel."""
    return int(np.abs(sound[word["start_ms"] * 16 : word["end_ms"] * 16, word["channel"]]).max())
