"""A batch of recordings: worked on side by side, landed in one transaction, each one accounted for."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from flows.call import Job, customer_key, finish_call
from flows.progress import watcher
from flows.stages import StageFailed
from tasks.lake import erased_names
from tasks.lake.books import payments_booked, settled
from tasks.lake.ledger import AGAIN, BEGUN, ledger_row, sighting_rows
from tasks.lake.sound_files import remove_copies
from tasks.land import Landing, broken_promises, land
from tasks.rows import usage_rows
from tasks.schemas import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from flows.night import Night
    from flows.plan import Plan
    from tasks.rows import FinishedCall
    from tasks.schemas import Recording, Usage

GIVEN_BACK: Final = "given back: the run was told to stop; another one goes on"


async def work_on(night: Night, plan: Plan, jobs: Sequence[Job]) -> list[Outcome]:
    """Work on a batch and land it. Every job comes back with a state; of a failed one nothing is kept.

    What another worker has taken over, because nothing was heard of this one, is left to it.
    """
    kept = _kept(night, jobs)
    ours = [job for job in jobs if job.lease in kept]
    _note_start(night, plan, ours)
    ended = await _ended(night, ours)
    landed: list[Attempt] = []
    try:
        kept = _kept(night, ours)
        landed = _settled(night, plan, [one for one in ended if one.job.lease in kept])
    finally:
        remove_copies(night.lake, _copies(ended) - _copies(landed))
    await night.tools.transcriber.forget_at_vendors()
    came = {one.job.lease: one.outcome for one in landed}
    return [came.get(job.lease) or _taken_over(job) for job in jobs]


@dataclass(frozen=True, slots=True)
class Attempt:
    """How one job ended: with a call that may land, or without; and what it took either way."""

    job: Job
    outcome: Outcome
    call: FinishedCall | None
    usage: tuple[Usage, ...]


def settle_decided(night: Night, plan: Plan) -> None:
    """Put into the ledger what the plan has decided without any work: files that are no recordings.

    Known recordings under a new name are noted too, so that they are not read again every night.
    """
    known = [
        row
        for outcome in plan.decided
        if outcome.state == "skipped" and outcome.sha256 in plan.entries
        for row in _seen_again(night, plan, outcome.sha256)
    ]
    unusable = [outcome for outcome in plan.decided if outcome.state == "quarantined"]
    rows = [_row(plan.recordings[outcome.sha256 or ""], outcome, night, plan) for outcome in unusable]
    seen = [*known, *_seen(plan, unusable)]
    land(night.connection, night.lake, Landing(calls=[], others=rows, sightings=seen))


def settle_poisoned(night: Night, plan: Plan, job: Job, deaths: int) -> Outcome:
    """Put a recording aside over which so many processes have died: the next one may die of it too."""
    reason = (
        f"{deaths} processes have ended while they worked on it, killed or out of memory; see whether it "
        "can be played and how long it is, then: ingest --retry-quarantined"
    )
    outcome = _failure(job, StageFailed("prepare_audio", reason, "quarantined"))
    rows = [_row(job.recording, outcome, night, plan)]
    land(night.connection, night.lake, Landing(calls=[], others=rows, sightings=_seen(plan, [outcome])))
    return outcome


def batch_failed(jobs: Sequence[Job], why: str) -> list[Outcome]:
    """Outcomes of a batch that could not be landed; the ledger shows its recordings as found."""
    reason = f"the batch could not be landed ({why}); it is tried again in the next run"
    return [_failure(job, StageFailed("land", reason, "failed")) for job in jobs]


async def _ended(night: Night, jobs: Sequence[Job]) -> list[Attempt]:
    """How each job ended; where this run is told to stop, those that take too long are given back."""
    room = asyncio.Semaphore(night.settings.recordings_at_once)
    attempts = [asyncio.create_task(_attempt(job, night, room)) for job in jobs]
    over = asyncio.create_task(night.stop.over())
    over.add_done_callback(lambda _: [attempt.cancel() for attempt in attempts])
    try:
        return await asyncio.gather(*attempts)
    finally:
        over.cancel()


async def _attempt(job: Job, night: Night, room: asyncio.Semaphore) -> Attempt:
    usage: list[Usage] = []
    try:
        async with room:
            if night.stop.asked:
                return _given_back(job, usage)
            call = await finish_call(job, night.tools, usage)
            attempt = Attempt(job, _landed(call), call, tuple(usage))
    except StageFailed as failure:
        attempt = Attempt(job, _failure(job, failure), None, tuple(usage))
    except asyncio.CancelledError:
        if not night.stop.asked:
            raise
        return _given_back(job, usage)
    watcher().done()
    return attempt


def _given_back(job: Job, usage: Sequence[Usage]) -> Attempt:
    failure = StageFailed("prepare_audio", GIVEN_BACK, "skipped")
    return Attempt(job, _failure(job, failure), None, tuple(usage))


def _settled(night: Night, plan: Plan, ended: Sequence[Attempt]) -> list[Attempt]:
    """The attempts as they are in the lake now: with their costs, and without the calls that may not land."""
    ended = _on_the_books(night, ended)
    broken = broken_promises([(one.call, _landed_row(one.call, night, plan)) for one in ended if one.call])
    ended = [_held_back(one, broken) for one in ended]
    _settle(night, plan, ended)
    return ended


def _kept(night: Night, jobs: Sequence[Job]) -> set[str]:
    return night.leases.keep({job.lease for job in jobs})


def _copies(ended: Sequence[Attempt]) -> set[str]:
    return {one.call.copy.path for one in ended if one.call and one.call.copy}


def _on_the_books(night: Night, ended: Sequence[Attempt]) -> list[Attempt]:
    """The same attempts with every payment in them once, and with what they came to."""
    booked = payments_booked(night.connection, (usage for one in ended for usage in one.usage))
    return [
        replace(
            one,
            usage=usage,
            call=replace(one.call, usage=usage) if one.call else None,
            outcome=_with_costs(one.outcome, usage),
        )
        for one, usage in zip(ended, settled([one.usage for one in ended], booked), strict=True)
    ]


def _held_back(one: Attempt, broken: Mapping[str, str]) -> Attempt:
    """The attempt without its call where that breaks a promise of the lake."""
    if one.call is None or one.call.call_id not in broken:
        return one
    reason = f"check {broken[one.call.call_id]} found a contradiction"
    failure = _failure(one.job, StageFailed("land", reason, "failed"))
    return replace(one, call=None, outcome=_with_costs(failure, one.usage))


def _note_start(night: Night, plan: Plan, jobs: Iterable[Job]) -> None:
    """Count the attempt before it is made, so that a recording that kills the process is known."""
    begun = [
        Outcome(job.source_uri_masked, job.recording.sha256, "found", call_id=job.call_id) for job in jobs
    ]
    rows = [_row(job.recording, outcome, night, plan) for job, outcome in zip(jobs, begun, strict=True)]
    land(night.connection, night.lake, Landing(calls=[], others=rows, sightings=[]))


def _settle(night: Night, plan: Plan, ended: Sequence[Attempt]) -> None:
    without = [one for one in ended if one.call is None]
    landing = Landing(
        calls=[(one.call, _landed_row(one.call, night, plan)) for one in ended if one.call],
        others=[_row(one.job.recording, one.outcome, night, plan) for one in without],
        sightings=_seen(plan, [one.outcome for one in ended]),
        expenses=[
            row
            for one in without
            for row in usage_rows(one.job.call_id, one.job.recording, night.tools.run_id, one.usage)
        ],
    )
    land(night.connection, night.lake, landing)


def _seen_again(night: Night, plan: Plan, sha256: str) -> list[dict[str, Any]]:
    sightings = plan.sightings.get(sha256, [])
    if plan.entries[sha256].erased:
        return erased_names.sighting_rows(sightings, sha256, night.keyring)
    return sighting_rows(sightings, sha256)


def _seen(plan: Plan, outcomes: Iterable[Outcome]) -> list[dict[str, Any]]:
    sha256s = [outcome.sha256 or "" for outcome in outcomes]
    return [row for sha256 in sha256s for row in sighting_rows(plan.sightings.get(sha256, []), sha256)]


def _landed_row(call: FinishedCall, night: Night, plan: Plan) -> dict[str, Any]:
    return _row(call.recording, _landed(call), night, plan)


def _row(recording: Recording, outcome: Outcome, night: Night, plan: Plan) -> dict[str, Any]:
    before = plan.entries.get(recording.sha256)
    if before and before.state == "landed" and outcome.state != "landed":
        outcome = replace(outcome, state="landed", reason=AGAIN + (outcome.reason or BEGUN))
    key = customer_key(recording.metadata, night.keyring)
    return ledger_row(recording, outcome, before, night.tools.run_id, key)


def _landed(call: FinishedCall) -> Outcome:
    return Outcome(
        source_uri_masked=call.source_uri_masked,
        sha256=call.recording.sha256,
        state="landed",
        reason="; ".join(call.audio.notes) or None,
        stage="land",
        call_id=call.call_id,
        duration_ms=call.audio.duration_ms,
    )


def _with_costs(outcome: Outcome, usage: Sequence[Usage]) -> Outcome:
    return replace(
        outcome,
        billed_ms=sum(one.billed_ms for one in usage),
        cost_usd=sum(one.cost_usd for one in usage),
        cache_hits=sum(one.cache_hit for one in usage),
        requests=sum(not one.cache_hit for one in usage),
    )


def _taken_over(job: Job) -> Outcome:
    return _failure(job, StageFailed("land", "another worker has taken it over", "skipped"))


def _failure(job: Job, failure: StageFailed) -> Outcome:
    return Outcome(
        source_uri_masked=job.source_uri_masked,
        sha256=job.recording.sha256,
        state=failure.state,
        reason=failure.reason,
        stage=failure.stage,
        call_id=job.call_id,
    )
