"""Every page can be used without eyes, without a mouse and without colours: axe-core, keys, labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe

if TYPE_CHECKING:
    from conftest import Served
    from playwright.sync_api import Page

PAGES = (
    "/",
    "/?entity=CARD_NUMBER",
    "/?queue=nobody",
    "/items/{item}",
    "/items/{doubtful}",
    "/calls",
    "/calls/{call}",
    "/calls/{call}?find=thank",
    "/certificates/{call}",
    "/search",
    "/search?phrase=thank+you",
    "/scorecards",
    "/quality",
    "/audit",
    "/accounts",
    "/password",
    "/unmask/{finding}",
)
_SERIOUS = {"serious", "critical"}
_CONTROLS = "a[href], button:not([disabled]), input:not([type=hidden]), select, textarea"


@pytest.fixture
def places(app: Served) -> dict[str, str]:
    """What the addresses above are filled with."""
    with app.desk.connection() as connection:
        flagged = connection.execute(
            "select * from items where entity = 'CARD_NUMBER' order by item_id"
        ).fetchone()
        other = connection.execute("select * from items where finding_id is null order by item_id").fetchone()
    return {
        "item": flagged["item_id"],
        "doubtful": other["item_id"],
        "call": flagged["call_id"],
        "finding": flagged["finding_id"],
    }


def test_axe_finds_nothing_serious_on_any_page(app: Served, places: dict[str, str]) -> None:
    page = app.person("ada")
    found: list[str] = []
    for path in PAGES:
        answer = page.goto(app.address + path.format(**places))
        assert answer, path
        assert answer.status == 200, path
        found += _serious(page, path)
    page.goto(f"{app.address}/items/{places['item']}")
    page.keyboard.press("?")
    found += _serious(page, "the keys")
    visitor = app.window()
    visitor.goto(f"{app.address}/sign-in")
    found += _serious(visitor, "/sign-in")
    assert found == []


def test_every_control_is_reached_by_the_tab_key(app: Served, places: dict[str, str]) -> None:
    page = app.person("maria", f"/items/{places['item']}")
    wanted = page.locator(_CONTROLS).locator("visible=true").count()
    reached = set()
    for _ in range(wanted + 5):
        page.keyboard.press("Tab")
        reached.add(page.evaluate(_PLACE, _CONTROLS))
    assert len(reached - {-1}) >= wanted


def test_the_first_tab_leads_past_the_navigation(app: Served) -> None:
    page = app.person("maria", "/calls")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_what_has_the_focus_is_outlined(app: Served, places: dict[str, str]) -> None:
    page = app.person("maria", f"/items/{places['item']}")
    for _ in range(12):
        page.keyboard.press("Tab")
        width = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
        assert width not in {"", "0px"}


def test_keys_rest_while_somebody_types_and_are_listed_on_question_mark(
    app: Served, places: dict[str, str]
) -> None:
    page = app.person("maria", f"/items/{places['item']}")
    page.keyboard.press("c")
    page.keyboard.type("a r n u")
    assert page.locator("#decide textarea").input_value() == "a r n u"
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    listed = page.get_by_role("dialog").inner_text()
    for told in ("Reject: no personal data", "Undo your last decision", "Select words", "A second before"):
        assert told in listed


def test_nothing_is_wider_than_a_laptops_screen(app: Served, places: dict[str, str]) -> None:
    page = app.person("ada")
    for path in PAGES:
        page.goto(app.address + path.format(**places))
        assert page.evaluate("document.documentElement.scrollWidth") <= 1366, path


_PLACE = "(controls) => [...document.querySelectorAll(controls)].indexOf(document.activeElement)"


def _serious(page: Page, path: str) -> list[str]:
    violations = Axe().run(page).response["violations"]
    return [
        f"{path}: {one['id']}: {one['nodes'][0]['html'][:120]}"
        for one in violations
        if one["impact"] in _SERIOUS
    ]
