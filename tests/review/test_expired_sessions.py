"""A form that comes when its session is over: a decision waits, sealed, until its account has signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from review_app import PASSWORD, field_of

from tasks.desk import accounts
from tasks.desk.decisions import decisions_of_item

if TYPE_CHECKING:
    from review_app import Browser, ReviewApp

COMMENT = "heard it twice"


def _decision(**fields: str) -> dict[str, str]:
    made = {"review_id": str(uuid4()), "decision": "rejected", "item_id": "item-1", "comment": COMMENT}
    return made | fields


def _expired(review: ReviewApp, role: str = "reviewer", **fields: str) -> tuple[Browser, str]:
    """A browser whose session ran out over a decision, and the page that it got for it."""
    review.give_password(role)
    browser = review.browser_of(role)
    review.clock.later(minutes=31)
    answer = browser.post("/decide", _decision(**fields))
    assert answer.status_code == 401
    return browser, answer.text


def test_a_decision_that_was_sent_too_late_is_recorded_after_the_sign_in(review: ReviewApp) -> None:
    browser, page = _expired(review)
    assert decisions_of_item(review.desk, "item-1") == []
    assert COMMENT not in page
    answer = browser.sign_in("reviewer", pending=field_of(page, "pending"))
    assert answer.status_code == 303
    assert "callarchive=" in answer.headers["set-cookie"]
    (made,) = decisions_of_item(review.desk, "item-1")
    assert (made.reviewer, made.decision, made.comment) == ("reviewer", "rejected", COMMENT)
    assert browser.get("/password").status_code == 200


def test_it_is_one_decision_however_often_it_is_sent(review: ReviewApp) -> None:
    browser, page = _expired(review)
    for _ in range(3):
        browser.sign_in("reviewer", pending=field_of(page, "pending"))
    assert len(decisions_of_item(review.desk, "item-1")) == 1


def test_a_wrong_password_in_between_loses_nothing(review: ReviewApp) -> None:
    browser, page = _expired(review)
    again = browser.sign_in("reviewer", "wrong password", pending=field_of(page, "pending"))
    assert again.status_code == 401
    browser.sign_in("reviewer", pending=field_of(again.text, "pending"))
    assert len(decisions_of_item(review.desk, "item-1")) == 1


def test_another_account_neither_makes_the_decision_nor_loses_it(review: ReviewApp) -> None:
    browser, page = _expired(review)
    review.give_password("lead")
    answer = browser.sign_in("lead", pending=field_of(page, "pending"))
    assert answer.status_code == 409
    assert "set-cookie" not in answer.headers
    assert decisions_of_item(review.desk, "item-1") == []
    browser.sign_in("reviewer", pending=field_of(answer.text, "pending"))
    assert [made.reviewer for made in decisions_of_item(review.desk, "item-1")] == ["reviewer"]


def test_a_form_that_the_expired_session_did_not_send_is_not_kept(review: ReviewApp) -> None:
    browser = review.browser_of("reviewer")
    review.clock.later(minutes=31)
    answer = browser.post("/decide", _decision(csrf_token="forged"))
    assert answer.status_code == 403
    assert "pending" not in answer.text


def test_a_kept_form_counts_for_a_day_and_cannot_be_made_up(review: ReviewApp) -> None:
    browser, page = _expired(review)
    sealed = field_of(page, "pending")
    for wrong in (sealed[:-4], sealed.swapcase(), "x", "é", review.setup.seal.blind("x")):
        assert browser.sign_in("reviewer", pending=wrong).headers["location"] == "/"
    assert decisions_of_item(review.desk, "item-1") == []


def test_the_role_at_the_time_of_the_sign_in_decides(review: ReviewApp) -> None:
    browser, page = _expired(review)
    accounts.give_role(review.desk, "reviewer", "auditor", review.clock(), by="admin")
    answer = browser.sign_in("reviewer", pending=field_of(page, "pending"))
    assert answer.status_code == 403
    assert decisions_of_item(review.desk, "item-1") == []


@pytest.mark.parametrize("path", ["/password", "/sign-out", "/accounts/role", "/unmask/x", "/undo", "/next"])
def test_other_forms_are_not_kept_and_the_page_says_so(path: str, review: ReviewApp) -> None:
    browser = review.browser_of("admin")
    review.clock.later(minutes=31)
    answer = browser.post(path, {"current": PASSWORD, "reason": "because of a dispute"})
    assert answer.status_code == 401
    assert 'name="pending"' not in answer.text
    assert "This was not done" in answer.text
