"""Several workers at one lake: every recording lands once, whoever is slow, dead, stopped or poisoned."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from lake_checks import broken_checks
from night_worker import CALLS, LOOP, Worker, finish, held, ledger, names, worker
from short_recordings import write_calls

from flows import batch
from flows.night import open_night
from flows.plan import plan_night
from flows.wishes import Wishes
from tasks.lake.leases import recording_lease
from tasks.settings import Settings, load_settings

if TYPE_CHECKING:
    from pathlib import Path

    from flows.call import Job

DONE_ELSEWHERE = "another worker has done it"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Six recordings, each of which is finished as soon as it is begun."""
    monkeypatch.setenv("CALLARCHIVE_KEY_FILE", str(tmp_path / "keys.json"))
    monkeypatch.setattr(batch, "finish_call", finish)
    write_calls(tmp_path / "archive", CALLS)
    return load_settings(lake=str(tmp_path / "lake"), batch_size=2, min_age_s=0)


def test_two_workers_share_a_night_and_each_accounts_for_all_of_it(settings: Settings) -> None:
    with worker(settings, "one") as one, worker(settings, "two") as two:
        first, second = one.take(), two.take()
        assert (len(first), len(second)) == (2, 2)
        assert not names(first) & names(second)
        one.work(first)
        two.work(second)
        came = two.finish()
        assert {why: len(ids) for why, ids in came.items()} == {"landed": 4, DONE_ELSEWHERE: 2}
        assert {why: len(ids) for why, ids in one.finish().items()} == {"landed": 2, DONE_ELSEWHERE: 4}
        assert set(ledger(one.night).values()) == {("landed", "one"), ("landed", "two")}
        assert held(one.night.leases) == 0
        assert broken_checks(one.night.connection) == []


def test_the_batch_of_a_dead_worker_is_taken_over_one_by_one(settings: Settings) -> None:
    with worker(settings, "one") as one, worker(settings, "two") as two:
        first = one.take()
        one.die()
        batches = []
        while jobs := two.take():
            batches.append(names(jobs))
            two.work(jobs)
        assert [len(some) for some in batches] == [2, 2, 1, 1]
        assert batches[2] | batches[3] == names(first)
        assert set(ledger(two.night).values()) == {("landed", "two")}


def test_a_worker_that_was_taken_for_dead_does_not_land(settings: Settings) -> None:
    with worker(settings, "one") as one, worker(settings, "two") as two:
        first = one.take()
        one.die()
        assert set(two.finish()) == {"landed"}
        outcomes = one.work(first)
        assert {(each.state, each.reason) for each in outcomes} == {
            ("skipped", "another worker has taken it over")
        }
        assert set(ledger(one.night).values()) == {("landed", "two")}


def test_a_worker_is_waited_for_as_long_as_it_lives(settings: Settings) -> None:
    quick = settings.model_copy(update={"lease_s": 1.0})
    with worker(quick, "one") as one, worker(quick, "two") as two:
        first = one.take()

        async def both() -> list[Job]:
            last = asyncio.create_task(two.share.next_batch())
            await asyncio.sleep(2.5)  # longer than a lease without a sign of life
            assert not last.done()
            one.share.free(first)
            return await last

        while len(two.share._open) > 0:
            two.work(two.take())
        assert names(LOOP.run_until_complete(both())) == names(first)


def test_two_archives_may_state_the_same_call_id_at_the_same_time(settings: Settings, tmp_path: Path) -> None:
    other = tmp_path / "other"
    (path,) = write_calls(other, 1, length_s=4.0)
    with (
        worker(settings, "one") as one,
        open_night(str(other), settings, "two") as night,
    ):
        plan = plan_night(night.connection, night.tools.archive, settings, night.keyring, Wishes())
        two = Worker(night, plan)
        first = one.take()
        assert "short-0" in names(first)
        assert two.share._batch() == []
        one.work(first)
        two.share._open, two.share._elsewhere = two.share._elsewhere, two.share._open
        (job,) = two.take()
        assert job.call_id.startswith("short-0~")
        two.work([job])
        assert set(one.finish()) == {"landed"}
        assert len(ledger(night)) == CALLS + 1
        assert held(night.leases) == 0
        assert path.exists()


def test_a_recording_over_which_processes_die_is_put_aside_and_can_be_brought_back(
    settings: Settings,
) -> None:
    poison = None
    for life in range(settings.attempts):
        with worker(settings, f"life {life}") as one:
            while (jobs := one.take()) and poison not in names(jobs):
                poison = poison or jobs[0].call_id
                if poison in names(jobs):
                    break
                one.work(jobs)
            assert poison in names(jobs)
            assert len(jobs) == (1 if life else 2)
            batch._note_start(one.night, one.plan, jobs)
            one.die()
    with worker(settings, "last") as one:
        came = one.finish()
        (why,) = {why for why in came if why.startswith("3 processes have ended")}
        assert came[why] == [poison]
        assert ledger(one.night)[poison][0] == "quarantined"
        assert broken_checks(one.night.connection) == []
    with worker(settings, "later") as one:
        assert "quarantined before" in one.finish()
    with worker(settings, "again", retry_quarantined=True) as one:
        assert one.finish()["landed"] == [poison]
        assert {state for state, _ in ledger(one.night).values()} == {"landed"}


def test_a_dead_workers_replacement_of_a_landed_call_is_taken_over_too(settings: Settings) -> None:
    with worker(settings, "one") as one:
        one.finish()
    with (
        worker(settings, "two", replace=True) as two,
        worker(settings, "three", replace=True) as three,
    ):
        batch._note_start(two.night, two.plan, two.take())
        two.die()
        assert set(three.finish()) == {"landed"}
        assert set(ledger(three.night).values()) == {("landed", "three")}


def test_a_worker_that_is_told_to_stop_ends_what_it_can_and_gives_the_rest_back(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient = settings.model_copy(update={"recordings_at_once": 1, "batch_size": 3, "grace_s": 60})

    async def told_to_stop(job: Job, tools: Any, usage: list[Any]) -> Any:
        one.night.stop._asked.set()
        await asyncio.sleep(0.1)
        return await finish(job, tools, usage)

    with worker(patient, "one") as one, monkeypatch.context() as patched:
        patched.setattr(batch, "finish_call", told_to_stop)
        came = one.finish()
        assert {why.partition(":")[0]: len(ids) for why, ids in came.items()} == {
            "landed": 1,
            "given back": 2,
            "left for the next run": 3,
        }
        assert held(one.night.leases) == 0
        assert sorted(state for state, _ in ledger(one.night).values()) == ["landed", "skipped", "skipped"]
        assert broken_checks(one.night.connection) == []
    with worker(settings, "next") as one:
        assert {why: len(ids) for why, ids in one.finish().items()} == {"already landed": 1, "landed": 5}


def test_what_a_worker_gives_back_is_done_by_another_in_the_same_night(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with worker(settings, "one") as one, worker(settings, "two") as two:
        first = one.take()
        one.night.stop._asked.set()
        assert {each.state for each in one.work(first)} == {"skipped"}
        assert set(two.finish()) == {"landed"}
        assert {state for state, _ in ledger(two.night).values()} == {"landed"}


def test_after_the_time_of_grace_what_hangs_is_given_back(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    hurried = settings.model_copy(update={"grace_s": 0.2})

    async def hangs(job: Job, tools: Any, usage: list[Any]) -> Any:
        one.night.stop._asked.set()
        if job.call_id == "short-0":
            return await finish(job, tools, usage)
        await asyncio.sleep(3_600)
        raise AssertionError

    monkeypatch.setattr(batch, "finish_call", hangs)
    with worker(hurried, "one") as one:
        came = one.finish()
    assert came.pop("landed") == ["short-0"]
    assert {why.partition(":")[0]: len(ids) for why, ids in came.items()} == {
        "given back": 1,
        "left for the next run": 4,
    }


def test_nothing_of_a_recording_stands_on_the_board(settings: Settings) -> None:
    with worker(settings, "one") as one:
        (job, *_) = one.take()
        rows = repr(one.night.leases.board.run(then="select * from callarchive_leases"))
    assert recording_lease(job.recording.sha256) in rows
    assert job.recording.sha256 not in rows
    assert job.call_id not in rows


def test_what_a_night_leaves_to_others_is_never_lost_from_its_own_account(settings: Settings) -> None:
    with worker(settings, "one") as one, worker(settings, "two") as two:
        one.take()
        two.night.stop._asked.set()
        came = two.finish()
        assert sum(map(len, came.values())) == CALLS
        assert held(one.night.leases) == 4
