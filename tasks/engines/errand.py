"""An errand: what a chunk's way to an engine is given along, and what the way took."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Protocol

from tasks.engines.pace import Pace


class JobStore(Protocol):
    """Where the vendor's id of a chunk's request is kept, under the key of the chunk's answer.

    An engine that works in the background puts the id here before it waits, so that a run that was killed
    asks for the job's result instead of paying for it again. The id stays after that, for erasing the
    request at the vendor's.
    """

    def get(self, key: str, /) -> str | None:
        """The id that was put, or None."""

    def put(self, key: str, job_id: str, /) -> None:
        """Keep an id; on return it is safe."""

    def forget(self, key: str, /) -> None:
        """The job failed, so that the next attempt starts a new one; or the vendor has deleted it."""

    def answered(self) -> dict[str, str]:
        """The ids of requests whose answers are kept, by key: the vendor's copy is needed no more."""


class JobsInMemory(dict[str, str]):
    """A JobStore that lasts as long as the process."""

    def put(self, key: str, job_id: str, /) -> None:
        """Keep an id."""
        self[key] = job_id

    def forget(self, key: str, /) -> None:
        """Drop an id, if there is one."""
        self.pop(key, None)

    def answered(self) -> dict[str, str]:
        """None: nobody knows here which answers were kept."""
        return {}


@dataclass(frozen=True, slots=True)
class Patience:
    """How long an engine is waited for, and how much it may answer."""

    deadline_s: float = 900.0
    """For one chunk, everything included: upload, retries, waiting for a job."""
    outage_s: float = 0.0
    """How long an engine that is out of order is waited for beyond that, before it is given up."""
    connect_s: float = 10.0
    silence_s: float = 180.0
    """The longest time without a byte from the other side: some engines work before they answer."""
    first_pause_s: float = 0.5
    longest_pause_s: float = 60.0
    attempts: int = 10
    poll_s: float = 3.0
    answer_max_bytes: int = 64 * 1024**2


@dataclass(slots=True)
class Errand:
    """One chunk's errand. The caller reads from it afterwards what the way took, failed or not."""

    key: str = ""
    """The key of the chunk's answer."""
    channels: int = 1
    """Channels in the sound, interleaved sample by sample."""
    url: str | None = None
    """Where the vendor can fetch the sound itself (a signed URL), instead of an upload."""
    jobs: JobStore = field(default_factory=JobsInMemory)
    patience: Patience = Patience()
    pace: Pace = field(default_factory=lambda: Pace(None))
    """Shared by all errands to an engine."""
    requests: int = 0
    """HTTP requests sent for this chunk, retries and polls included."""
    retries: int = 0
    """How many of them repeated one that had failed."""
    lost_answers: int = 0
    """Answers that did not arrive although they may have been billed."""
    request_id: str | None = None
    """The vendor's id of the latest request, from its headers."""
    begun_at: float | None = None
    """When the engine was first asked, or an answer waited for; `time.monotonic()`."""

    @property
    def latency_ms(self) -> int:
        """How long the engine has been asked so far; waiting for a free slot does not count."""
        return 0 if self.begun_at is None else round((time.monotonic() - self.begun_at) * 1000)

    @property
    def attempts(self) -> int:
        """How often the chunk was tried, as engine_usage counts it."""
        return 1 + self.retries

    def left_s(self) -> float:
        """Seconds until the deadline, which counts from the first time this is asked."""
        if self.begun_at is None:
            self.begun_at = time.monotonic()
        return max(0.0, self.begun_at + self.patience.deadline_s - time.monotonic())
