"""A night a step at a time, in this process: several workers of one lake take their turns as a test says."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path  # noqa: TC003  (a context manager's annotations may be read)
from typing import TYPE_CHECKING, Any

from finished_calls import finished_call

from flows.batch import settle_decided, work_on
from flows.night import Night, open_night
from flows.plan import Plan, plan_night
from flows.share import Share
from flows.wishes import Wishes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.call import Job
    from tasks.lake.leases import Leases
    from tasks.schemas import Outcome
    from tasks.settings import Settings

CALLS = 6
LOOP = asyncio.new_event_loop()
"""A night keeps to one."""


@dataclass
class Worker:
    """One run of the night, a step at a time."""

    night: Night
    plan: Plan
    outcomes: list[Outcome] = field(default_factory=list)

    def __post_init__(self) -> None:
        settle_decided(self.night, self.plan)
        self.share = Share(self.night, self.plan)

    def take(self) -> list[Job]:
        """The next batch."""
        return LOOP.run_until_complete(self.share.next_batch())

    def work(self, jobs: list[Job]) -> list[Outcome]:
        """A batch, worked on and given back."""
        outcomes = LOOP.run_until_complete(work_on(self.night, self.plan, jobs))
        self.share.free(jobs)
        self.outcomes += outcomes
        return outcomes

    def finish(self) -> dict[str, list[str | None]]:
        """All that is left; what came of everything: call ids by state and reason."""
        while jobs := self.take():
            self.work(jobs)
        came: dict[str, list[str | None]] = {}
        for one in [*self.plan.decided, *self.share.settled, *self.outcomes]:
            came.setdefault(one.reason or one.state, []).append(one.call_id)
        skipped = {why: [""] * count for why, count in self.plan.skipped.items()}
        return {why: sorted(map(str, ids)) for why, ids in came.items()} | skipped

    def die(self) -> None:
        """Give no sign of life any more."""
        self.night.leases.board.run(
            "update callarchive_leases set expires_s = 0, holder = 'dead' "
            f"where holder = '{self.night.leases.holder}'"
        )


async def finish(job: Job, tools: Any, usage: list[Any]) -> Any:
    return finished_call(
        job.call_id,
        recording=job.recording,
        run_id=tools.run_id,
        findings=(),
        usage=(),
        certificate=None,
    )


@contextmanager
def worker(settings: Settings, name: str, archive: Path | None = None, **wishes: Any) -> Iterator[Worker]:
    archive = archive or settings.key_file.with_name("archive")
    with open_night(str(archive), settings, name) as night:
        yield Worker(
            night,
            plan_night(night.connection, night.tools.archive, settings, night.keyring, Wishes(**wishes)),
        )


def ledger(night: Night) -> dict[str, tuple[str, str]]:
    rows = night.connection.execute("select call_id, state, run_id from stored.recordings").fetchall()
    return {call_id: (state, run_id) for call_id, state, run_id in rows}


def held(leases: Leases) -> int:
    rows: list[tuple[int]] = leases.board.run(then="select count(*) from callarchive_leases")
    return rows[0][0]


def names(jobs: list[Job]) -> set[str]:
    return {job.call_id for job in jobs}
