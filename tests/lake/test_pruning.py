"""Days asked about are the only files read."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from finished_calls import finished_call
from landed_calls import land_calls

from tasks.lake.catalog import Lake, reading, writing
from tasks.lake.stored_marts import mart_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tasks.lake.catalog import Connection

DAYS = 6
RELATIONS = ("words", "turns", "calls", "redactions", "spoken_words", *mart_names())
ASKED = (
    "($since is null or call_date >= $since) and ($until is null or call_date <= $until)",
    {"since": "2026-03-03", "until": "2026-03-03"},
)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """A call on each of six days, landed in one batch."""
    lake = Lake.at(str(tmp_path_factory.mktemp("days") / "lake"))
    days = [datetime(2026, 3, 1 + day, 12, tzinfo=UTC) for day in range(DAYS)]
    calls = [finished_call(f"call-{day:%d}", started_at=day) for day in days]
    with writing(lake) as connection:
        land_calls(connection, lake, *calls)
    with reading(lake) as question:
        yield question


def _files_read(reader: Connection, relation: str, where: str, given: dict[str, object]) -> int:
    asked = f"explain (analyze, format json) select * from {relation} where {where}"
    read = re.findall(r'"Total Files Read": "(\d+)"', reader.execute(asked, given).fetchall()[0][1])
    assert read, "no scan says which files it reads"
    return max(map(int, read))


@pytest.mark.parametrize(
    "relation", [name for name in RELATIONS if name not in ("talk_over", "unsure_words")]
)
def test_one_day_is_one_file_of_each_scan(reader: Connection, relation: str) -> None:
    where, given = ASKED
    assert reader.execute(f"select * from {relation} where {where}", given).fetchall()
    assert _files_read(reader, relation, where, given) == 1
    assert _files_read(reader, relation, where, {"since": None, "until": None}) == DAYS


@pytest.mark.parametrize("macro", ["placed_phrases", "said_phrases"])
def test_a_phrase_of_one_day_is_looked_for_in_that_days_files(reader: Connection, macro: str) -> None:
    asked = f"{macro}(['how can i help'], 0, since := $since, until := $until)"
    assert _files_read(reader, asked, "true", ASKED[1]) == 1
    assert _files_read(reader, asked, "true", {"since": None, "until": None}) == DAYS
