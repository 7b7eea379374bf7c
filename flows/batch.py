"""A batch of recordings: worked on side by side, landed in one transaction, each one accounted for."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from flows.call import Job, StageFailed, Tools, finish_call
from flows.engines import open_transcriber
from flows.progress import watcher
from tasks.answers import AnswerStore
from tasks.audio.limits import AudioLimits
from tasks.keys import Keyring, load_keyring
from tasks.lake.catalog import Connection, Lake, writing
from tasks.lake.landing import remove_orphans
from tasks.lake.ledger import ledger_row, sighting_rows
from tasks.land import Landing, broken_promises, land
from tasks.redact.rules import load_rules
from tasks.schemas import Outcome
from tasks.sources.archive import Archive

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from flows.plan import Plan
    from tasks.rows import FinishedCall
    from tasks.schemas import Recording
    from tasks.settings import Settings


@dataclass(frozen=True, slots=True)
class Night:
    """What every batch of a run shares."""

    connection: Connection
    lake: Lake
    keyring: Keyring
    settings: Settings
    tools: Tools


@contextmanager
def open_night(source: str, settings: Settings, run_id: str) -> Iterator[Night]:
    """The archive, the lake and the engine, checked and opened before anything is worked on."""
    lake, keyring = Lake.at(settings.lake), load_keyring(settings.key_file)
    tools = Tools(
        archive=Archive.at(source, without=lake.root),
        limits=_limits(settings),
        transcriber=open_transcriber(settings, AnswerStore(str(lake.answers), keyring)),
        rules=load_rules(settings.redaction_profile, settings.redaction_rules),
        keyring=keyring,
        low_confidence=settings.low_confidence,
        run_id=run_id,
    )
    with writing(lake) as connection:
        remove_orphans(connection, lake)
        tools.transcriber.store.remove_parts()
        yield Night(connection, lake, keyring, settings, tools)


def batches_of(jobs: Sequence[Job], size: int) -> Iterator[tuple[Job, ...]]:
    """The jobs in their order, `size` at a time."""
    rest = iter(jobs)
    while batch := tuple(islice(rest, size)):
        yield batch


async def work_on(night: Night, plan: Plan, jobs: Sequence[Job]) -> list[Outcome]:
    """Work on a batch and land it. Every job comes back with a state; of a failed one nothing is kept."""
    _note_start(night, plan, jobs)
    room = asyncio.Semaphore(night.settings.recordings_at_once)
    ended = await asyncio.gather(*(_attempt(job, night.tools, room) for job in jobs))
    finished = [(job, call) for job, call in zip(jobs, ended, strict=True) if not isinstance(call, Outcome)]
    broken = broken_promises([(call, _landed_row(call, night, plan)) for _, call in finished])
    kept = [(job, call) for job, call in finished if call.call_id not in broken]
    failed = [outcome for outcome in ended if isinstance(outcome, Outcome)]
    failed += [
        _failure(job, StageFailed("land", f"check {broken[call.call_id]} found a contradiction", "failed"))
        for job, call in finished
        if call.call_id in broken
    ]
    _settle(night, plan, kept, failed)
    return [*(_landed(call) for _, call in kept), *failed]


def settle_decided(night: Night, plan: Plan) -> None:
    """Put into the ledger what the plan has decided without any work: files that are no recordings.

    Known recordings under a new name are noted too, so that they are not read again every night.
    """
    known = [
        row
        for outcome in plan.decided
        if outcome.state == "skipped" and outcome.sha256 in plan.entries
        for row in sighting_rows(plan.sightings.get(outcome.sha256, []), outcome.sha256)
    ]
    unusable = [outcome for outcome in plan.decided if outcome.state == "quarantined"]
    _settle(night, plan, [], unusable, known)


def batch_failed(jobs: Sequence[Job], why: str) -> list[Outcome]:
    """Outcomes of a batch that could not be landed; the ledger shows its recordings as found."""
    reason = f"the batch could not be landed ({why}); it is tried again in the next run"
    return [_failure(job, StageFailed("land", reason, "failed")) for job in jobs]


async def _attempt(job: Job, tools: Tools, room: asyncio.Semaphore) -> FinishedCall | Outcome:
    async with room:
        try:
            finished: FinishedCall | Outcome = await finish_call(job, tools)
        except StageFailed as failure:
            finished = _failure(job, failure)
    watcher().done()
    return finished


def _note_start(night: Night, plan: Plan, jobs: Iterable[Job]) -> None:
    """Count the attempt before it is made, so that a recording that kills the process is known."""
    begun = [
        Outcome(job.source_uri_masked, job.recording.sha256, "found", call_id=job.call_id) for job in jobs
    ]
    rows = [_row(job.recording, outcome, night, plan) for job, outcome in zip(jobs, begun, strict=True)]
    land(night.connection, night.lake, Landing(calls=[], others=rows, sightings=[]))


def _settle(
    night: Night,
    plan: Plan,
    kept: Sequence[tuple[Job, FinishedCall]],
    others: Sequence[Outcome],
    known: Sequence[dict[str, Any]] = (),
) -> None:
    settled = [job.recording.sha256 for job, _ in kept] + [outcome.sha256 or "" for outcome in others]
    land(
        night.connection,
        night.lake,
        Landing(
            calls=[(call, _landed_row(call, night, plan)) for _, call in kept],
            others=[_row(plan.recordings[outcome.sha256 or ""], outcome, night, plan) for outcome in others],
            sightings=[
                *known,
                *(row for sha256 in settled for row in sighting_rows(plan.sightings.get(sha256, []), sha256)),
            ],
        ),
    )


def _landed_row(call: FinishedCall, night: Night, plan: Plan) -> dict[str, Any]:
    return _row(call.recording, _landed(call), night, plan)


def _row(recording: Recording, outcome: Outcome, night: Night, plan: Plan) -> dict[str, Any]:
    before = plan.entries.get(recording.sha256)
    if before and before.state == "landed" and outcome.state != "landed":
        outcome = replace(outcome, state="landed", reason=f"landing it again: {outcome.reason or 'begun'}")
    return ledger_row(recording, outcome, before, night.tools.run_id)


def _landed(call: FinishedCall) -> Outcome:
    return Outcome(
        source_uri_masked=call.source_uri_masked,
        sha256=call.recording.sha256,
        state="landed",
        reason="; ".join(call.audio.notes) or None,
        stage="land",
        call_id=call.call_id,
        duration_ms=call.audio.duration_ms,
        billed_ms=sum(usage.billed_ms for usage in call.usage),
        cost_usd=sum(usage.cost_usd for usage in call.usage),
        cache_hits=sum(usage.cache_hit for usage in call.usage),
        requests=sum(not usage.cache_hit for usage in call.usage),
    )


def _failure(job: Job, failure: StageFailed) -> Outcome:
    return Outcome(
        source_uri_masked=job.source_uri_masked,
        sha256=job.recording.sha256,
        state=failure.state,
        reason=failure.reason,
        stage=failure.stage,
        call_id=job.call_id,
    )


def _limits(settings: Settings) -> AudioLimits:
    return AudioLimits(
        max_duration_s=settings.max_duration_s,
        max_size_bytes=settings.max_size_bytes,
        decode_timeout_s=settings.decode_timeout_s,
        accept_truncated=settings.accept_truncated,
        ffmpeg=settings.ffmpeg,
    )
