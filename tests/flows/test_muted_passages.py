"""What a person hears in speech that got no words is muted in the call's sound, and stays muted."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from finished_calls import finished_call, spoken
from heard_lake import RATE_HZ, SAID, decoded
from reviewed_lake import NOW, archive, ask, decide, landed, settings, the_call, whole, words

from flows.apply_reviews import apply_reviews
from flows.redact_again import redact_landed_calls
from tasks.desk import items
from tasks.desk.decisions import undo
from tasks.desk.items import Filters
from tasks.desk.verdicts import Span
from tasks.lake.catalog import Lake

if TYPE_CHECKING:
    from pathlib import Path

    from tasks.desk.items import Item
    from tasks.desk.store import Desk
    from tasks.schemas import Word
    from tasks.settings import Settings

__all__ = ["archive", "settings"]

START_MS, END_MS = 10_300, 11_800
"""Behind all that is said in `SAID`."""


@pytest.fixture
def desk(settings: Settings, archive: Path) -> Desk:
    """The desk of a lake with a call in which speech got no words."""
    return landed_unheard(settings, archive, SAID)


def landed_unheard(settings: Settings, archive: Path, said: dict[int, list[Word]], **fields: Any) -> Desk:
    facts = finished_call(words=said).facts
    unheard = {"speech_ms": 9_000, "unheard_ms": 4_000, "unheard_spans": f"[[{START_MS}, {END_MS}]]"}
    return landed(settings, archive, said=said, facts=replace(facts, **unheard), **fields)


def unheard(desk: Desk) -> Item:
    (found,) = items.page(desk, Filters(reason="unheard"), limit=9)
    return found


def mute(desk: Desk, settings: Settings) -> None:
    about = unheard(desk)
    after = Span("CARD_NUMBER", 0, 0, about.start_ms, about.end_ms)
    decide(desk, settings, "muted", item_id=about.item_id, after=after)


def level(settings: Settings, start_ms: int = START_MS, end_ms: int = END_MS) -> int:
    """How loud the copy in the lake is between two times, on either channel."""
    samples = decoded(Lake.at(settings.lake), the_call(settings)["audio_path"])
    return int(np.abs(samples[start_ms * RATE_HZ // 1000 : end_ms * RATE_HZ // 1000]).max())


def certified(settings: Settings) -> dict[str, Any]:
    (row,) = ask(settings, "select body from certificates")
    stated: dict[str, Any] = json.loads(row["body"])
    return stated


def test_a_passage_is_muted_on_the_disk_and_the_certificate_says_so(desk: Desk, settings: Settings) -> None:
    before = the_call(settings)
    assert level(settings) > 0
    mute(desk, settings)
    applied = apply_reviews(settings)
    assert (applied.changed, applied.decisions, applied.failed, applied.sound_waits) == (1, 1, [], 0)
    assert level(settings, START_MS - 150, END_MS + 150) == 0
    assert level(settings, 4_700, 5_800) > 0
    whole(settings)
    after, stated = the_call(settings), certified(settings)
    assert after["muted_ms"] - before["muted_ms"] >= END_MS - START_MS + 200  # and the padding
    assert (stated["muted_passages"], stated["reviewed"]) == (1, {"confirmed": 1})
    assert stated["findings"]["CARD_NUMBER"] == {"auto": 1}
    (finding,) = ask(settings, "select * from redactions where entity = 'CARD_NUMBER'")
    place = [finding[name] for name in ("start_word", "end_word", "channel", "start_ms", "end_ms")]
    assert place == [None, None, None, START_MS, END_MS]
    assert (finding["reason"], finding["mode"], finding["review_status"]) == (
        "person",
        "delete_only",
        "confirmed",
    )
    (review,) = ask(settings, "select decision, kind, after from reviews")
    assert (review["decision"], review["kind"]) == ("muted", "doubtful")
    assert items.page(desk, Filters(reason="unheard"), limit=9) == []
    again = apply_reviews(settings)
    assert (again.calls, again.changed) == (0, 0)


def test_an_undone_one_mutes_nothing(desk: Desk, settings: Settings) -> None:
    mute(desk, settings)
    undo(desk, "ann", NOW)
    before = the_call(settings)
    assert apply_reviews(settings).changed == 0
    assert the_call(settings) == before
    assert unheard(desk).state == "open"


def test_new_rules_leave_it_muted_and_certified(desk: Desk, settings: Settings) -> None:
    mute(desk, settings)
    apply_reviews(settings)
    redact_landed_calls(settings, date.min, dry_run=False)
    assert level(settings) == 0
    assert certified(settings)["muted_passages"] == 1
    whole(settings)


def test_a_call_that_lands_anew_is_muted_again_with_the_words_that_are_there_now(
    desk: Desk, settings: Settings, archive: Path
) -> None:
    mute(desk, settings)
    apply_reviews(settings)
    heard = {1: SAID[1], 0: [*SAID[0], *spoken("green old door", START_MS + 100, 0)]}
    desk = landed_unheard(settings, archive, heard, landed_at=datetime.now(UTC), run_id="run-2")
    assert words(settings)[-3:] == ["green", "old", "door"]
    assert level(settings) > 0
    applied = apply_reviews(settings)
    assert (applied.changed, applied.misplaced, applied.failed) == (1, 0, [])
    assert words(settings)[-3:] == ["[CARD_NUMBER]"] * 3
    assert level(settings) == 0
    assert len(ask(settings, "select * from redactions where entity = 'CARD_NUMBER'")) == 2
    whole(settings)
    assert items.page(desk, Filters(reason="unheard"), limit=9) == []
    redact_landed_calls(settings, date.min, dry_run=False)
    assert len(ask(settings, "select * from redactions where entity = 'CARD_NUMBER'")) == 2


def test_once_a_lead_says_that_nothing_is_personal_it_comes_back_from_the_recording(
    desk: Desk, settings: Settings, archive: Path
) -> None:
    with desk.connection(write=True) as connection:
        connection.execute("update items set wants_second = 1")
    mute(desk, settings)
    apply_reviews(settings)
    assert level(settings) == 0
    about = unheard(desk)
    decide(desk, settings, "cleared", who="bob", item_id=about.item_id)
    decide(desk, settings, "cleared", who="lena", item_id=about.item_id, settles=True)
    without = apply_reviews(settings)
    assert (without.changed, without.sound_waits) == (1, 1)
    assert (level(settings), certified(settings)["muted_passages"]) == (0, 0)
    whole(settings)
    assert apply_reviews(settings, str(archive)).sound_waits == 0
    assert level(settings) > 0
    whole(settings)


def test_a_secret_that_is_only_heard_is_muted_and_nothing_kept_is_touched(
    desk: Desk, settings: Settings
) -> None:
    about = unheard(desk)
    after = Span("CARD_CVV", 0, 0, about.start_ms, about.end_ms)
    decide(desk, settings, "muted", item_id=about.item_id, after=after)
    applied = apply_reviews(settings)
    assert (applied.changed, applied.answers_forgotten, level(settings)) == (1, 0, 0)
    redact_landed_calls(settings, date.min, dry_run=False)
    whole(settings)
