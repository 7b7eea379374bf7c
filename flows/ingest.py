"""The nightly flow: find recordings, work on them in batches, land each batch whole, say what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal
from uuid import uuid4

from prefect import flow, task
from prefect.artifacts import acreate_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.states import Completed, Failed

from flows.alerting import alert_after_night
from flows.batch import batch_failed, settle_decided, work_on
from flows.call import Job
from flows.erase import finish_before_a_night
from flows.json_progress import JsonLines
from flows.night import Night, open_night
from flows.plan import Plan, plan_night
from flows.privately import nothing_said, unseen
from flows.progress import tell_unless_watched, watcher
from flows.quote import Quote, quote
from flows.share import Share
from flows.shared_limits import server_there, share_limits
from flows.summary import Summary
from flows.wishes import Order, Wishes
from tasks.compliance import compliance_of_run
from tasks.errors import CallArchiveError
from tasks.lake.catalog import Lake
from tasks.lake.compact import compact, crowded
from tasks.lake.nights import keep_night
from tasks.settings import Settings, load_settings

if TYPE_CHECKING:
    from prefect.client.schemas.objects import State

    from tasks.schemas import Outcome


@flow(name="ingest", validate_parameters=False, persist_result=False)
async def ingest(
    source: str,
    lake: str | None = None,
    engine: str | None = None,
    since: datetime | None = None,
    limit: int | None = None,
    retry_quarantined: bool = False,
    replace: bool = False,
    until: datetime | None = None,
    order: Order = "listed",
    only: Literal["failed", "quarantined"] | None = None,
    max_usd: float | None = None,
    max_hours: float | None = None,
    recipe: dict[str, str] | None = None,
) -> State[dict[str, Any]]:
    """Land an archive's new recordings. What fails is in the ledger with its reason, and is tried again.

    Any number of runs may work on one lake at once: each takes batches that no other has (flows.share).
    The run ends as failed only where a recording failed; its result is the summary as plain values.
    """
    limits = {"max_usd_per_run": max_usd, "max_hours_per_run": max_hours}
    settings = load_settings(lake=lake, engine=engine, **limits, **(recipe or {}))
    shared = server_there()
    if settings.log_format == "json":
        tell_unless_watched(JsonLines())
    wishes = Wishes(since, limit, retry_quarantined, replace, until, order, only)
    summary = Summary(run_id=uuid4().hex[:12], purpose=wishes.purpose)
    await asyncio.to_thread(finish_before_a_night, settings)
    with open_night(source, settings, summary.run_id, shared=shared) as night, night.stop.listening():
        night.stop.ask_after(settings.max_hours_per_run)
        first = night.tools.transcriber.engines[0].engine.NAME
        keep_night(night.connection, night.lake, summary.as_begun_night(first))
        plan = find_work(unseen(night), wishes)
        summary.begin(plan)
        try:
            if plan.jobs:
                await _get_ready(night, plan, summary, shared=shared)
            watcher().working(len(plan.jobs))
            share = Share(night, plan)
            while jobs := await share.next_batch():
                summary.add(await _worked(night, plan, jobs))
                share.free(jobs)
                night.writer.batch_ended()
            summary.add(share.settled)
        finally:
            await night.tools.close()
        summary.stopped = night.stop.asked
        keep_night(night.connection, night.lake, summary.as_night(first))
        summary.compliance = compliance_of_run(night.connection, summary.run_id)
        crowds = bool(settings.compact_above) and crowded(
            night.connection, night.lake, settings.compact_above
        )
    watcher().ended(summary)
    await asyncio.to_thread(alert_after_night, settings)
    with suppress(Exception):  # Prefect's server may be away; what came of the night is in the lake
        await acreate_markdown_artifact(summary.as_markdown(), key="run-summary")
    if crowds:
        merge_files(settings)
    if summary.count("failed"):
        return Failed(message=summary.headline(), data=summary.as_dict())
    name = "Stopped" if summary.stopped else "Ceiling reached" if summary.over_budget else None
    return Completed(name=name, message=summary.headline(), data=summary.as_dict())


async def _get_ready(night: Night, plan: Plan, summary: Summary, *, shared: bool) -> None:
    """Open the first engine, so that a wrong setting ends the run here; share its limits; ask its price."""
    first = night.tools.transcriber.engines[0]
    first.client()
    if shared:
        await share_limits(night.tools.transcriber.engines)
    if night.settings.quote and not first.capabilities.runs_here:
        summary.quote = await ask_price(unseen(night), unseen(plan))


@task(name="find recordings", persist_result=False, cache_policy=NO_CACHE)
def find_work(night: Night, wishes: Wishes) -> Plan:
    """The night's work; what needs none is in the ledger when this returns."""
    with nothing_said():
        plan = plan_night(night.connection, night.tools.archive, night.settings, night.keyring, wishes)
        settle_decided(night, plan)
        return plan


@task(name="work out the price", persist_result=False, cache_policy=NO_CACHE)
async def ask_price(night: Night, plan: Plan) -> Quote:
    """What the night will cost, before anything is sent."""
    tools = night.tools
    with nothing_said():
        return await quote(
            [job.recording for job in plan.jobs],
            tools.archive,
            tools.limits,
            tools.transcriber,
            night.settings.recordings_at_once,
        )


@task(name="merge small files", persist_result=False, cache_policy=NO_CACHE)
def merge_files(settings: Settings) -> None:
    """A night's batches leave a file each; days that have too many get few. Nobody is kept from reading."""
    with nothing_said():
        compact(
            Lake.at(settings.lake),
            most_files=settings.compact_above,
            keep_hours=settings.keep_versions_hours,
        )


@task(name="work on a batch", persist_result=False, cache_policy=NO_CACHE, retries=2, retry_delay_seconds=5)
async def work_batch(night: Night, plan: Plan, jobs: Sequence[Job]) -> list[Outcome]:
    """One batch, landed. Tried again when landing fails; what engines answered is kept and not paid twice."""
    with nothing_said():
        return await work_on(night, plan, jobs)


async def _worked(night: Night, plan: Plan, jobs: Sequence[Job]) -> list[Outcome]:
    """A batch's outcomes; one that cannot be landed even when tried again fails, and the night goes on."""
    try:
        return await work_batch(unseen(night), unseen(plan), unseen(jobs))
    except CallArchiveError as error:
        return batch_failed(jobs, str(error))
