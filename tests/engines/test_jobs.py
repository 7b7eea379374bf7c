"""A job in the background is paid once, whenever the run is killed."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tasks.engines import assemblyai
from tasks.engines.client import open_client
from tasks.engines.errand import Errand, JobsInMemory
from tasks.errors import EngineBusy, EngineRefused
from tasks.stand_in.desk import sound_id
from tests.engines.asking import KEY, PATIENCE, SILENCE, SOUND, erase, errand_for, fault, fetch, options_for

if TYPE_CHECKING:
    from tasks.stand_in import StandIn

NAME = "assemblyai"


def _errand(jobs: JobsInMemory) -> Errand:
    return errand_for(NAME, jobs=jobs)


def _worked(stand_in: StandIn) -> int:
    return stand_in.desk.worked[NAME, sound_id([SOUND])]


def _wait_for_polls(stand_in: StandIn) -> None:
    until = time.monotonic() + 5
    while not stand_in.desk.requests(NAME, "/v2/transcript/") and time.monotonic() < until:
        time.sleep(0.01)


def test_a_killed_run_asks_for_the_job_it_has_paid(stand_in: StandIn) -> None:
    jobs = JobsInMemory()
    stand_in.desk.polls = 10**6

    async def killed() -> None:
        async with open_client(assemblyai, KEY, base_url=stand_in.base_url(NAME)) as client:
            work = asyncio.create_task(assemblyai.fetch(client, SOUND, options_for(NAME), _errand(jobs)))
            await asyncio.to_thread(_wait_for_polls, stand_in)
            work.cancel()
            with pytest.raises(asyncio.CancelledError):
                await work

    asyncio.run(killed())
    stand_in.desk.jobs[next(iter(jobs.values()))].polls = 1
    again = assemblyai.parse(fetch(stand_in, NAME, errand=_errand(jobs)))
    assert again.words
    assert again.request_id == next(iter(jobs.values()))
    assert _worked(stand_in) == 1
    assert len(stand_in.desk.requests(NAME, "/v2/upload")) == 1


def test_the_job_is_kept_before_it_is_waited_for(stand_in: StandIn) -> None:
    seen_at_put = []

    class Jobs(JobsInMemory):
        def put(self, key: str, job_id: str, /) -> None:
            seen_at_put.append([one.method for one in stand_in.desk.requests(NAME)])
            super().put(key, job_id)

    fetch(stand_in, NAME, errand=_errand(Jobs()))
    assert seen_at_put == [["POST", "POST"]]


def test_a_job_that_takes_too_long_is_left_for_the_next_run(stand_in: StandIn) -> None:
    jobs = JobsInMemory()
    stand_in.desk.misbehave(NAME, fault(NAME, "job_stuck"))
    errand = _errand(jobs)
    errand.patience = replace(PATIENCE, deadline_s=0.3)
    with pytest.raises(EngineBusy):
        fetch(stand_in, NAME, errand=errand)
    stand_in.desk.jobs[next(iter(jobs.values()))].polls = 0
    assert assemblyai.parse(fetch(stand_in, NAME, errand=_errand(jobs))).words
    assert _worked(stand_in) == 1


def test_a_failed_job_is_refused_and_forgotten(stand_in: StandIn) -> None:
    jobs = JobsInMemory()
    stand_in.desk.misbehave(NAME, fault(NAME, "job_error"))
    with pytest.raises(
        EngineRefused, match=r"the job failed: Download error, unable to download \[...\]"
    ) as failed:
        fetch(stand_in, NAME, errand=_errand(jobs))
    assert "cdn.assemblyai.com" not in str(failed.value)
    assert jobs == {}
    assert assemblyai.parse(fetch(stand_in, NAME, errand=_errand(jobs))).words


@pytest.mark.parametrize("how", ["forgotten", "erased"])
def test_a_job_that_is_gone_at_the_vendors_is_started_again(stand_in: StandIn, how: str) -> None:
    jobs = JobsInMemory()
    fetch(stand_in, NAME, errand=_errand(jobs))
    if how == "erased":
        erase(stand_in, NAME, next(iter(jobs.values())))
    else:
        stand_in.desk.jobs.clear()
    assert assemblyai.parse(fetch(stand_in, NAME, errand=_errand(jobs))).words
    assert _worked(stand_in) == 2


@pytest.mark.parametrize("kind", ["lost", "truncated_json", "cut_off"])
def test_a_poll_that_fails_is_repeated_as_often_as_patience_allows(stand_in: StandIn, kind: str) -> None:
    stand_in.desk.misbehave(NAME, replace(fault(NAME, kind, times=4), path="/v2/transcript/"))
    errand = _errand(JobsInMemory())
    assert assemblyai.parse(fetch(stand_in, NAME, errand=errand)).words
    assert (_worked(stand_in), errand.lost_answers) == (1, 0)


def test_an_ordered_list_of_models_is_sent_and_the_one_used_is_kept(stand_in: StandIn) -> None:
    options = options_for(NAME, model="assemblyai-stt-3-7, universal-2")
    assert assemblyai.parse(fetch(stand_in, NAME, options=options)).model == "assemblyai-stt-3-7"


def test_a_retired_model_is_refused_in_the_vendors_words(stand_in: StandIn) -> None:
    with pytest.raises(EngineRefused, match="have been deprecated"):
        fetch(stand_in, NAME, options=options_for(NAME, model="universal-3-pro"))


def test_a_job_that_failed_for_silence_is_an_answer_of_silence(stand_in: StandIn) -> None:
    jobs = JobsInMemory()
    answer = fetch(stand_in, NAME, SILENCE, options=options_for(NAME, language=None), errand=_errand(jobs))
    heard = assemblyai.parse(answer)
    assert (heard.words, heard.billed_ms, heard.request_id) == ((), 0, next(iter(jobs.values())))
