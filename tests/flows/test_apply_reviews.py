"""What people decide gets into the lake: words, sound, certificate and reviews, together or not at all."""

from __future__ import annotations

import os
import shutil
from datetime import date
from typing import TYPE_CHECKING

import yaml
from command_line import run_command
from heard_lake import SAID, everything
from lake_checks import broken_checks
from reviewed_lake import (
    MARIGOLD,
    NOW,
    ZANZIBAR,
    archive,
    ask,
    decide,
    desk,
    item_of,
    landed,
    loud,
    reject_zanzibar,
    rules_of,
    settings,
    the_call,
    whole,
    with_rules,
    words,
)

from flows.apply_reviews import apply_reviews
from flows.redact_again import redact_landed_calls
from tasks.answers import AnswerStore
from tasks.desk import items
from tasks.desk.decisions import record, undo
from tasks.desk.items import Filters
from tasks.desk.refresh import refresh, sampling_of
from tasks.desk.store import Desk, desk_of
from tasks.desk.verdicts import Decision, Span
from tasks.heard_calls import HeardCalls
from tasks.keys import load_keyring
from tasks.lake.catalog import Lake, reading
from tasks.redact.rules import DEFAULT_PATH, NEVER_KEPT
from tasks.settings import Settings, load_settings

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from sample_lake import SampleLake

__all__ = ["archive", "desk", "settings"]  # fixtures, which pytest looks for here


def test_a_wrong_redaction_comes_back_in_words_and_with_the_archive_in_sound(
    desk: Desk, settings: Settings, archive: Path
) -> None:
    assert words(settings)[ZANZIBAR] == "[PERSON]"
    reject_zanzibar(desk, settings)
    without = apply_reviews(settings)
    assert (without.changed, without.decisions, without.sound_waits) == (1, 1, 1)
    assert words(settings)[ZANZIBAR] == "zanzibar"
    assert not loud(settings, ZANZIBAR)
    whole(settings)
    (review,) = ask(settings, "select * from reviews")
    assert (review["decision"], review["reviewer"], review["reason"]) == ("rejected", "ann", "an island")
    assert (review["kind"], review["call_date"]) == (
        item_of_any(desk, review["finding_id"]),
        date(2026, 3, 2),
    )
    (finding,) = ask(settings, "select mode, review_status from redactions where entity = 'PERSON'")
    assert (finding["mode"], finding["review_status"]) == ("none", "rejected")
    with_archive = apply_reviews(settings, str(archive))
    assert (with_archive.changed, with_archive.sound_waits) == (1, 0)
    assert loud(settings, ZANZIBAR)
    secret = words(settings).index("[CARD_CVV]")
    assert not loud(settings, secret)
    whole(settings)


def item_of_any(desk: Desk, finding_id: str) -> str:
    with desk.connection() as connection:
        row = connection.execute("select kind from items where finding_id = ?", [finding_id]).fetchone()
        return str(row["kind"])


def test_what_was_missed_goes_from_words_sound_and_disk(desk: Desk, settings: Settings) -> None:
    assert "marigold" in everything(Lake.at(settings.lake))
    assert loud(settings, MARIGOLD)
    start_ms = SAID[0][7].start_ms
    decide(desk, settings, "missed", after=Span("PASSWORD", MARIGOLD, MARIGOLD + 1, start_ms))
    applied = apply_reviews(settings)
    assert (applied.changed, applied.decisions, applied.sound_waits) == (1, 1, 0)
    assert words(settings)[MARIGOLD] == "[PASSWORD]"
    assert not loud(settings, MARIGOLD)
    assert "marigold" not in everything(Lake.at(settings.lake))
    whole(settings)
    (finding,) = ask(settings, "select * from redactions where entity = 'PASSWORD'")
    assert (finding["reason"], finding["score"], finding["review_status"]) == ("person", 1.0, "confirmed")
    heard = HeardCalls(AnswerStore(Lake.at(settings.lake).heard, load_keyring(settings.key_file)))
    kept = heard.get(the_call(settings)["recording_sha256"])
    assert kept
    assert kept.conversation.words[MARIGOLD].text == "[PASSWORD]"


def test_a_change_of_words_and_entity_is_what_was_asked_for(desk: Desk, settings: Settings) -> None:
    item_id = item_of(desk, "PERSON").item_id
    decide(desk, settings, "changed", item_id=item_id, after=Span("ADDRESS", ZANZIBAR, ZANZIBAR + 2))
    apply_reviews(settings)
    assert words(settings)[ZANZIBAR : ZANZIBAR + 3] == ["[ADDRESS]", "[ADDRESS]", "my"]
    whole(settings)
    statuses = {row["entity"]: row["review_status"] for row in ask(settings, "select * from redactions")}
    assert (statuses["PERSON"], statuses["ADDRESS"]) == ("rejected", "confirmed")


def test_shrinking_keeps_what_still_is_personal(desk: Desk, settings: Settings) -> None:
    item_id = item_of(desk, "PERSON").item_id
    decide(desk, settings, "changed", item_id=item_id, after=Span("ADDRESS", ZANZIBAR, ZANZIBAR + 1))
    apply_reviews(settings)
    assert words(settings)[ZANZIBAR] == "[ADDRESS]"
    whole(settings)


def test_an_undone_decision_changes_nothing(desk: Desk, settings: Settings) -> None:
    before = the_call(settings)
    reject_zanzibar(desk, settings)
    undo(desk, "ann", NOW)
    applied = apply_reviews(settings)
    assert applied.changed == 0
    assert the_call(settings) == before
    assert ask(settings, "select * from reviews") == []


def test_words_come_back_only_once_two_people_agree(desk: Desk, settings: Settings) -> None:
    with desk.connection(write=True) as connection:
        connection.execute("update items set wants_second = 1")
    reject_zanzibar(desk, settings)
    decide(desk, settings, "missed", after=Span("PERSON", MARIGOLD, MARIGOLD + 1))
    first = apply_reviews(settings)
    assert (first.waiting, first.decisions) == (1, 1)
    assert (words(settings)[ZANZIBAR], words(settings)[MARIGOLD]) == ("[PERSON]", "[PERSON]")
    with desk.connection() as connection:
        query = "select item_id from items where state = 'second'"
        (waiting,) = [row["item_id"] for row in connection.execute(query)]
    decide(desk, settings, "rejected", who="bob", item_id=waiting)
    assert apply_reviews(settings).decisions == 2
    assert words(settings)[ZANZIBAR] == "zanzibar"
    assert len(ask(settings, "select * from reviews")) == 3
    whole(settings)


def test_what_waited_for_a_person_is_taken_out_once_accepted(
    tmp_path: Path, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entities = yaml.safe_load(DEFAULT_PATH.read_text())["entities"]
    entities["PERSON"]["tier"] = "review"
    settings = with_rules(tmp_path, monkeypatch, deny={"PERSON": ["zanzibar"]}, entities=entities)
    desk = landed(settings, archive)
    assert words(settings)[ZANZIBAR] == "zanzibar"
    decide(desk, settings, "accepted", item_id=item_of(desk, "PERSON").item_id)
    apply_reviews(settings)
    assert words(settings)[ZANZIBAR] == "[PERSON]"
    assert not loud(settings, ZANZIBAR)
    whole(settings)


def test_new_rules_leave_decisions_standing(
    desk: Desk, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reject_zanzibar(desk, settings)
    decide(desk, settings, "missed", after=Span("ADDRESS", MARIGOLD, MARIGOLD + 1))
    apply_reviews(settings)
    changed = with_rules(tmp_path, monkeypatch, deny={"PERSON": ["zanzibar", "locker"]})
    redact_landed_calls(changed, date.min, dry_run=False)
    said = words(changed)
    assert (said[ZANZIBAR], said[10], said[MARIGOLD]) == ("zanzibar", "[PERSON]", "[ADDRESS]")


def test_a_deleted_secret_does_not_come_back(desk: Desk, settings: Settings) -> None:
    decide(desk, settings, "rejected", item_id=item_of(desk, "CARD_CVV").item_id)
    apply_reviews(settings)
    assert "[CARD_CVV]" in words(settings)
    whole(settings)


def test_decided_items_stay_decided_and_samples_the_same(desk: Desk, settings: Settings) -> None:
    before = {one.item_id for one in items.page(desk, Filters(), limit=99)}
    assert {one.kind for one in items.page(desk, Filters(), limit=99)} >= {
        "sample_untouched",
        "sample_redacted",
    }
    reject_zanzibar(desk, settings)
    apply_reviews(settings)
    after = {one.item_id for one in items.page(desk, Filters(), limit=99)}
    assert after < before
    assert len(before) - len(after) == 1


def test_the_desk_lies_with_its_lake_and_holds_no_words(desk: Desk, settings: Settings) -> None:
    reject_zanzibar(desk, settings)
    said = b"".join(path.read_bytes() for path in desk.path.parent.glob("review.sqlite*"))
    assert b"zanzibar" not in said
    assert b"marigold" not in said
    assert os.stat(desk.path).st_mode & 0o077 == 0  # noqa: PTH116  (what others may do)


def test_the_sample_lake_follows_what_people_decide(sample_lake: SampleLake, tmp_path: Path) -> None:
    """Bundled calls that were really transcribed, by the command that people run."""
    home = shutil.copytree(sample_lake.home, tmp_path / "home", dirs_exist_ok=True, symlinks=True)
    settings = load_settings(lake=str(home / "lake"), review_sample_share=1.0, review_second_share=0.0)
    desk = desk_of(settings, Lake.at(settings.lake))
    with reading(Lake.at(settings.lake)) as connection:
        refresh(desk, connection, sampling_of(settings))
    listed = items.page(desk, Filters(), limit=9_999)
    taken_out = [one for one in listed if one.finding_id and one.tier != "review"]
    wrong = next(one for one in taken_out if one.entity not in NEVER_KEPT)
    missed = next(one for one in listed if one.kind == "sample_untouched")
    assert missed.start_word is not None
    word = Span("PERSON", missed.start_word, missed.start_word + 1, missed.start_ms)
    for decision in (
        Decision("review-1", "rejected", wrong.call_id, wrong.item_id),
        Decision("review-2", "missed", missed.call_id, missed.item_id, after=word),
    ):
        record(desk, "ann", decision, NOW, rules=rules_of(settings))
    done = run_command("apply-reviews", sample_lake.archive, "--lake", home / "lake", "--json", home=home)
    assert done.code == 0, done.err
    assert (done.json["decisions"], done.json["failed"], done.json["sound_waits"]) == (2, [], 0)
    at = "select entity from words where call_id = '{}' and word_index = {}"
    (brought_back,) = ask(settings, at.format(wrong.call_id, wrong.start_word))
    (marked,) = ask(settings, at.format(missed.call_id, missed.start_word))
    assert (brought_back["entity"], marked["entity"]) == (None, "PERSON")
    with reading(Lake.at(settings.lake)) as connection:
        assert broken_checks(connection) == []
