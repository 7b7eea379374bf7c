"""Decisions whose landing fails, is cut short, waits or is repeated: none is lost, and none counts twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from reviewed_lake import (
    MARIGOLD,
    NOW,
    ZANZIBAR,
    archive,
    ask,
    decide,
    desk,
    item_of,
    reject_zanzibar,
    settings,
    the_call,
    whole,
    words,
)

from flows.apply_reviews import Applied, apply_reviews
from tasks.answers import AnswerStore
from tasks.desk.applying import note_applied
from tasks.desk.decisions import decisions_of_call, undo
from tasks.desk.verdicts import Span
from tasks.errors import SettingsError
from tasks.heard_calls import HeardCalls
from tasks.keys import load_keyring
from tasks.lake.catalog import Lake, exclusively

if TYPE_CHECKING:
    from tasks.desk.store import Desk
    from tasks.settings import Settings

__all__ = ["archive", "desk", "settings"]  # fixtures, which pytest looks for here


def test_applying_twice_changes_nothing(desk: Desk, settings: Settings) -> None:
    reject_zanzibar(desk, settings)
    apply_reviews(settings)
    before = (
        the_call(settings),
        ask(settings, "select * from reviews"),
        ask(settings, "select * from redactions"),
    )
    again = apply_reviews(settings)
    assert (again.calls, again.changed, again.decisions) == (0, 0, 0)
    after = (
        the_call(settings),
        ask(settings, "select * from reviews"),
        ask(settings, "select * from redactions"),
    )
    assert after == before
    assert again.refreshed
    assert (again.refreshed.added, again.refreshed.gone) == (0, 0)


def test_a_dry_run_counts_the_same_and_writes_nothing(desk: Desk, settings: Settings) -> None:
    reject_zanzibar(desk, settings)
    before = the_call(settings)
    dry = apply_reviews(settings, dry_run=True)
    assert the_call(settings) == before
    wet = apply_reviews(settings)
    told = ("calls", "changed", "decisions", "waiting", "failed")
    assert counts(dry, told) == counts(wet, told)


def counts(applied: Applied, names: tuple[str, ...]) -> list[Any]:
    return [applied.as_dict()[name] for name in names]


@pytest.mark.parametrize("point", ["flows.landed_again.land", "tasks.redact_again.certify"])
def test_a_landing_that_fails_loses_no_decision(
    point: str, desk: Desk, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise MemoryError

    before = the_call(settings)
    reject_zanzibar(desk, settings)
    with monkeypatch.context() as patched:
        patched.setattr(point, fails)
        if "land" in point:
            with pytest.raises(MemoryError):
                apply_reviews(settings)
        else:
            assert len(apply_reviews(settings).failed) == 1
    assert the_call(settings) == before
    assert ask(settings, "select * from reviews") == []
    whole(settings)
    assert apply_reviews(settings).changed == 1
    assert words(settings)[ZANZIBAR] == "zanzibar"


def test_killed_between_the_lake_and_the_desk_it_is_one_decision(
    desk: Desk, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    reject_zanzibar(desk, settings)
    with monkeypatch.context() as patched:
        patched.setattr("flows.apply_reviews.note_applied", killed)
        with pytest.raises(KeyboardInterrupt):
            apply_reviews(settings)
    assert [one.applied_at for one in decisions_of_call(desk, "call-1")] == [None]
    again = apply_reviews(settings)
    assert (again.changed, again.decisions) == (0, 1)
    assert len(ask(settings, "select * from reviews")) == 1
    assert all(one.applied_at for one in decisions_of_call(desk, "call-1"))


def test_what_is_undone_while_it_lands_is_taken_back_by_the_next_run(
    desk: Desk, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def undone_first(*arguments: Any) -> None:
        assert undo(desk, "ann", NOW)
        note_applied(*arguments)

    reject_zanzibar(desk, settings)
    with monkeypatch.context() as patched:
        patched.setattr("flows.apply_reviews.note_applied", undone_first)
        apply_reviews(settings)
    assert words(settings)[ZANZIBAR] == "zanzibar"
    apply_reviews(settings)
    assert words(settings)[ZANZIBAR] == "[PERSON]"
    said = [row["decision"] for row in ask(settings, "select decision from reviews order by decision")]
    assert said == ["rejected", "withdrawn"]
    assert item_of(desk, "PERSON").state == "open"
    whole(settings)


def test_a_lake_that_stays_busy_is_told_and_the_decision_waits(
    desk: Desk, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.landed_again._LONGEST_WAIT_S", 0.2)
    reject_zanzibar(desk, settings)
    with exclusively(Lake.at(settings.lake)), pytest.raises(SettingsError, match="running"):
        apply_reviews(settings)
    assert words(settings)[ZANZIBAR] == "[PERSON]"
    assert apply_reviews(settings).decisions == 1


def test_a_call_that_was_transcribed_anew_or_not_kept_stays_open(desk: Desk, settings: Settings) -> None:
    decide(desk, settings, "missed", after=Span("PERSON", MARIGOLD, MARIGOLD + 1, 1))
    applied = apply_reviews(settings)
    assert (applied.misplaced, applied.decisions, applied.changed) == (1, 0, 0)
    undo(desk, "ann", NOW)
    reject_zanzibar(desk, settings)
    store = AnswerStore(Lake.at(settings.lake).heard, load_keyring(settings.key_file))
    HeardCalls(store).forget(the_call(settings)["recording_sha256"])
    applied = apply_reviews(settings)
    assert (applied.not_kept, applied.decisions) == (1, 0)
    assert words(settings)[ZANZIBAR] == "[PERSON]"
