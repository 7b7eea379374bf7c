"""What the queue can be filtered by is offered as it waits, and nothing of it can break out of the page."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from tasks.desk import items

if TYPE_CHECKING:
    from review_app import ReviewApp


def offered(page: str, within: str) -> list[str]:
    found = re.search(rf"<{within}[^>]*>(.*?)</", page, re.DOTALL)
    part = page[page.index(found[0]) :] if found else ""
    end = part.index("</select>" if within.startswith("select") else "</datalist>")
    return [html.unescape(value) for value in re.findall(r'<option value="([^"]*)"', part[:end])]


def wait(review: ReviewApp, number: int, **fields: str | None) -> None:
    row = {"item_id": f"item-{number}", "kind": "finding", "call_id": "call-1", "state": "open"} | fields
    with review.desk.connection(write=True) as connection:
        names = ", ".join(row)
        places = ", ".join(f":{name}" for name in row)
        sql = f"insert into items ({names}, risk, wants_second) values ({places}, 1, 0)"
        connection.execute(sql, row)


def test_queues_agents_and_reasons_of_what_waits_can_be_chosen(review: ReviewApp) -> None:
    with review.desk.connection(write=True) as connection:
        connection.execute("delete from items")
    wait(review, 2, queue="cards", agent_id="agent-2", reason="street")
    wait(review, 3, queue="billing", agent_id="agent-1", reason="cue:phone")
    wait(review, 4, queue="billing", agent_id=None, reason="street")
    wait(review, 5, queue="done with", agent_id="agent-9", reason="title", state="done")
    assert items.present(review.desk) == {
        "queue": ["billing", "cards"],
        "agent_id": ["agent-1", "agent-2"],
        "reason": ["cue:phone", "street"],
    }
    page = review.browser_of("reviewer").get("/?reason=title").text
    assert offered(page, 'datalist id="queues"') == ["billing", "cards"]
    assert offered(page, 'datalist id="agents"') == ["agent-1", "agent-2"]
    assert offered(page, 'select name="reason"') == ["", "cue:phone", "street", "title"]
    assert "reads like a street" in page
