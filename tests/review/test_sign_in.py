"""Signing in and out: nothing to guess from, nothing to fix beforehand, and no decision lost."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from review_app import PASSWORD, ReviewApp, field_of

from flows.review.pages.sign_in import inside
from flows.review.place import Front, place_of
from tasks.desk import accounts, sessions
from tasks.desk.audit import entries

if TYPE_CHECKING:
    from pathlib import Path

    from review_app import HostileLake


def test_who_signs_in_gets_a_cookie_that_scripts_and_other_sites_do_not(review: ReviewApp) -> None:
    review.give_password("lead")
    browser = review.anybody()
    answer = browser.sign_in("lead", next="/password?x=1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/password?x=1")
    cookie = answer.headers["set-cookie"]
    assert re.fullmatch(r"callarchive=[\w-]{43}; HttpOnly; Path=/; SameSite=strict", cookie)
    assert browser.get("/password").status_code == 200


def test_with_tls_the_cookie_is_bound_to_the_host_and_https(hostile: HostileLake, tmp_path: Path) -> None:
    place = place_of("127.0.0.1", 8321, front=Front("https://review.example.com"))
    review = ReviewApp.at(hostile, tmp_path, place)
    review.give_password("lead")
    browser = review.anybody()
    browser.client.base_url = "https://review.example.com"
    browser.client.headers["origin"] = "https://review.example.com"
    answer = browser.sign_in("lead")
    assert re.fullmatch(
        r"__Host-callarchive=[\w-]{43}; HttpOnly; Path=/; SameSite=strict; Secure",
        answer.headers["set-cookie"],
    )
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    assert browser.get("/password").status_code == 200


def test_a_token_that_was_planted_before_is_worth_nothing_after_the_sign_in(review: ReviewApp) -> None:
    review.give_password("lead")
    planted, session = sessions.begin(review.desk, "reviewer", review.clock())
    browser = review.anybody()
    browser.hold("callarchive", planted, session.csrf_token)
    answer = browser.sign_in("lead")
    assert planted not in answer.headers["set-cookie"]
    ended = sessions.session_of(review.desk, planted)
    assert ended is not None
    assert ended.ended_at is not None
    attacker = review.anybody()
    attacker.hold("callarchive", "made-up-by-an-attacker", "x")
    attacker.sign_in("lead")
    assert sessions.session_of(review.desk, "made-up-by-an-attacker") is None


def test_a_wrong_password_an_unknown_and_a_disabled_account_look_alike(review: ReviewApp) -> None:
    review.give_password("lead")
    review.give_password("reviewer")
    accounts.disable(review.desk, "reviewer", review.clock(), by="test")
    answers = [
        review.anybody(f"10.0.0.{at}").sign_in(name, password)
        for at, (name, password) in enumerate(
            [("lead", "wrong password"), ("nobody", PASSWORD), ("reviewer", PASSWORD), ("auditor", PASSWORD)]
        )
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1
    assert not any("set-cookie" in answer.headers for answer in answers)
    assert "wrong" not in answers[0].text


def test_what_is_typed_in_place_of_a_name_is_kept_nowhere(review: ReviewApp) -> None:
    review.anybody().sign_in(PASSWORD, "lead")
    kept = b"".join(file.read_bytes() for file in review.desk.path.parent.iterdir() if file.is_file())
    assert PASSWORD.encode() not in kept
    assert entries(review.desk, limit=1)[0].account == "-"


def test_too_many_tries_are_refused_even_with_the_right_password_until_time_has_passed(
    review: ReviewApp,
) -> None:
    review.give_password("lead")
    for at in range(10):
        assert review.anybody(f"10.0.0.{at}").sign_in("lead", "wrong password").status_code == 401
    answer = review.anybody("10.0.0.99").sign_in(" LEAD ")
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 15 * 60 + 1
    review.clock.later(minutes=16)
    assert review.anybody().sign_in("lead").status_code == 303


def test_limits_hold_for_who_has_no_account_just_as_well(review: ReviewApp) -> None:
    codes = [review.anybody(f"10.0.0.{at}").sign_in("nobody", "x" * 12).status_code for at in range(11)]
    assert codes == [401] * 10 + [429]


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "\\/evil.example",
        "/\t/evil.example",
        "/a\r\nset-cookie: x=y",
        "javascript:alert(1)",
        "evil.example",
        "",
        " /x",
    ],
)
def test_after_the_sign_in_nobody_is_led_elsewhere(target: str, review: ReviewApp) -> None:
    assert inside(target) == "/"
    review.give_password("lead")
    answer = review.anybody().sign_in("lead", next=target)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert field_of(review.anybody().get("/sign-in", params={"next": target}).text, "next") == "/"


def test_the_page_that_was_asked_for_comes_after_the_sign_in(review: ReviewApp) -> None:
    answer = review.anybody().get("/items/item-1?tier=flagged&q=a%20b")
    assert answer.headers["location"] == "/sign-in?next=%2Fitems%2Fitem-1%3Ftier%3Dflagged%26q%3Da%2520b"
    page = review.anybody().get(answer.headers["location"]).text
    assert field_of(page, "next") == "/items/item-1?tier=flagged&q=a%20b"


def test_signing_out_ends_the_session_itself_and_not_only_the_cookie(review: ReviewApp) -> None:
    browser = review.browser_of("lead")
    token, csrf_token = browser.client.cookies["callarchive"], browser.csrf_token or ""
    assert browser.post("/sign-out").headers["location"] == "/sign-in"
    browser.hold("callarchive", token, csrf_token)
    assert browser.get("/password").status_code == 303


def test_a_changed_password_signs_out_everywhere(review: ReviewApp) -> None:
    review.give_password("lead")
    first, second = review.browser_of("lead"), review.browser_of("lead")
    new = "another horse battery"
    form = {"current": PASSWORD, "new": new, "again": new}
    assert first.post("/password", form | {"current": "wrong password"}).status_code == 400
    assert first.post("/password", form | {"again": "something else"}).status_code == 400
    assert first.post("/password", form | {"new": "short", "again": "short"}).status_code == 400
    assert second.get("/password").status_code == 200
    assert first.post("/password", form).status_code == 303
    assert [browser.get("/password").status_code for browser in (first, second)] == [303, 303]
    assert review.anybody().sign_in("lead", new).status_code == 303


def test_nobody_guesses_a_password_from_a_screen_that_was_left_open(review: ReviewApp) -> None:
    review.give_password("lead")
    browser = review.browser_of("lead")
    guess = {"current": "wrong password", "new": "x" * 12, "again": "x" * 12}
    pages = [browser.post("/password", guess).text for _ in range(11)]
    assert "Too many tries" in pages[10]
    assert "Too many tries" not in pages[9]


def test_without_accounts_the_page_says_which_command_makes_one(review: ReviewApp) -> None:
    with review.desk.connection(write=True) as connection:
        connection.execute("delete from accounts")
    assert "callarchive reviewers add" in review.anybody().get("/sign-in").text


def test_a_session_that_is_used_lives_on(review: ReviewApp) -> None:
    browser = review.browser_of("reviewer")
    for _ in range(4):
        review.clock.later(minutes=20)
        assert browser.get("/password").status_code == 200
    review.clock.later(minutes=31)
    assert browser.get("/password").headers["location"].startswith("/sign-in?next=")


def test_what_a_page_loads_is_told_to_sign_in_and_not_sent_a_page(review: ReviewApp) -> None:
    answer = review.anybody().get("/sound/call-1", headers={"sec-fetch-dest": "audio"})
    assert (answer.status_code, answer.headers["content-type"]) == (401, "text/plain; charset=utf-8")


def test_sign_ins_are_in_the_log(review: ReviewApp) -> None:
    review.give_password("lead")
    review.anybody("10.0.0.9").sign_in("lead", "wrong password")
    browser = review.anybody("10.0.0.9")
    browser.sign_in("lead")
    browser.csrf_token = field_of(browser.get("/password").text, "csrf_token")
    browser.post("/sign-out")
    told = [(entry.action, entry.account, entry.detail) for entry in reversed(entries(review.desk, limit=3))]
    assert told == [
        ("sign_in_failed", "lead", "10.0.0.9"),
        ("signed_in", "lead", "10.0.0.9"),
        ("signed_out", "lead", None),
    ]


def test_the_address_is_not_taken_from_a_header_that_anybody_can_send(review: ReviewApp) -> None:
    review.give_password("lead")
    browser = review.anybody("10.0.0.9")
    browser.client.headers["x-forwarded-for"] = "1.2.3.4"
    browser.sign_in("lead")
    assert entries(review.desk, limit=1)[0].detail == "10.0.0.9"
