"""Every check passes on the made lake and on an empty one, and fails on a lake broken for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from broken_lakes import BREAKS, taken_out, words_in

from tasks.questions.loader import CHECKS, load_questions

if TYPE_CHECKING:
    from made_lake import Break, Connection, Lake, Open, Run

CHECKS_BY_NAME = load_questions(CHECKS)
BROKEN = [
    pytest.param(name, broken, id=broken.__name__) for name, breaks in BREAKS.items() for broken in breaks
]


def test_every_check_has_a_lake_that_breaks_it() -> None:
    assert set(BREAKS) == set(CHECKS_BY_NAME)


@pytest.mark.parametrize("name", CHECKS_BY_NAME)
def test_a_whole_lake_keeps_every_promise(name: str, lake: Connection, run: Run) -> None:
    assert run(lake, CHECKS_BY_NAME[name]) == []


@pytest.mark.parametrize("name", CHECKS_BY_NAME)
def test_an_empty_lake_keeps_every_promise(name: str, empty_lake: Connection, run: Run) -> None:
    assert run(empty_lake, CHECKS_BY_NAME[name]) == []


@pytest.mark.parametrize(("name", "broken"), BROKEN)
def test_a_broken_lake_is_caught(name: str, broken: Break, rows: Lake, open_lake: Open, run: Run) -> None:
    expected = broken(rows)
    with open_lake(rows) as connection:
        found = run(connection, CHECKS_BY_NAME[name])
    seen = [{column: row[column] for column in expected[0]} for row in found]
    assert sorted(seen, key=repr) == sorted(expected, key=repr)


def test_rejected_findings_may_have_their_words_back(rows: Lake, open_lake: Open, run: Run) -> None:
    finding = taken_out(rows)
    finding["review_status"] = "rejected"
    for word in words_in(rows, finding):
        word.update(word="four", entity=None)
    with open_lake(rows) as connection:
        assert run(connection, CHECKS_BY_NAME["findings_taken_out"]) == []
