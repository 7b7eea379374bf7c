"""One worker's share of a night: batches that nobody else works on, until nothing is left to do."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from flows.batch import GIVEN_BACK, settle_poisoned
from flows.plan import with_own_call_ids
from flows.progress import watcher
from tasks.lake.leases import call_lease
from tasks.lake.ledger import AGAIN, entries, owners
from tasks.schemas import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from flows.call import Job
    from flows.night import Night
    from flows.plan import Plan
    from tasks.lake.ledger import Entry

_LONGEST_LOOK_S: Final = 5.0
_ELSEWHERE: Final = "another worker has done it"
_LEFT: Final = "left for the next run"


@dataclass(slots=True)
class Share:
    """The jobs of a plan that are still to be done by whoever comes first.

    Over some of them a process has died. Each of those is worked on alone, after all others: what it kills
    then is nothing but itself.
    """

    night: Night
    plan: Plan
    settled: list[Outcome] = field(default_factory=list)
    """What became of the jobs that were in no batch."""
    _open: deque[Job] = field(default_factory=deque)
    _suspect: deque[Job] = field(default_factory=deque)
    _elsewhere: deque[Job] = field(default_factory=deque)

    def __post_init__(self) -> None:
        """All are open."""
        self._open.extend(self.plan.jobs)

    async def next_batch(self) -> list[Job]:
        """Jobs that are this worker's now; none when all are settled, or when nothing more is to be begun.

        What others work on is waited for, and taken over when they are heard of no more.
        """
        stop, pause_s = self.night.stop, min(_LONGEST_LOOK_S, self.night.settings.lease_s / 4)
        while not self._why_over():
            before = len(self.settled)
            batch = await asyncio.to_thread(self._batch)
            for _ in self.settled[before:]:
                watcher().done()
            if batch or not self._elsewhere:
                return batch
            await stop.wait(pause_s)
            self._open, self._elsewhere = self._elsewhere, deque()
        left, why = [*self._open, *self._suspect, *self._elsewhere], f"{_LEFT}: {self._why_over()}"
        self.settled += [_skipped(job, why) for job in left]
        return []

    def free(self, jobs: Iterable[Job]) -> None:
        """Give back what is settled."""
        self.night.leases.free(_names(jobs))

    def _why_over(self) -> str | None:
        """Why nothing more is to be begun, if so."""
        if self.night.stop.asked:
            return "this one was told to stop"
        return self.night.tools.out_of_engines

    def _batch(self) -> list[Job]:
        deaths, size = self.night.leases.deaths(), self.night.settings.batch_size
        mine: list[Job] = []
        while self._open and len(mine) < size:
            some = [self._open.popleft() for _ in range(min(len(self._open), size - len(mine)))]
            self._suspect += [job for job in some if job.lease in deaths]
            mine += self._taken([job for job in some if job.lease not in deaths])
        while self._suspect and not mine:
            job = self._suspect.popleft()
            mine = self._unpoisoned(self._taken([job]), deaths.get(job.lease, 0))
        return mine

    def _unpoisoned(self, jobs: list[Job], deaths: int) -> list[Job]:
        """The jobs, unless too many processes have died over them."""
        if deaths < self.night.settings.attempts:
            return jobs
        self.settled += [settle_poisoned(self.night, self.plan, job, deaths) for job in jobs]
        self.free(jobs)
        return []

    def _taken(self, jobs: Sequence[Job]) -> list[Job]:
        """Those that nobody else holds, and that nobody has settled since they were planned."""
        held = self.night.leases.take(_names(jobs))
        mine = [job for job in jobs if held.issuperset(_names([job]))]
        self._elsewhere += [job for job in jobs if not held.issuperset(_names([job]))]
        self.night.leases.free(held - _names(mine))
        return self._own(self._still_open(mine))

    def _still_open(self, jobs: Sequence[Job]) -> list[Job]:
        before, sha256s = self.plan.entries, [job.recording.sha256 for job in jobs]
        now = entries(self.night.connection, sha256s)
        settled = {sha256: one for sha256, one in now.items() if not (one.begun or _given_back(one))}
        done = {sha256 for sha256, entry in settled.items() if entry != before.get(sha256)}
        self.plan.entries |= now
        theirs = [job for job in jobs if job.recording.sha256 in done]
        self.settled += [_skipped(job, _ELSEWHERE) for job in theirs]
        self.free(theirs)
        return [job for job in jobs if job.recording.sha256 not in done]

    def _own(self, jobs: Sequence[Job]) -> list[Job]:
        """The jobs under call ids that no landed recording has by now."""
        own = with_own_call_ids(jobs, owners(self.night.connection, [job.call_id for job in jobs]))
        self.night.leases.free(_names(jobs) - _names(own))
        return own


def _names(jobs: Iterable[Job]) -> set[str]:
    """What is leased for jobs."""
    return {name for job in jobs for name in (job.lease, call_lease(job.call_id))}


def _given_back(entry: Entry) -> bool:
    return (entry.reason or "").removeprefix(AGAIN) == GIVEN_BACK


def _skipped(job: Job, why: str) -> Outcome:
    return Outcome(job.source_uri_masked, job.recording.sha256, "skipped", why, call_id=job.call_id)
