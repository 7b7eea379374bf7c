"""What the pages show and do without a browser: filters, items, decisions, calls, search, plain forms."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from html_pages import Balance
from review_app import ATTACK, field_of

from flows.review.pages import search

if TYPE_CHECKING:
    from review_app import Browser, ReviewApp

PAGES = (
    "/",
    "/?kind=finding&entity=CARD_NUMBER&state=open&since=2026-03-01&until=2026-03-31",
    "/?queue=nobody",
    "/items/item-1",
    "/calls",
    "/calls?agent=agent-7&order=silence",
    "/calls?rule=no_such_rule",
    "/calls/call-1",
    "/calls/call-1?find=card&at=2000&day=2026-03-02",
    "/calls/call-2",
    "/search",
    "/search?phrase=my+card",
    "/search?phrase=never+said",
    "/scorecards",
    "/scorecards?queue=billing&since=2026-03-01",
    "/quality",
)


@pytest.fixture
def reviewer(review: ReviewApp) -> Browser:
    return review.browser_of("reviewer")


def add_item(review: ReviewApp, item_id: str, **fields: Any) -> None:
    """A further item at the desk."""
    given = {
        "item_id": item_id,
        "kind": "finding",
        "call_id": "call-1",
        "finding_id": review.hostile.name,
        "call_date": "2026-03-02",
        "entity": "PERSON",
        "tier": "flagged",
        "start_word": 11,
        "end_word": 12,
        "risk": 5,
        "state": "open",
        "wants_second": 0,
    } | fields
    with review.desk.connection(write=True) as connection:
        places = ", ".join(f":{name}" for name in given)
        connection.execute(f"insert into items ({', '.join(given)}) values ({places})", given)


def decided(review: ReviewApp) -> list[tuple[Any, ...]]:
    with review.desk.connection() as connection:
        rows = connection.execute(
            "select decision, item_id, after_json, comment from decisions order by rowid"
        )
        return [tuple(row) for row in rows]


def decide(browser: Browser, page: str, **fields: str) -> Any:
    """The form of an item's page, sent as a browser without scripts would."""
    shown = browser.get(page).text
    names = ("review_id", "item_id", "asked", "back", "start_ms")
    form = {name: field_of(shown, name) for name in names}
    first, last = (
        re.search(rf'name="{name}"[^>]* value="(\d+)"', shown) for name in ("start_word", "last_word")
    )
    if first and last:
        form |= {"start_word": first[1], "last_word": last[1], "entity": "CARD_NUMBER"}
    return browser.post("/decide", form | fields)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_whole_and_every_table_and_picture_named(review: ReviewApp, path: str) -> None:
    answer = review.browser_of("lead").get(path)
    assert answer.status_code == 200
    page = Balance(answer.text)
    assert page.open == []
    assert page.headings[0] == "h1"
    assert page.headings.count("h1") == 1
    assert page.unscoped == 0


@pytest.mark.parametrize(
    "path", ["/?since=yesterday", "/?state=done", "/?kind=x", "/calls?order=x", "/calls?page=0"]
)
def test_what_no_form_sends_is_told_as_such(reviewer: Browser, path: str) -> None:
    assert reviewer.get(path).status_code == 400


def test_the_queue_is_by_risk_and_filtered(review: ReviewApp, reviewer: Browser) -> None:
    add_item(review, "item-2", risk=700)
    listed = re.findall(r'href="/items/([^"?]+)', reviewer.get("/").text)
    assert listed == ["item-2", "item-1"]
    assert re.findall(r'href="/items/([^"?]+)', reviewer.get("/?entity=PERSON").text) == ["item-2"]
    assert 'href="/items/item-2?entity=PERSON"' in reviewer.get("/?entity=PERSON").text


def test_the_queue_shows_no_word_of_a_call(reviewer: Browser) -> None:
    assert "Ellison" not in reviewer.get("/").text
    assert "Ellison" not in reviewer.get("/calls").text


def test_an_item_shows_its_turn_with_neighbours_and_marks_what_others_found(reviewer: Browser) -> None:
    page = reviewer.get("/items/item-1").text
    words = dict(re.findall(r'id="w(\d+)" data-s="\d*" data-e="\d*">([^<]*)<', page))
    assert [words[str(index)] for index in (4, 5, 6, 9)] == ["my", "card", "•••", "•••"]
    assert words["0"] == "how"
    marks = [unescape(name) for name in re.findall(r'<span class="tag">([^<]+)<', page)]
    assert marks == ["Card CVV", "Person"]


def test_who_looks_first_holds_an_item_until_it_is_given_back(review: ReviewApp) -> None:
    one, other = review.browser_of("reviewer"), review.browser_of("lead")
    one.get("/items/item-1")
    assert "reviewer is at this item" in other.get("/items/item-1").text
    assert "reviewer is at it" in other.get("/").text
    assert one.post("/items/item-1/release", {"asked": ""}).headers["location"] == "/"
    assert "is at this item" not in other.get("/items/item-1").text


def test_an_auditor_looks_without_holding_and_finds_no_form(review: ReviewApp) -> None:
    page = review.browser_of("auditor").get("/items/item-1").text
    assert "/decide" not in page
    assert "is at this item" not in review.browser_of("reviewer").get("/items/item-1").text


def test_a_decision_leads_to_the_next_item_under_the_same_filters(
    review: ReviewApp, reviewer: Browser
) -> None:
    add_item(review, "item-2")
    add_item(review, "item-3", entity="PHONE", risk=900)
    answer = decide(reviewer, "/items/item-2?entity=PERSON", decision="rejected", comment="the firm's name")
    assert answer.headers["location"] == "/?entity=PERSON&done=rejected"
    answer = decide(reviewer, "/items/item-1", decision="accepted")
    assert answer.headers["location"] == "/items/item-3?done=accepted"
    assert decided(review) == [
        ("rejected", "item-2", None, "the firm's name"),
        ("accepted", "item-1", None, None),
    ]


@pytest.mark.parametrize("changed", [{"entity": "PHONE"}, {"start_word": "5"}, {"last_word": "10"}])
def test_accepting_other_words_or_another_kind_is_a_change(
    review: ReviewApp, reviewer: Browser, changed: dict[str, str]
) -> None:
    decide(reviewer, "/items/item-1", decision="accepted", **changed)
    ((decision, _, after, _),) = decided(review)
    assert decision == "changed"
    assert changed.get("entity", "CARD_NUMBER") in after


def test_a_missed_span_and_a_comment_come_back_to_the_item(review: ReviewApp, reviewer: Browser) -> None:
    missed = {"decision": "missed", "entity": "PERSON", "start_word": "4", "last_word": "5"}
    answer = decide(reviewer, "/items/item-1", **missed)
    assert answer.headers["location"].startswith("/items/item-1?done=")
    decide(reviewer, "/items/item-1", decision="commented", comment="unclear")
    assert [row[0] for row in decided(review)] == ["missed", "commented"]
    assert "unclear" in reviewer.get("/items/item-1").text


def test_a_form_sent_twice_decides_once(review: ReviewApp, reviewer: Browser) -> None:
    shown = reviewer.get("/items/item-1").text
    form = {name: field_of(shown, name) for name in ("review_id", "item_id", "asked", "back")}
    for _ in range(2):
        assert reviewer.post("/decide", form | {"decision": "rejected"}).status_code == 303
    assert len(decided(review)) == 1


def test_undo_shows_the_item_again(review: ReviewApp, reviewer: Browser) -> None:
    decide(reviewer, "/items/item-1", decision="rejected")
    answer = reviewer.post("/undo", {"asked": ""})
    assert answer.headers["location"] == "/items/item-1?done=withdrawn"
    assert "this item waits again" in reviewer.get(answer.headers["location"]).text
    assert reviewer.post("/undo", {"asked": ""}).headers["location"] == "/?done=nothing"


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"decision": "missed", "entity": "NO_SUCH", "start_word": "4", "last_word": "5"}, 422),
        ({"decision": "missed", "entity": "PERSON", "start_word": "5", "last_word": "4"}, 422),
        ({"decision": "missed", "entity": "PERSON", "start_word": "x", "last_word": "4"}, 400),
        ({"decision": "cleared"}, 422),
        ({"decision": "commented", "comment": " "}, 422),
        ({"decision": "withdrawn"}, 400),
        ({"decision": "rejected", "review_id": ""}, 400),
        ({"decision": "rejected", "item_id": "no-such"}, 404),
    ],
)
def test_what_cannot_be_decided_is_told_and_not_stored(
    review: ReviewApp, reviewer: Browser, form: dict[str, str], status: int
) -> None:
    assert decide(reviewer, "/items/item-1", **form).status_code == status
    assert decided(review) == []


def test_an_item_of_a_call_that_is_gone_is_told(review: ReviewApp, reviewer: Browser) -> None:
    add_item(review, "item-2", call_id="call-9")
    assert reviewer.get("/items/item-2").status_code == 404
    assert reviewer.get("/items/no-such").status_code == 404


def test_words_are_found_within_a_call(reviewer: Browser) -> None:
    page = reviewer.get("/calls/call-1?find=MY+car").text
    assert re.findall(r'class="w[^"]*hit" id="w(\d+)"', page) == ["4", "5"]
    assert "1 place" in page


@pytest.mark.parametrize("form", ["txt", "json", "vtt", "srt"])
def test_a_call_is_downloaded_as_redacted(reviewer: Browser, form: str) -> None:
    answer = reviewer.get(f"/transcripts/call-1?form={form}")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == f'attachment; filename="call-1.{form}"'
    assert "[CARD_NUMBER]" in answer.text
    assert reviewer.get(f"/transcripts/no-such?form={form}").status_code == 404


def test_more_places_than_a_page_shows_are_asked_for(
    reviewer: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "_PLACES", 1)
    few = reviewer.get(f"/search?phrase={quote(ATTACK)}").text
    (link,) = re.findall(r'href="(/search\?[^"]+)">More places', few)
    assert few.count("Listen at") == 1
    more = reviewer.get(unescape(link)).text
    assert more.count("Listen at") > 1
    assert "More places" not in more
    assert reviewer.get(f"/search?phrase={quote(ATTACK)}&places=x").text.count("Listen at") == 1
    assert reviewer.get(f"/search?phrase=my&places={'9' * 5_000}").status_code == 200


def test_a_call_whose_words_a_search_shows_is_noted_as_viewed(review: ReviewApp, reviewer: Browser) -> None:
    reviewer.get("/search?phrase=my+card")
    with review.desk.connection() as connection:
        rows = connection.execute(
            "select account, action, call_id from audit where call_id is not null"
        ).fetchall()
    assert [tuple(row) for row in rows] == [("reviewer", "viewed /search", "call-1")]
