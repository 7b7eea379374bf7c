"""A call that lands again, heard otherwise: what people marked in it is applied again, or asked for again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import reviewed_lake
from finished_calls import spoken
from heard_lake import SAID
from reviewed_lake import MARIGOLD, NOW, archive, ask, decide, desk, item_of, landed, settings, words

from flows.apply_reviews import apply_reviews
from tasks.desk import items
from tasks.desk.applying import AGAIN
from tasks.desk.decisions import decisions_of_call, undo
from tasks.desk.items import Filters
from tasks.desk.verdicts import Span

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tasks.desk.items import Item
    from tasks.desk.store import Desk
    from tasks.settings import Settings

__all__ = ["archive", "desk", "settings"]

NAME = Span("PERSON", MARIGOLD, MARIGOLD + 1, 4_100, 4_380)
"""marigold, as the person saw it."""


@pytest.fixture
def land_again(settings: Settings, archive: Path) -> Callable[[dict[int, Any]], None]:
    """`ingest --replace`, by an engine that heard this."""

    def again(said: dict[int, Any]) -> None:
        landed(settings, archive, said=said, landed_at=datetime.now(UTC), run_id="run-2")

    return again


def heard(*first: str, moved_ms: int = 0) -> dict[int, Any]:
    """What is said, with these words of the agent after the greeting, and the customer's so much later."""
    agent, customer = SAID[1], SAID[0]
    later = [
        replace(word, start_ms=word.start_ms + moved_ms, end_ms=word.end_ms + moved_ms) for word in customer
    ]
    return {1: [*agent[:4], *spoken(" ".join(first), 1_400, 1), *agent[4:]] if first else agent, 0: later}


def lost(desk: Desk) -> list[Item]:
    return items.page(desk, Filters(reason="mark-lost"), limit=9)


def applied_at(desk: Desk) -> list[str | None]:
    return [one.applied_at for one in decisions_of_call(desk, "call-1")]


def test_a_mark_is_applied_again_where_nothing_else_was_heard(
    desk: Desk, settings: Settings, land_again: Callable[[dict[int, Any]], None]
) -> None:
    decide(desk, settings, "missed", after=NAME)
    apply_reviews(settings)
    assert words(settings)[MARIGOLD] == "[PERSON]"
    land_again(heard())
    assert words(settings)[MARIGOLD] == "marigold"
    assert applied_at(desk) == [AGAIN]
    assert (apply_reviews(settings).changed, words(settings)[MARIGOLD]) == (1, "[PERSON]")
    assert len(ask(settings, "select * from reviews")) == 1
    assert lost(desk) == []


def test_a_mark_follows_its_word_to_where_it_is_now(
    desk: Desk, settings: Settings, land_again: Callable[[dict[int, Any]], None]
) -> None:
    decide(desk, settings, "missed", after=NAME)
    apply_reviews(settings)
    land_again(heard("well"))
    assert lost(desk) == []
    applied = apply_reviews(settings)
    assert (applied.misplaced, applied.changed) == (0, 1)
    said = words(settings)
    assert (said[4], said[MARIGOLD], said[MARIGOLD + 1]) == ("well", "locker", "[PERSON]")
    assert apply_reviews(settings).calls == 0


def test_a_mark_whose_word_is_not_there_comes_back_to_the_queue_until_somebody_has_looked(
    desk: Desk,
    settings: Settings,
    land_again: Callable[[dict[int, Any]], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    decide(desk, settings, "missed", after=NAME)
    apply_reviews(settings)
    land_again(heard(moved_ms=70))
    (item,) = lost(desk)
    assert (item.entity, item.tier, item.start_ms, item.start_word) == ("PERSON", "review", 4_100, None)
    assert items.page(desk, Filters(), limit=1) == [item]
    applied = apply_reviews(settings)
    assert (applied.misplaced, applied.changed) == (1, 0)
    assert lost(desk) == [item]
    now = Span("PERSON", MARIGOLD, MARIGOLD + 1, 4_170, 4_450)
    monkeypatch.setattr(reviewed_lake, "NOW", datetime.now(UTC) + timedelta(minutes=1))
    decide(desk, settings, "missed", item_id=item.item_id, after=now)
    decide(desk, settings, "cleared", item_id=item.item_id)
    applied = apply_reviews(settings)
    assert (applied.changed, words(settings)[MARIGOLD]) == (1, "[PERSON]")
    assert lost(desk) == []
    applied = apply_reviews(settings)
    assert (applied.calls, applied.misplaced) == (0, 0)
    assert all(applied_at(desk))


def test_what_the_rules_find_again_by_themselves_needs_nobody(
    desk: Desk, settings: Settings, land_again: Callable[[dict[int, Any]], None]
) -> None:
    item = item_of(desk, "PERSON")
    decide(desk, settings, "accepted", item_id=item.item_id)
    apply_reviews(settings)
    land_again(heard(moved_ms=70))
    assert lost(desk) == []
    apply_reviews(settings)
    assert apply_reviews(settings).calls == 0


def test_what_was_in_the_lake_is_not_undone_by_a_key(
    desk: Desk, settings: Settings, land_again: Callable[[dict[int, Any]], None]
) -> None:
    decide(desk, settings, "missed", after=NAME)
    apply_reviews(settings)
    land_again(heard())
    assert undo(desk, "ann", NOW) is None
