"""Attacks on every route that the app has: a route that is added is attacked as well, without a line here."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest
from review_app import ATTACK, OPEN, ORIGIN, ROLES, VALUE, ReviewApp

from flows.review.app import create_app
from flows.review.pages import audit as a_page
from tasks.desk import sessions
from tasks.desk.audit import entries

if TYPE_CHECKING:
    from collections.abc import Iterator

EVERYBODY = frozenset(ROLES)
ALLOWED = {
    "/accounts": frozenset({"admin"}),
    "/audit": frozenset({"auditor", "admin"}),
    "/unmask": frozenset({"lead", "admin"}),
    "/quality": frozenset({"lead", "auditor", "admin"}),
    "/password": EVERYBODY,
    "/sign-out": EVERYBODY,
}
"""Who may use what, written down here and not taken from the app; see _allowed for everything else."""


def _allowed(method: str, path: str) -> frozenset[str]:
    """Everybody reads; whoever is no auditor decides."""
    for start, roles in ALLOWED.items():
        if path == start or path.startswith(f"{start}/"):
            return roles
    return EVERYBODY if method in {"GET", "HEAD"} else EVERYBODY - {"auditor"}


def _closed(review: ReviewApp) -> Iterator[tuple[str, str]]:
    for method, path, _ in review.routes():
        if path not in OPEN:
            yield method, path


def test_the_routes_are_found(review: ReviewApp) -> None:
    found = set(_closed(review))
    assert {("GET", "/accounts"), ("POST", "/accounts/disable"), ("HEAD", "/sound/{call_id:path}")} <= found
    assert len(found) > 12


def test_without_a_session_every_route_shows_the_sign_in_and_does_nothing(review: ReviewApp) -> None:
    for method, path in _closed(review):
        answer = review.anybody().client.request(method, review.address(path), data={"csrf_token": "x"})
        assert answer.status_code == (401 if method == "POST" else 303), path
        if method != "POST":
            assert answer.headers["location"].startswith("/sign-in?next=")
        assert VALUE not in answer.text
        assert ATTACK[:8] not in answer.text


def test_every_route_lets_its_roles_through_and_no_other(review: ReviewApp) -> None:
    for method, path, own in review.routes():
        if path in OPEN:
            continue
        assert own == _allowed(method, path), f"{method} {path}"
        for role in EVERYBODY - _allowed(method, path):
            browser = review.browser_of(role)
            form = {"csrf_token": browser.csrf_token}
            answer = browser.client.request(
                method, review.address(path), data=form if method == "POST" else None
            )
            assert answer.status_code == 403, f"{role} {method} {path}"
            (newest,) = entries(review.desk, limit=1)
            assert (newest.account, newest.action) == (role, "refused")


def test_a_form_without_its_sessions_token_does_nothing(review: ReviewApp) -> None:
    other = review.browser_of("admin").csrf_token
    for method, path in _closed(review):
        if method != "POST":
            continue
        for token in ("", "x", "é", other):
            browser = review.browser_of("admin")
            answer = browser.client.post(review.address(path), data={"csrf_token": token})
            assert answer.status_code == 403, path
            assert entries(review.desk, limit=1)[0].action == "forged_form"
        in_query = f"{review.address(path)}?csrf_token={browser.csrf_token}"
        assert browser.client.post(in_query, data={"a": "b"}).status_code == 403


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "null",
        "http://evil.example",
        "http://127.0.0.1:8322",
        "https://127.0.0.1:8321",
        f"{ORIGIN}.evil",
    ],
)
def test_a_form_of_another_origin_does_nothing(origin: str | None, review: ReviewApp) -> None:
    for method, path, _ in review.routes():
        if method != "POST":
            continue
        browser = review.browser_of("admin")
        del browser.client.headers["origin"]
        headers = {"origin": origin} if origin else {}
        answer = browser.post(review.address(path), headers=headers)
        assert (answer.status_code, answer.text) == (403, "This form does not come from this app.\n"), path


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8321", "127.0.0.1:1", "127.0.0.1.evil:8321", ""]
)
def test_a_name_that_was_made_to_lead_here_shows_nothing(host: str, review: ReviewApp) -> None:
    for method, path, _ in review.routes():
        answer = review.browser_of("admin").client.request(
            method,
            review.address(path),
            headers={"host": host},
            data={"a": "b"} if method == "POST" else None,
        )
        assert answer.status_code == 421, path


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND"])
def test_no_other_method_does_anything(method: str, review: ReviewApp) -> None:
    for _, path in _closed(review):
        assert review.browser_of("admin").client.request(method, review.address(path)).status_code == 405


def test_errors_tell_nothing_and_the_log_holds_no_words(
    review: ReviewApp, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError(f"row: {VALUE}")

    monkeypatch.setattr(a_page, "first_broken", broken)
    caplog.set_level(logging.DEBUG)
    browser = review.browser_of("admin")
    answer = browser.get(f"/audit?check=1&account={VALUE}")
    assert answer.status_code == 500
    assert browser.get(f"/{VALUE}").status_code == 404
    assert browser.get(f"/audit?before={VALUE}").status_code == 400
    own = [record.getMessage() for record in caplog.records if not record.name.startswith("httpx")]
    for text in (answer.text, *own, *(record.exc_text or "" for record in caplog.records)):
        assert VALUE.split()[0] not in text
        assert "Traceback" not in text
    assert any(line.startswith("unexpected ValueError at test_attacks.py") for line in own)
    assert any(line.startswith("GET /audit 500") for line in own)


def test_a_form_that_is_too_long_or_no_form_is_not_read(review: ReviewApp) -> None:
    browser = review.browser_of("admin")
    form = {"csrf_token": browser.csrf_token or "", "name": "x" * 70_000}
    assert browser.client.post("/accounts/role", data=form).status_code == 413
    chunks = (b"name=" + b"x" * 40_000, b"y" * 40_000)
    kind = {"content-type": "application/x-www-form-urlencoded"}
    assert browser.client.post("/accounts/role", content=iter(chunks), headers=kind).status_code == 413
    assert browser.client.post("/accounts/role", json=form).status_code == 415
    assert browser.client.post("/accounts/role", files={"name": b"x"}).status_code == 415
    assert (
        browser.client.post("/accounts/role", data={f"field{n}": "x" for n in range(500)}).status_code == 400
    )


def test_bytes_that_no_text_has_are_refused(review: ReviewApp) -> None:
    browser = review.browser_of("admin")
    assert browser.get("/sound/call%00").status_code == 400
    assert browser.get("/audit?call_id=%00").status_code == 400
    assert browser.post("/accounts/role", {"name": "a\0"}).status_code == 400
    assert browser.get("/sound/%ff%fe").status_code == 404


def test_a_route_that_does_not_say_who_may_use_it_keeps_the_app_from_starting(
    review: ReviewApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = list(a_page.router.routes)

    @a_page.router.get("/everybodys")
    def everybodys() -> str:
        return "all"

    try:
        with pytest.raises(RuntimeError, match="/everybodys"):
            create_app(review.setup)
    finally:
        a_page.router.routes[:] = kept


def test_a_session_of_a_disabled_account_is_over_at_once(review: ReviewApp) -> None:
    for role in ROLES:
        browser = review.browser_of(role)
        with review.desk.connection(write=True) as connection:
            connection.execute("update accounts set disabled_at = '2026' where name = ?", [role])
        assert browser.get("/password").status_code == 303
        assert sessions.session_of(review.desk, browser.client.cookies["callarchive"]) is not None
