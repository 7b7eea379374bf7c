"""A call in parts grows as it is scrolled; single keys can be switched off in a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Served


_SCROLLED = (
    "() => { scrollTo(0, document.body.scrollHeight); return !document.querySelector('[data-more]'); }"
)
"""Down to the end, whatever comes meanwhile."""


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts that the sample's calls have several of."""
    monkeypatch.setattr("flows.review.parts._WORDS", 20)


@pytest.mark.usefixtures("small_parts")
def test_the_next_part_comes_by_itself_and_can_be_worked_in(app: Served) -> None:
    with app.reader.version() as lake:
        call, words = lake.execute(
            "select call_id, word_count from calls order by word_count desc limit 1"
        ).fetchall()[0]
    page = app.person("maria", f"/calls/{call}")
    before = page.locator(".w").count()
    assert before < words
    page.wait_for_function(_SCROLLED)
    assert page.locator(".w").count() == words
    assert page.evaluate(
        "[...document.querySelectorAll('.w')].map((one) => Number(one.id.slice(1)))"
    ) == list(range(words))
    last = page.locator(".w").last
    last.scroll_into_view_if_needed()
    last.click()
    assert page.locator("#missed [name=start_word]").input_value() == str(words - 1)
    assert page.locator("#missed [name=end_ms]").input_value() == last.get_attribute("data-e")


def test_single_keys_can_be_switched_off_and_stay_so_in_this_browser(app: Served) -> None:
    page = app.person("maria")
    page.get_by_role("button", name="Keys").click()
    page.get_by_label("Single keys work in this browser").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.keyboard.press("?")
    assert page.get_by_role("heading", name="Queue").is_visible()
    assert not page.locator("#keys").is_visible()
    page.goto(f"{app.address}/calls")
    assert page.locator("html.no-single-keys").count() == 1
    page.get_by_role("button", name="Keys").click()
    page.get_by_label("Single keys work in this browser").check()
    page.keyboard.press("Escape")
    page.goto(app.address)
    page.keyboard.press("n")
    page.wait_for_url("**/items/**")
