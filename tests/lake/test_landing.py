"""Landing: what lands, what it replaces, and whom it leaves alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
from finished_calls import finished_call, spoken
from lake_checks import broken_checks
from landed_calls import calls_of, land_calls, rows_of

from tasks.lake.catalog import Lake, exclusively, in_turn, reading, writing
from tasks.lake.query import run_query
from tasks.lake.tables import TABLES

if TYPE_CHECKING:
    from tasks.lake.catalog import Connection


def test_a_landed_call_is_there_in_every_relation(lake: Lake, connection: Connection) -> None:
    land_calls(connection, lake, finished_call())
    counts = {
        name: rows_of(connection, f"select count(*) as n from stored.{name}")[0]["n"]
        for name in TABLES
        if name != "sightings"
    }
    assert counts == {
        "words": 11,
        "turns": 2,
        "calls": 1,
        "redactions": 1,
        "certificates": 1,
        "envelopes": 1,
        "recordings": 1,
        "engine_usage": 2,
        "reviews": 0,
        "reveals": 0,
        "engine_scores": 0,
        "rule_hits": 0,
        "rule_runs": 0,
        "erasures": 0,
        "holds": 0,
        "nights": 0,
    }
    assert broken_checks(connection) == []


def test_an_empty_lake_can_be_asked_and_keeps_its_promises(lake: Lake, connection: Connection) -> None:
    assert connection
    assert calls_of(connection) == []
    assert broken_checks(connection) == []


def test_calls_of_many_days_land_in_one_batch_under_their_days(lake: Lake, connection: Connection) -> None:
    calls = [finished_call(f"call-{day}", started_at=datetime(2026, 3, day, tzinfo=UTC)) for day in (1, 2, 3)]
    land_calls(connection, lake, *calls, finished_call("call-0", started_at=None))
    folders = {path.parent.name for path in (lake.root / "data" / "main" / "words").rglob("*.parquet")}
    assert folders == {
        "call_date=2026-03-01",
        "call_date=2026-03-02",
        "call_date=2026-03-03",
        "call_date=__HIVE_DEFAULT_PARTITION__",
    }
    by_day = {
        row["call_date"]: row["n"]
        for row in rows_of(connection, "select call_date, count(*) n from stored.words group by all")
    }
    assert by_day == {date(2026, 3, 1): 11, date(2026, 3, 2): 11, date(2026, 3, 3): 11, None: 11}
    assert broken_checks(connection) == []


def test_dates_far_away_land(lake: Lake, connection: Connection) -> None:
    far = [datetime(year, 12, 31, 23, 59, tzinfo=UTC) for year in (1, 1969, 9999)]
    land_calls(connection, lake, *(finished_call(f"call-{at.year:04}", started_at=at) for at in far))
    days = rows_of(connection, "select distinct call_date as day from stored.words order by day")
    assert [row["day"] for row in days] == [at.date() for at in far]
    starts = rows_of(connection, "select started_at from stored.calls order by call_id")
    assert [row["started_at"] for row in starts] == far
    assert broken_checks(connection) == []


def test_landing_a_call_again_replaces_it(lake: Lake, connection: Connection) -> None:
    neighbour = finished_call("neighbour")
    land_calls(connection, lake, finished_call(), neighbour)
    shorter = finished_call(words={0: spoken("hello", 0, 0)}, findings=(), run_id="run-2", usage=())
    land_calls(connection, lake, shorter)
    assert rows_of(connection, "select word from stored.words where call_id = 'call-1'") == [
        {"word": "hello"}
    ]
    assert rows_of(connection, "select count(*) as n from stored.words where call_id = 'neighbour'") == [
        {"n": 11}
    ]
    assert rows_of(connection, "select count(*) as n from stored.redactions where call_id = 'call-1'") == [
        {"n": 0}
    ]
    assert calls_of(connection) == ["call-1", "neighbour"]
    assert broken_checks(connection) == []


def test_what_was_spent_stays_on_the_books(lake: Lake, connection: Connection) -> None:
    land_calls(connection, lake, finished_call())
    land_calls(connection, lake, finished_call(run_id="run-2"))
    assert rows_of(
        connection, "select count(*) as n, sum(billed_ms)::int as ms from stored.engine_usage"
    ) == [{"n": 4, "ms": 10_000}]


def test_a_recording_that_lands_under_another_id_and_day_leaves_nothing_behind(
    lake: Lake, connection: Connection
) -> None:
    before = finished_call("old-id", started_at=None)
    land_calls(connection, lake, before)
    after = finished_call("new-id", run_id="run-2")
    recording = replace(after.recording, sha256=before.recording.sha256)
    land_calls(connection, lake, replace(after, recording=recording))
    assert calls_of(connection) == ["new-id"]
    for name in ("words", "turns", "redactions"):
        assert rows_of(connection, f"select distinct call_id from stored.{name}") == [{"call_id": "new-id"}]
    assert len(rows_of(connection, "select * from stored.recordings")) == 1
    assert broken_checks(connection) == []


def test_reading_does_not_stop_a_landing(lake: Lake, connection: Connection) -> None:
    land_calls(connection, lake, finished_call())
    with reading(lake) as question:
        run_query(question, "select * from stored.words")
        land_calls(connection, lake, finished_call("call-2"))
    assert calls_of(connection) == ["call-1", "call-2"]


def test_one_process_at_a_time_may_ingest(lake: Lake) -> None:
    with exclusively(lake), pytest.raises(Exception, match="another ingest"), exclusively(lake):
        pass
    with exclusively(lake):
        pass


def test_a_second_process_can_write_between_two_landings(lake: Lake, connection: Connection) -> None:
    land_calls(connection, lake, finished_call("call-1"))
    with writing(lake) as other, in_turn(lake):
        other.execute("insert into stored.reviews (review_id) values ('made elsewhere')")
    land_calls(connection, lake, finished_call("call-2"))
    assert calls_of(connection) == ["call-1", "call-2"]
    assert rows_of(connection, "select review_id from stored.reviews") == [{"review_id": "made elsewhere"}]
