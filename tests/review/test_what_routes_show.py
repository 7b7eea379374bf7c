"""What every route shows: bound by its headers, text that stays text, no file by a path, and noted first."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest
from review_app import ATTACK, OPEN, Clock, ReviewApp

from tasks.desk.audit import entries

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

TRAVERSALS = (
    "..%2f..%2fcatalog.sqlite",
    "%2fetc%2fpasswd",
    "..",
    "%2e%2e",
    "catalog.sqlite",
    "%5c..%5c",
    "~",
)


def test_every_answer_has_the_headers_that_bind_browsers(review: ReviewApp) -> None:
    admin, nobody = review.browser_of("admin"), review.anybody()
    answers = [
        browser.client.get(review.address(path))
        for browser in (admin, nobody)
        for method, path, _ in review.routes()
        if method == "GET"
    ]
    answers += [admin.get("/nowhere"), admin.post("/accounts/role"), admin.get("/", headers={"host": "evil"})]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert "http" not in policy
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert "server" not in answer.headers


def test_no_page_has_a_script_or_style_of_its_own_or_loads_from_elsewhere(review: ReviewApp) -> None:
    """What the policy forbids would not work: here it shows before anybody opens a browser."""
    for page in _pages(review):
        assert not re.search(r"<script(?![^>]*\bsrc=\"/static/)", page)
        assert not re.search(r"<style|\sstyle=|\son\w+=", _without_text(page))
        assert not re.search(r"(?:src|href|action)=\"(?:https?:)?//", page)


def test_words_metadata_and_file_names_stay_text_on_every_page(review: ReviewApp) -> None:
    shown = 0
    for page in _pages(review):
        assert "<script>alert" not in page
        assert "<img/src" not in page
        assert "<img src=x" not in page
        assert "49" not in page or "{{7*7}}" in page or ATTACK[:8] not in page
        shown += "&lt;script&gt;alert(1)" in page
    assert shown, "no page showed the attack at all, so nothing was tested"


def _pages(review: ReviewApp) -> Iterator[str]:
    browser = review.browser_of("admin")
    for method, path, _ in review.routes():
        if method != "GET" or path in OPEN:
            continue
        for query in ("", f"?q={ATTACK}&query={ATTACK}&phrase={ATTACK}&account={ATTACK}&done={ATTACK}"):
            answer = browser.get(review.address(path) + query)
            if "html" in answer.headers.get("content-type", ""):
                yield answer.text
    yield review.anybody().get(f"/sign-in?next=/{ATTACK}").text


def _without_text(page: str) -> str:
    """Tags without the values of their attributes."""
    return " ".join(re.sub(r'"[^"]*"', '""', tag) for tag in re.findall(r"<[^>]*>", page))


@pytest.mark.parametrize("value", TRAVERSALS)
def test_an_id_is_never_a_path(value: str, review: ReviewApp) -> None:
    for method, path, _ in review.routes():
        if "{" not in path:
            continue
        browser = review.browser_of("admin")
        form = (
            {"csrf_token": browser.csrf_token, "reason": "because of a dispute"} if method == "POST" else None
        )
        answer = browser.client.request(method, review.address(path, value), data=form)
        assert answer.status_code < 500, f"{method} {path}"
        assert b"SQLite" not in answer.content
        assert b"root:" not in answer.content


@pytest.mark.parametrize(
    "path", ["/static/../app.py", "/static/..%2fapp.py", "/static/%2e%2e/app.py", "/static/"]
)
def test_static_files_are_those_of_the_folder(path: str, review: ReviewApp) -> None:
    answer = review.anybody().get(path)
    assert answer.status_code in {303, 404, 405}
    assert "create_app" not in answer.text


def test_whoever_sees_or_hears_a_call_is_in_the_log_first(review: ReviewApp) -> None:
    review.app.state.setup = replace(review.setup, clock=Ticking(review.clock))
    seen = 0
    for method, path, roles in review.routes():
        about_a_call = any(name in path for name in ("{call_id", "{item_id", "{finding_id"))
        if method == "POST" or not (about_a_call or path == "/search"):
            continue
        role = "lead" if "lead" in (roles or ()) else "admin"
        before = len(entries(review.desk, {"call_id": "call-1"}))
        query = "?phrase=help" if path == "/search" else ""
        answer = review.browser_of(role).client.request(method, review.address(path) + query)
        assert answer.status_code == 200, path
        newest = entries(review.desk, {"call_id": "call-1"})
        assert len(newest) > before, path
        assert (newest[0].account, newest[0].action) == (role, f"viewed {path}")
        seen += 1
    assert seen >= 9


@dataclass
class Ticking:
    """Two minutes from one look to the next, so that no two views count as one."""

    clock: Clock

    def __call__(self) -> datetime:
        self.clock.later(minutes=2)
        return self.clock()
