"""Full disks, clocks that are set, a database or a store that fails: a night loses time and nothing else."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pyarrow.parquet as pq
import pytest
from lake_checks import broken_checks
from night_worker import CALLS, LOOP, Worker, finish, held, ledger, names, worker
from pyarrow import fs
from servers import PASSWORD, CannotStart, postgres, s3
from short_recordings import write_calls

from flows import batch
from flows.stages import StageFailed
from flows.stop import Stop
from tasks.settings import Settings, load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from servers import S3, Postgres


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Recordings, each of which is finished as soon as it is begun."""
    monkeypatch.setenv("CALLARCHIVE_KEY_FILE", str(tmp_path / "keys.json"))
    monkeypatch.setattr(batch, "finish_call", finish)
    write_calls(tmp_path / "archive", CALLS)
    return load_settings(lake=str(tmp_path / "lake"), batch_size=2, min_age_s=0)


@pytest.fixture
def own_servers(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Postgres, S3]]:
    """Servers that nobody else uses, with a bucket and a database."""
    try:
        with postgres() as database, s3() as store:
            for name, value in (store.environment | {"PGPASSWORD": PASSWORD}).items():
                monkeypatch.setenv(name, value)
            endpoint = store.environment["AWS_ENDPOINT_URL"]
            fs.S3FileSystem(endpoint_override=endpoint, allow_bucket_creation=True).create_dir("calls")
            database.sql("create database calls")
            yield database, store
    except CannotStart as why:
        pytest.skip(str(why))


@pytest.fixture
def there(settings: Settings, own_servers: tuple[Postgres, S3]) -> Settings:
    """The same night into those servers."""
    address = f"s3://calls/lake?catalog={own_servers[0].url('calls')}"
    return settings.model_copy(update={"lake": address, "lease_s": 5.0})


def _all_landed(one: Worker) -> None:
    assert {state for state, _ in ledger(one.night).values()} == {"landed"}
    assert len(ledger(one.night)) == CALLS
    assert one.night.connection.execute("select count(*) from stored.calls").fetchone() == (CALLS,)
    assert broken_checks(one.night.connection) == []
    assert held(one.night.leases) == 0


def _no_room(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_full_disk_costs_the_batch_that_met_it_and_no_recording_is_blamed(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with worker(settings, "full") as one:
        one.work(one.take())
        met = one.take()
        with monkeypatch.context() as patched:
            patched.setattr(pq, "write_table", _no_room)
            with pytest.raises(OSError, match="No space left"):
                one.work(met)
        assert sorted(state for state, _ in ledger(one.night).values()) == ["found"] * 2 + ["landed"] * 2
    with worker(settings, "emptied") as one:
        assert one.night.leases.deaths() == {}
        assert {why: len(ids) for why, ids in one.finish().items()} == {"already landed": 2, "landed": 4}
        _all_landed(one)


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_is_set_during_a_night_changes_nothing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    real = time.time
    with worker(settings, "one") as one, worker(settings, "two") as two:
        first = one.take()
        monkeypatch.setattr(time, "time", lambda: real() + hours * 3_600)
        second = two.take()
        assert not names(first) & names(second)
        one.work(first)
        two.work(second)
        assert set(one.finish()) | set(two.finish()) == {"landed", "another worker has done it"}
        _all_landed(one)


def test_a_schedule_in_a_time_zone_runs_once_in_each_night_also_when_clocks_change() -> None:
    from prefect.server.schemas.schedules import CronSchedule

    zone = ZoneInfo("Europe/Berlin")
    schedule = CronSchedule(cron="30 2 * * *", timezone="Europe/Berlin")  # there are nights without 2:30
    for month, day in ((3, 27), (10, 23)):
        begins = datetime(2026, month, day, 12, tzinfo=UTC)
        runs = asyncio.run(schedule.get_dates(4, begins))
        assert [run.astimezone(zone).day for run in runs] == [day + 1, day + 2, day + 3, day + 4]


def test_an_engine_that_is_gone_for_an_hour_fails_its_recordings_and_the_next_run_lands_them(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nobody_answers(*_: object) -> None:
        raise StageFailed("transcribe", "the engine cannot be reached", "failed")

    with worker(settings, "outage") as one, monkeypatch.context() as patched:
        patched.setattr(batch, "finish_call", nobody_answers)
        assert {why: len(ids) for why, ids in one.finish().items()} == {"the engine cannot be reached": CALLS}
        assert {state for state, _ in ledger(one.night).values()} == {"failed"}
    with worker(settings, "back") as one:
        assert set(one.finish()) == {"landed"}
        _all_landed(one)


def test_sigterm_is_an_order_to_stop_and_a_second_one_ends_the_process() -> None:
    seen: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _: seen.append(number))

    async def told() -> None:
        stop = Stop(grace_s=0)
        with stop.listening():
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.wait_for(stop.over(), 5)
            assert stop.asked
            assert seen == []
            os.kill(os.getpid(), signal.SIGTERM)
            assert seen == [signal.SIGTERM]

    try:
        LOOP.run_until_complete(told())
    finally:
        signal.signal(signal.SIGTERM, before)


@pytest.mark.slow
def test_a_database_that_is_killed_comes_back_and_the_same_night_goes_on(
    settings: Settings, there: Settings, own_servers: tuple[Postgres, S3]
) -> None:
    with worker(there, "one") as one:
        one.work(one.take())
        jobs = one.take()
        with own_servers[0].gone():
            pass
        for _ in range(3):  # as the flow does
            try:
                one.work(jobs)
                break
            except Exception:  # noqa: BLE001  (whatever a broken connection says)
                time.sleep(1)
        one.finish()
        _all_landed(one)
    with worker(there, "two") as two:
        assert two.finish() == {"already landed": [""] * CALLS}


@pytest.mark.slow
def test_a_store_that_is_slow_and_refuses_requests_costs_time_only(
    there: Settings, own_servers: tuple[Postgres, S3]
) -> None:
    store = own_servers[1]
    with worker(there, "one") as one:
        with store.failing(every=4, slow_s=0.05):
            one.work(one.take())
        jobs = one.take()
        with store.failing(every=1), pytest.raises(Exception, match=r"\S"):
            one.work(jobs)
        one.work(jobs)
        one.finish()
        _all_landed(one)
    with worker(there, "two") as two:
        assert two.finish() == {"already landed": [""] * CALLS}
