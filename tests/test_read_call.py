"""A call as people read it, turns around words or a time or the whole of it; and lists of calls."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from finished_calls import NOON, finished_call, landed_row, spoken

from tasks.lake.catalog import Lake, reading, writing
from tasks.land import Landing, land
from tasks.list_calls import ORDERS, Asked, list_calls
from tasks.read_call import (
    NEIGHBOURS,
    call_facts,
    find_call,
    passage,
    whole_call,
)
from tasks.schemas import CallMetadata, Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tasks.lake.catalog import Connection

TURNS = 14
CARD = Finding("CARD_NUMBER", 15, 16, 0.9, "auto", "made up")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """A long call, the same without a day, and one of another agent on the day before."""
    made = Lake.at(str(tmp_path_factory.mktemp("read") / "lake"))
    sides = {
        side: [word for turn in range(side, TURNS, 2) for word in spoken("two words", turn * 2_000, side)]
        for side in (0, 1)
    }
    early = CallMetadata("early", datetime(2026, 3, 1, 8, tzinfo=UTC), "agent-9", "cards")
    calls = [
        finished_call("long", words=sides, findings=[CARD]),
        finished_call("undated", words=sides, findings=[CARD], started_at=None),
        _with(finished_call("early", started_at=early.started_at), early),
    ]
    with writing(made) as connection:
        land(connection, made, Landing([(call, landed_row(call)) for call in calls], [], []))
    return made


def _with(call: Any, metadata: CallMetadata) -> Any:
    return replace(call, recording=replace(call.recording, metadata=metadata))


@pytest.fixture
def lake(place: Lake) -> Iterator[Connection]:
    with reading(place) as connection:
        yield connection


@pytest.mark.parametrize("call", ["long", "undated"])
def test_the_whole_call_has_every_word_once_and_in_order(lake: Connection, call: str) -> None:
    facts = call_facts(lake, call)
    assert facts
    whole = whole_call(lake, facts)
    turns = whole.between(0, TURNS)
    assert [turn.index for turn in whole.turns] == [turn.index for turn in turns] == list(range(TURNS))
    assert [turn.word_count for turn in whole.turns] == [len(turn.words) for turn in turns]
    times = [(turn.start_ms, turn.end_ms) for turn in turns]
    assert [(turn.start_ms, turn.end_ms) for turn in whole.turns] == times
    assert [word.number for turn in turns for word in turn.words] == list(range(2 * TURNS))
    assert [word.number for turn in turns for word in turn.words if word.is_gone] == [15]
    assert [finding["entity"] for finding in whole.findings] == ["CARD_NUMBER"]
    said = [(turn.index, word.text) for turn in turns for word in turn.words]
    assert list(zip(*whole.said(), strict=True)) == said


def test_some_turns_have_their_words_and_no_others(lake: Connection) -> None:
    facts = call_facts(lake, "long")
    assert facts
    assert [turn.index for turn in whole_call(lake, facts).between(3, 5)] == [3, 4, 5]


def test_a_call_that_landed_under_another_day_is_found_all_the_same(lake: Connection) -> None:
    assert (find_call(lake, "long", date(2026, 3, 1)) or {})["call_id"] == "long"
    assert find_call(lake, "nothing", date(2026, 3, 1)) is None


def test_a_passage_of_neither_words_nor_time_is_the_beginning(lake: Connection) -> None:
    facts = call_facts(lake, "long")
    assert facts
    assert [turn.index for turn in passage(lake, facts, None, None).turns] == list(range(NEIGHBOURS + 1))


def test_a_passage_is_the_turns_of_its_words_with_their_neighbours(lake: Connection) -> None:
    facts = call_facts(lake, "long", NOON.date())
    assert facts
    around = passage(lake, facts, (13, 15), None)  # the last word of turn 6 and the first of turn 7
    assert [turn.index for turn in around.turns] == list(range(6 - NEIGHBOURS, 7 + NEIGHBOURS + 1))
    at_the_beginning = passage(lake, facts, (0, 1), None)
    assert [turn.index for turn in at_the_beginning.turns] == list(range(NEIGHBOURS + 1))
    assert at_the_beginning.findings == []


def test_a_passage_without_words_is_what_is_said_nearest_to_its_time(lake: Connection) -> None:
    facts = call_facts(lake, "long")
    assert facts
    between = passage(lake, facts, None, (9_000, 9_500))  # after turn 4, which begins at 8 s
    assert min(turn.index for turn in between.turns) == 4 - NEIGHBOURS or between.turns[0].index == 0
    assert 4 in {turn.index for turn in between.turns}
    beyond = passage(lake, facts, None, (90_000, 91_000))
    assert beyond.turns[-1].index == TURNS - 1


def test_a_call_is_not_found_under_another_day_or_name(lake: Connection) -> None:
    assert call_facts(lake, "long", date(2026, 3, 1)) is None
    assert call_facts(lake, "nothing") is None


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (Asked(), ["long", "early", "undated"]),
        (Asked(agent_id="agent-9"), ["early"]),
        (Asked(queue="billing"), ["long", "undated"]),
        (Asked(since=date(2026, 3, 2)), ["long"]),
        (Asked(until=date(2026, 3, 1)), ["early"]),
        (Asked(call_id="undated"), ["undated"]),
        (Asked(rule="none was run"), []),
    ],
)
def test_calls_are_listed_as_asked_for(lake: Connection, asked: Asked, found: list[str]) -> None:
    assert [row["call_id"] for row in list_calls(lake, asked, "newest", limit=10)] == found


@pytest.mark.parametrize("order", list(ORDERS))
def test_every_order_lists_every_call_once_page_by_page(lake: Connection, order: Any) -> None:
    pages = [list_calls(lake, Asked(), order, limit=2, offset=offset) for offset in (0, 2)]
    assert sorted(row["call_id"] for page in pages for row in page) == ["early", "long", "undated"]
