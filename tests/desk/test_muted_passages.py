"""Speech that got no words, in which a person hears personal data: decided as a whole, never half of it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from at_the_desk import NAME, NOON, add_item, decide

from tasks.desk import items
from tasks.desk.corrections import of_call
from tasks.desk.decisions import WrongDecision, decisions_of_call, undo
from tasks.desk.placing import placed
from tasks.desk.schema import VERSION
from tasks.desk.store import Desk
from tasks.desk.verdicts import Span

if TYPE_CHECKING:
    from pathlib import Path

PASSAGE = Span("CARD_NUMBER", 0, 0, 61_000, 65_500)
UNHEARD = {
    "kind": "doubtful",
    "reason": "unheard",
    "tier": None,
    "start_word": None,
    "end_word": None,
    "start_ms": 61_000,
    "end_ms": 65_500,
}


def make_first_version(path: Path) -> None:
    """As a desk was before passages could be muted."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("pragma writable_schema = on")
        connection.execute(
            "update sqlite_schema set sql = replace(sql, ' ''muted'',', '') where name = 'decisions'"
        )
        connection.execute("pragma user_version = 1")
        connection.commit()


def verdicts(desk: Desk) -> list[tuple[str, str]]:
    return [(one.verdict, one.span.entity) for one in of_call(decisions_of_call(desk, "call-1"))]


def state(desk: Desk) -> str:
    found = items.item(desk, "one")
    assert found
    return found.state


def test_a_muted_passage_is_decided_until_that_is_undone(desk: Desk) -> None:
    add_item(desk, span=None, **UNHEARD)
    decide(desk, "ann", "muted", after=PASSAGE)
    assert (state(desk), verdicts(desk)) == ("done", [("confirmed", "CARD_NUMBER")])
    undo(desk, "ann", NOON + timedelta(minutes=1))
    assert (state(desk), verdicts(desk)) == ("open", [("open", "CARD_NUMBER")])


@pytest.mark.parametrize(
    "after",
    [
        None,
        Span("CARD_NUMBER", 0, 0, 61_000, 65_499),
        Span("CARD_NUMBER", 3, 5, 61_000, 65_500),
        Span("NOTHING_KNOWN", 0, 0, 61_000, 65_500),
    ],
    ids=["nothing", "another passage", "words", "no kind"],
)
def test_only_the_passage_itself_is_muted(after: Span | None, desk: Desk) -> None:
    add_item(desk, span=None, **UNHEARD)
    with pytest.raises(WrongDecision):
        decide(desk, "ann", "muted", after=after)
    assert decisions_of_call(desk, "call-1") == []


@pytest.mark.parametrize(
    "fields",
    [{}, {"item_id": None}, UNHEARD | {"start_ms": None, "end_ms": None}],
    ids=["words", "no item", "no time"],
)
def test_nothing_else_is_muted_as_a_whole(fields: dict[str, object], desk: Desk) -> None:
    add_item(desk, span=NAME if not fields else None, **{k: v for k, v in fields.items() if k != "item_id"})
    with pytest.raises(WrongDecision):
        decide(desk, "ann", "muted", after=PASSAGE, item_id=fields.get("item_id", "one"))


def test_muting_counts_at_once_and_ends_where_a_lead_says_that_nothing_is_personal(desk: Desk) -> None:
    add_item(desk, span=None, wants_second=1, **UNHEARD)
    decide(desk, "ann", "muted", after=PASSAGE)
    assert (state(desk), verdicts(desk)) == ("second", [("confirmed", "CARD_NUMBER")])
    decide(desk, "bob", "cleared", minutes=1)
    assert (state(desk), verdicts(desk)) == ("disputed", [("confirmed", "CARD_NUMBER")])
    decide(desk, "lena", "cleared", minutes=2, settles=True)
    assert (state(desk), verdicts(desk)) == ("done", [("open", "CARD_NUMBER")])


def test_two_passages_of_one_kind_are_two_corrections(desk: Desk) -> None:
    add_item(desk, span=None, **UNHEARD)
    add_item(desk, "two", span=None, **UNHEARD | {"start_ms": 1_000})
    decide(desk, "ann", "muted", after=PASSAGE)
    decide(desk, "ann", "muted", item_id="two", after=Span("CARD_NUMBER", 0, 0, 1_000, 65_500))
    assert verdicts(desk) == [("confirmed", "CARD_NUMBER")] * 2


def test_a_passage_is_where_it_was_whoever_transcribes_the_call() -> None:
    assert placed(PASSAGE, [], anew=True) == PASSAGE


def test_a_desk_of_the_first_version_keeps_its_decisions_and_takes_such_ones(tmp_path: Path) -> None:
    path = tmp_path / "review.sqlite"
    desk = Desk.at(path)
    add_item(desk)
    add_item(desk, "two", span=None, **UNHEARD)
    decide(desk, "ann", "rejected")
    before = decisions_of_call(desk, "call-1")
    make_first_version(path)
    with pytest.raises(sqlite3.IntegrityError):
        decide(Desk(path), "ann", "muted", item_id="two", after=PASSAGE)
    again = Desk.at(path)
    assert decisions_of_call(again, "call-1") == before
    decide(again, "ann", "muted", item_id="two", after=PASSAGE, minutes=1)
    with again.connection(write=True) as connection:
        assert connection.execute("pragma user_version").fetchone()[0] == VERSION
        with pytest.raises(sqlite3.IntegrityError, match="never edited"):
            connection.execute("update decisions set reviewer = 'bob'")
