"""Where the app may be reached from, and whom it believes."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest
from review_app import Browser, HostileLake, ReviewApp, field_of

from flows.review.place import Front, place_of
from tasks.desk import accounts, audit, sessions
from tasks.desk.audit import entries
from tasks.errors import SettingsError

TLS = (Path("certificate.pem"), Path("key.pem"))
PROXY = "10.0.0.2"
URL = "https://review.example.com"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "localhost", "::1"])
def test_this_machine_alone_needs_nothing(host: str) -> None:
    place = place_of(host, 8321)
    assert (place.secure, place.proxy) == (False, None)
    assert place.knows("127.0.0.1:8321")
    assert place.knows("LOCALHOST:8321")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.5", "review.example.com", "", "127.0.0.1.evil"])  # noqa: S104
@pytest.mark.parametrize(
    "front", [None, Front(public_url=URL), Front(proxy_address=PROXY), Front(proxy_header="X-User")]
)
def test_any_other_address_is_refused_without_tls_or_a_named_proxy(host: str, front: Front | None) -> None:
    with pytest.raises(SettingsError, match="--tls-certificate"):
        place_of(host, 8321, front=front)


def test_with_tls_or_a_named_proxy_it_may_listen_elsewhere() -> None:
    assert place_of("10.0.0.5", 443, TLS).origins == {"https://10.0.0.5"}
    assert place_of("0.0.0.0", 8321, TLS, Front(URL)).origins == {URL}  # noqa: S104
    behind = place_of("10.0.0.5", 8321, front=Front(URL, PROXY))
    assert behind.secure
    assert URL in behind.origins
    with pytest.raises(SettingsError, match="--public-url"):
        place_of("0.0.0.0", 8321, TLS)  # noqa: S104


@pytest.mark.parametrize(
    "front",
    [
        Front(proxy_address=PROXY),
        Front(proxy_header="X-User"),
        Front(public_url="http://review.example.com"),
        Front(public_url="review.example.com"),
        Front(public_url="https://user:secret@review.example.com"),
        Front(public_url="https://review.example.com/path"),
        Front(URL, proxy_header="X-User\r\nX-Other"),
        Front(URL, proxy_header=""),
        Front(URL, proxy_address="the proxy"),
        Front(URL, proxy_address="10.0.0.2/8"),
    ],
)
def test_settings_that_would_not_do_what_they_seem_to_are_refused(front: Front) -> None:
    with pytest.raises(SettingsError, match=r"--public-url|--behind-proxy|--proxy-address"):
        place_of("127.0.0.1", 8321, front=front)


def test_usual_ports_are_left_out_as_browsers_do() -> None:
    place = place_of("127.0.0.1", 80, front=Front(f"{URL}:443"))
    assert URL in place.origins
    assert place.knows("127.0.0.1")
    assert place.knows("review.example.com:443")
    assert not place.knows("review.example.com:8443")


@pytest.fixture
def proxied(hostile: HostileLake, tmp_path: Path) -> ReviewApp:
    """An app whose proxy signs people in."""
    return ReviewApp.at(hostile, tmp_path, place_of("127.0.0.1", 8321, front=Front(URL, PROXY, "X-User")))


def _behind(review: ReviewApp, name: str, address: str = PROXY) -> Browser:
    """What the proxy passes on for somebody."""
    browser = Browser(review.app, address)
    browser.client.base_url = URL
    browser.client.headers |= {"origin": URL, "x-user": name}
    return browser


def _signed_in(review: ReviewApp, name: str) -> Browser:
    browser = _behind(review, name)
    assert browser.get("/sign-in?next=/password").headers["location"] == "/password"
    browser.csrf_token = field_of(browser.get("/password").text, "csrf_token")
    return browser


def test_who_the_proxy_names_is_signed_in_with_the_role_that_is_kept_here(proxied: ReviewApp) -> None:
    browser = _signed_in(proxied, " Lead ")
    assert browser.get("/password").status_code == 200
    assert browser.get("/accounts").status_code == 403
    assert _signed_in(proxied, "admin").get("/accounts").status_code == 200


@pytest.mark.parametrize("address", ["10.0.0.3", "127.0.0.1", "testclient", ""])
def test_the_header_counts_from_the_proxy_alone_and_nobody_else_is_served(
    address: str, proxied: ReviewApp
) -> None:
    for path in ("/sign-in", "/accounts", "/static/review.css"):
        answer = _behind(proxied, "admin", address).get(path)
        assert (answer.status_code, answer.text) == (403, "This app is reached through its proxy.\n")
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("name", ["nobody", "", "lead,admin", "admin\t"])
def test_a_name_without_an_account_gets_nowhere(name: str, proxied: ReviewApp) -> None:
    browser = _behind(proxied, name)
    if name.strip() == "admin":
        accounts.disable(proxied.desk, "admin", proxied.clock(), by="test")
    answer = browser.get("/sign-in")
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_two_names_are_none(proxied: ReviewApp) -> None:
    browser = _behind(proxied, "lead")
    del browser.client.headers["x-user"]
    names = [("x-user", "lead"), ("x-user", "admin")]
    assert browser.get("/sign-in", headers=names).status_code == 403
    assert browser.get("/sign-in").status_code == 403


def test_a_session_is_of_who_the_proxy_names_now(proxied: ReviewApp) -> None:
    browser = _signed_in(proxied, "admin")
    browser.client.headers["x-user"] = "reviewer"
    assert browser.get("/accounts").headers["location"].startswith("/sign-in")
    browser.get("/sign-in")
    assert browser.get("/accounts").status_code == 403


def test_behind_a_proxy_that_signs_in_no_password_does(proxied: ReviewApp) -> None:
    proxied.give_password("admin")
    browser = _behind(proxied, "nobody")
    assert 'type="password"' not in browser.get("/sign-in").text
    answer = browser.sign_in("admin")
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_a_decision_that_came_too_late_is_recorded_behind_a_proxy_too(proxied: ReviewApp) -> None:
    browser = _signed_in(proxied, "reviewer")
    proxied.clock.later(minutes=31)
    decision = {"review_id": "r-1", "decision": "rejected", "item_id": "item-1"}
    answer = browser.post("/decide", decision)
    assert answer.status_code == 401
    assert 'type="password"' not in answer.text
    assert browser.post("/sign-in", {"pending": field_of(answer.text, "pending")}).status_code == 303
    with proxied.desk.connection() as connection:
        assert connection.execute("select reviewer from decisions").fetchone()[0] == "reviewer"


def test_a_proxy_that_only_has_the_certificate_leaves_passwords_and_tells_addresses(
    hostile: HostileLake, tmp_path: Path
) -> None:
    review = ReviewApp.at(hostile, tmp_path, place_of("127.0.0.1", 8321, front=Front(URL, PROXY)))
    review.give_password("lead")
    browser = _behind(review, "admin")
    browser.client.headers["x-forwarded-for"] = "1.2.3.4, 203.0.113.9"
    assert browser.get("/sign-in").status_code == 200
    assert browser.sign_in("lead").status_code == 303
    assert entries(review.desk, limit=1)[0].detail == "203.0.113.9"


def test_only_one_of_many_tokens_is_live_at_a_browser(proxied: ReviewApp) -> None:
    browser = _signed_in(proxied, "lead")
    before = browser.client.cookies["__Host-callarchive"]
    browser.get("/sign-in")
    ended = sessions.session_of(proxied.desk, before)
    assert ended is not None
    assert ended.ended_at is not None


def test_the_log_is_checked_when_an_auditor_asks(review: ReviewApp) -> None:
    browser = review.browser_of("auditor")
    assert "No row was changed" in browser.get("/audit?check=1").text
    with review.desk.connection(write=True) as connection:
        connection.execute("drop trigger audit_stays")
        connection.execute("update audit set account = 'somebody else' where seq = 2")
    assert "Row 2 does not fit" in browser.get("/audit?check=1").text
    assert "does not fit" not in browser.get("/audit").text


def test_the_log_is_shown_page_by_page_and_by_what_is_asked(review: ReviewApp) -> None:
    for at in range(150):
        audit.note(review.desk, f"person{at % 2}", "viewed", review.clock(), call_id=f"call-{at}")
    browser = review.browser_of("auditor")
    first = browser.get("/audit?account=person1&action=viewed")
    assert first.text.count("<td>person1</td>") == 75
    assert "Older rows" not in first.text
    newest = browser.get("/audit?action=viewed")
    older = re.search(r'href="(/audit\?[^"]*before=[^"]*)"', newest.text)
    assert older is not None
    assert browser.get(html.unescape(older[1])).text.count("<td>viewed</td>") == 50
    assert browser.get("/audit?call_id=call-7").text.count("<td>call-7</td>") == 1
