"""Stored marts: computed once when calls land, always equal to what computing them now would say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from finished_calls import finished_call, spoken
from lake_checks import broken_checks, broken_promises_of
from landed_calls import land_calls

from tasks.lake import stored_marts
from tasks.lake.catalog import Lake, reading, writing
from tasks.lake.query import run_query
from tasks.lake.scratch import scratch
from tasks.lake.stored_marts import mart_names, outdated

if TYPE_CHECKING:
    from pathlib import Path

    from tasks.lake.catalog import Connection

TALK = {
    1: [*spoken("how can i help", 0, 1), *spoken("one moment please", 6_000, 1, 0.6)],
    0: spoken("my card four one one one please thank you", 900, 0),
}


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """Two calls, one of which has landed again with other words."""
    lake = Lake.at(str(tmp_path_factory.mktemp("marts") / "lake"))
    with writing(lake) as connection:
        land_calls(
            connection, lake, finished_call("call-1"), finished_call("call-2", started_at=None, words=TALK)
        )
        land_calls(connection, lake, finished_call("call-1", words=TALK, run_id="run-2"))
    return lake


def _rows(connection: Connection, mart: str) -> list[dict[str, Any]]:
    return run_query(connection, f"select * from {mart} order by all").to_pylist()


@pytest.mark.parametrize("mart", mart_names())
def test_a_mart_is_read_from_its_table_and_says_what_computing_says(lake: Lake, mart: str) -> None:
    with reading(lake) as question:
        assert _is_read(question, mart)
        stored, columns = _rows(question, mart), question.execute(f"from {mart} limit 0").description
    with writing(lake) as connection:
        connection.execute(f"comment on table stored.{mart} is null")
        with reading(lake) as question:
            assert not _is_read(question, mart)
            assert _rows(question, mart) == stored
            assert question.execute(f"from {mart} limit 0").description == columns
    with writing(lake):
        pass
    assert len(stored) >= 2


def _is_read(connection: Connection, mart: str) -> bool:
    (view,) = connection.execute("select sql from duckdb_views() where view_name = ?", [mart]).fetchone()
    return f'FROM "stored".{mart}' in view


def test_a_call_that_lands_again_takes_its_marts_rows_along(lake: Lake) -> None:
    with reading(lake) as question:
        counts = {
            mart: question.execute(f"select count(*) from {mart} where call_id = 'call-1'").fetchone()
            for mart in mart_names()
        }
        assert broken_promises_of(question) == []
    assert counts == {
        "speech_spans": (3,),
        "call_speakers": (2,),
        "gaps": (2,),
        "talk_over": (1,),
        "call_quarters": (3,),
        "call_monologues": (2,),
        "call_measures": (1,),
        "call_words": (1,),
        "token_places": (13,),
        "turn_words": (3,),
        "unsure_words": (3,),
    }


def test_a_mart_that_lies_is_found(empty_place: Lake) -> None:
    with writing(empty_place) as connection:
        land_calls(connection, empty_place, finished_call("call-1"), finished_call("call-2"))
        connection.execute("update stored.gaps set end_ms = end_ms + 1 where call_id = 'call-2'")
    with reading(empty_place) as question:
        assert broken_promises_of(question) == ["gaps"]


@pytest.mark.parametrize("left", ["nothing", "another definition's rows"])
def test_a_lake_of_an_earlier_version_is_filled_when_it_is_opened_for_writing(
    empty_place: Lake, left: str
) -> None:
    with writing(empty_place) as connection:
        land_calls(connection, empty_place, finished_call("call-1"), finished_call("call-2", started_at=None))
        for mart in mart_names():
            if left == "nothing":
                connection.execute(f"drop table stored.{mart}")
            else:
                connection.execute(f"update stored.{mart} set call_id = 'wrong'")
                connection.execute(f"comment on table stored.{mart} is '{stored_marts._MADE_BY}another'")
        connection.execute("create table stored.gone as select 'call-1' as call_id")
        connection.execute(f"comment on table stored.gone is '{stored_marts._MADE_BY}an older one'")
    with reading(empty_place) as question:
        before = {mart: _rows(question, mart) for mart in mart_names()}
        assert broken_promises_of(question) == []
    with writing(empty_place) as connection:
        assert not outdated(connection)
        assert broken_checks(connection) == []
        assert not connection.execute("from duckdb_tables() where table_name = 'gone'").fetchall()
    with reading(empty_place) as question:
        assert {mart: _rows(question, mart) for mart in mart_names()} == before
        assert broken_promises_of(question) == []


def test_a_filling_that_fails_leaves_nothing_behind(
    empty_place: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    with writing(empty_place) as connection:
        land_calls(connection, empty_place, finished_call("call-1"), finished_call("call-2", started_at=None))
        connection.execute("drop table stored.gaps")
    files = set((empty_place.root / "data").rglob("*.parquet"))
    with monkeypatch.context() as patched:
        patched.setattr(stored_marts, "register", _fails)
        with pytest.raises(MemoryError), writing(empty_place):
            pass
    assert set((empty_place.root / "data").rglob("*.parquet")) == files
    with writing(empty_place) as connection:
        assert not outdated(connection)


def _fails(*_: object) -> None:
    raise MemoryError


def test_only_a_marts_own_sql_makes_its_table_outdated(tmp_path: Path) -> None:
    prints = stored_marts._fingerprints()
    assert len(set(prints.values())) == len(prints) >= 4
    assert stored_marts._sources() == ("calls", "turns", "words")


def test_a_mart_that_is_missing_is_computed_from_its_own_tables_alone() -> None:
    assert stored_marts._sources(("token_places", "call_words")) == ("words",)


def test_talk_over_is_not_found_by_comparing_every_span_with_every_other() -> None:
    """DuckDB has no statistics of rows that its own transaction wrote, and expects none of them."""
    with scratch() as connection:
        ((_, plan),) = connection.execute("explain from talk_over").fetchall()
    assert "ASOF_JOIN" in plan
    assert "NESTED_LOOP" not in plan


def test_a_lake_whose_columns_stand_in_another_order_is_brought_up_to_date(tmp_path: Path) -> None:
    """A lake of an earlier version gets the columns that it lacks at the end of its tables."""
    lake = Lake.at(str(tmp_path / "lake"))
    mart = mart_names()[0]
    with writing(lake) as connection:
        land_calls(connection, lake, finished_call("call-1", words=TALK))
        expected = connection.execute(f"from stored.{mart} order by all").fetchall()
        connection.execute("alter table stored.calls rename column queue to first_queue")
        connection.execute("alter table stored.calls add column queue varchar")
        connection.execute("update stored.calls set queue = first_queue")
        connection.execute("alter table stored.calls drop column first_queue")
        connection.execute(f"drop table stored.{mart}")
    with writing(lake) as connection:
        assert connection.execute(f"from stored.{mart} order by all").fetchall() == expected
