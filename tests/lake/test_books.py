from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from finished_calls import NOON, finished_call, landed_row, usage
from landed_calls import land_calls

from tasks.lake.books import payments_booked, settled, spent_since
from tasks.lake.catalog import Lake, reading, writing
from tasks.lake.query import run_query
from tasks.land import Landing, land
from tasks.rows import usage_rows

PAID = replace(usage(0, 0), answer_id="a" * 32, cost_usd=0.5, uncertain_cost_usd=0.25)
FOUND = replace(PAID, cache_hit=True)


def test_a_payment_in_another_recording_of_the_batch_is_booked_there() -> None:
    (first, second) = settled([[PAID], [FOUND]], set())
    assert first == (PAID,)
    assert (second[0].cost_usd, second[0].uncertain_cost_usd, second[0].cache_hit) == (0.0, 0.0, True)


def test_a_payment_that_is_on_the_books_is_not_booked_again() -> None:
    ((one,),) = settled([[FOUND]], {"a" * 32})
    assert (one.billed_ms, one.cost_usd, one.attempts, one.cache_hit) == (0, 0.0, 0, True)


def test_a_payment_that_a_killed_run_forgot_is_booked_once() -> None:
    (first, second) = settled([[FOUND], [FOUND]], set())
    assert first == (PAID,)
    assert second[0].cost_usd == 0.0


def test_requests_without_an_answer_stay_as_they_are() -> None:
    failed = replace(usage(0, 0), outcome="failed", uncertain_cost_usd=0.5)
    assert settled([[failed]], set()) == [(failed,)]


def test_the_books_know_payments_and_the_month(lake: Lake) -> None:
    call = finished_call("paid", usage=(PAID,))
    with writing(lake) as connection:
        land_calls(connection, lake, call)
        assert payments_booked(connection, [FOUND]) == {"a" * 32}
        assert payments_booked(connection, [PAID, replace(FOUND, answer_id="b" * 32)]) == set()
        assert spent_since(connection, NOON) == 0.75
        assert spent_since(connection, datetime(2027, 1, 1, tzinfo=UTC)) == 0


def test_what_a_failed_recording_took_is_booked_too(lake: Lake) -> None:
    failed = finished_call("failed")
    rows = usage_rows("failed", failed.recording, "run-1", (PAID,))
    with writing(lake) as connection:
        land(connection, lake, Landing([], [landed_row(failed)], [], expenses=rows))
    with reading(lake) as connection:
        found = run_query(connection, "select call_id, cost_usd, outcome from engine_usage").to_pylist()
    assert found == [{"call_id": "failed", "cost_usd": 0.5, "outcome": "used"}]


def test_a_lake_of_an_earlier_version_gets_the_new_columns(lake: Lake) -> None:
    with writing(lake) as connection:
        connection.execute("alter table stored.engine_usage drop column outcome")
    with writing(lake) as connection:
        call = finished_call("new")
        land_calls(connection, lake, call)
    with reading(lake) as connection:
        assert run_query(connection, "select distinct outcome from engine_usage").to_pylist() == [
            {"outcome": "used"}
        ]
