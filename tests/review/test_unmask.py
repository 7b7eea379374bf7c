"""Breaking the glass: a role, a reason, two rows before the value, and no trace of the value afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from review_app import ATTACK, VALUE, ReviewApp, make_hostile_lake

from flows.review.pages import unmask as page
from tasks.desk.audit import entries
from tasks.errors import KeyMissing, SettingsError
from tasks.lake.catalog import reading
from tasks.lake.query import run_query
from tasks.reveal import Revealed

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

REASON = "dispute 4711"


@pytest.fixture
def own(tmp_path: Path) -> ReviewApp:
    """An app over a lake that no other test has: unmasking writes to it."""
    (tmp_path / "own").mkdir()
    return ReviewApp.at(make_hostile_lake(tmp_path / "own"), tmp_path)


def _reveals(review: ReviewApp) -> list[dict[str, Any]]:
    with reading(review.setup.lake) as connection:
        return run_query(connection, "select * from reveals").to_pylist()


def test_a_lead_sees_the_value_after_both_rows_are_written_and_nobody_keeps_it(own: ReviewApp) -> None:
    with own.setup.reader:
        browser = own.browser_of("lead")
        form = browser.get(f"/unmask/{own.hostile.card}")
        assert form.status_code == 200
        assert VALUE not in form.text
        shown = browser.post(f"/unmask/{own.hostile.card}", {"reason": REASON})
        again = browser.get(f"/unmask/{own.hostile.card}")
    assert shown.status_code == 200
    assert f">{VALUE}</output>" in shown.text
    assert shown.headers["cache-control"] == "no-store"
    assert shown.headers["refresh"] == f"300; url=/unmask/{own.hostile.card}"
    assert VALUE not in again.text
    (row,) = _reveals(own)
    assert (row["finding_id"], row["revealed_by"], row["reason"]) == (own.hostile.card, "lead", REASON)
    entry = next(entry for entry in entries(own.desk) if entry.action == "unmask")
    assert (entry.account, entry.call_id) == ("lead", "call-1")
    assert entry.detail == f"CARD_NUMBER {own.hostile.card}: {REASON}"
    kept = b"".join(file.read_bytes() for file in _files(own))
    assert VALUE.encode() not in kept


def _files(review: ReviewApp) -> list[Path]:
    folders = (review.desk.path.parent, Path(review.setup.lake.address))
    return [file for folder in folders for file in folder.rglob("*") if file.is_file()]


def test_the_desks_row_is_there_before_the_lakes_and_both_before_the_value(
    review: ReviewApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted: list[bool] = []

    def apart(_address: str, _keys: Path, finding_id: str, reason: str, by: str) -> Revealed:
        noted.append(any(entry.action == "unmask" for entry in entries(review.desk)))
        assert (reason, by) == (REASON, "lead")
        return Revealed(finding_id, "call-1", "CARD_NUMBER", "<b>value</b>")

    monkeypatch.setattr(page, "reveal_apart", apart)
    shown = review.browser_of("lead").post(f"/unmask/{review.hostile.card}", {"reason": REASON})
    assert noted == [True]
    assert "&lt;b&gt;value&lt;/b&gt;" in shown.text


def _must_not(*_: object) -> Revealed:
    raise AssertionError("it was opened")


def _fails_with(error: Exception) -> Callable[..., Revealed]:
    def fail(*_: object) -> Revealed:
        raise error

    return fail


def test_without_a_row_in_the_log_nothing_is_opened(
    review: ReviewApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    browser = review.browser_of("lead")
    monkeypatch.setattr(page, "reveal_apart", _must_not)
    monkeypatch.setattr(page.audit, "note", full)
    answer = browser.post(f"/unmask/{review.hostile.card}", {"reason": REASON})
    assert answer.status_code == 500
    assert "went wrong" in answer.text


@pytest.mark.parametrize("reason", ["", "    ", "why", "x" * 501])
def test_a_reason_that_says_nothing_opens_nothing(
    reason: str, review: ReviewApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "reveal_apart", _must_not)
    answer = review.browser_of("lead").post(f"/unmask/{review.hostile.card}", {"reason": reason})
    assert answer.status_code == 400
    assert "Say why" in answer.text


@pytest.mark.parametrize("which", ["cvv", "name"])
def test_what_is_deleted_only_cannot_be_unmasked(
    which: str, review: ReviewApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "reveal_apart", _must_not)
    browser = review.browser_of("admin")
    path = f"/unmask/{getattr(review.hostile, which)}"
    for answer in (browser.get(path), browser.post(path, {"reason": REASON})):
        assert "cannot be unmasked" in answer.text
        assert '<form class="card"' not in answer.text


@pytest.mark.parametrize(
    ("error", "status", "told"),
    [
        (SettingsError(f"nothing {ATTACK}"), 404, "There is no value to show"),
        (KeyMissing(f"no key {ATTACK}"), 503, "The key for this is not on this machine"),
    ],
)
def test_a_value_that_is_not_there_is_said_so_in_plain_words(
    error: Exception, status: int, told: str, review: ReviewApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "reveal_apart", _fails_with(error))
    answer = review.browser_of("lead").post(f"/unmask/{review.hostile.card}", {"reason": REASON})
    assert (answer.status_code, told in answer.text) == (status, True)
    assert "alert(1)" not in answer.text


def test_personal_data_in_the_reason_is_redacted_in_both_rows(
    review: ReviewApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[str] = []

    def apart(*arguments: str) -> Revealed:
        given.append(arguments[3])
        return Revealed(review.hostile.card, "call-1", "CARD_NUMBER", VALUE)

    monkeypatch.setattr(page, "reveal_apart", apart)
    reason = "asked by jane@example.com about 4263982640269299"
    review.browser_of("lead").post(f"/unmask/{review.hostile.card}", {"reason": reason})
    entry = next(entry for entry in entries(review.desk) if entry.action == "unmask")
    for text in (*given, entry.detail or ""):
        assert "[EMAIL]" in text or "[EMAIL_ADDRESS]" in text
        assert "jane@example.com" not in text
        assert "4263982640269299" not in text


def test_what_is_no_finding_is_not_there(review: ReviewApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "reveal_apart", _must_not)
    browser = review.browser_of("lead")
    for path in ("/unmask/" + "f" * 32, "/unmask/' or 1=1 --"):
        assert browser.get(path).status_code == 404
        assert browser.post(path, {"reason": REASON}).status_code == 404
