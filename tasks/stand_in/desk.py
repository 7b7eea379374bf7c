"""What the stand-in knows: its key, what it was told to do wrong, and what was asked of it."""

from __future__ import annotations

import asyncio
import hashlib
import io
import threading
import wave
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any, Literal

from tasks.stand_in.hearing import Hear, HeardWord, canned

Kind = Literal[
    "status",  # `status`, with the vendor's own body, and Retry-After if given
    "dropped",  # the connection ends before any work is done
    "lost",  # the work is done (and billed), then the connection ends
    "cut_off",  # the connection ends in the middle of the answer
    "slow_body",  # a byte at a time
    "truncated_json",  # half of the answer, as if it were whole
    "wrong_type",  # a proxy's page, with 200
    "oversized",  # more than anybody wants to read
    "silence",  # an answer without words
    "job_error",  # a job that ends in error
    "job_stuck",  # a job that never ends
]


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of misbehaviour, for the next `times` requests whose path contains `path`."""

    kind: Kind
    times: int = 1
    status: int = 500
    code: str | None = None
    retry_after: str | None = None
    path: str = ""
    pace_s: float = 0.05


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as it came in."""

    engine: str
    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    """Empty for a big one: a night of them would not fit into memory."""
    sound: str
    """SHA-256 of the samples that came along; empty without any."""


@dataclass
class Job:
    """A transcription that goes on while nobody waits for it."""

    asked: dict[str, Any]
    length_s: float
    work: asyncio.Task[list[list[HeardWord]]]
    polls: int
    """How often it is asked for in vain, even if the work is done."""
    failed: str | None = None
    erased: bool = False


@dataclass
class Desk:
    """Shared by all of the stand-in's pages; safe to read and set from the test's thread."""

    key: str = "stand-in-key-1234"
    hear: Hear = canned
    latency_s: float = 0.0
    enterprise: bool = True
    polls: int = 1
    """How often a job is asked for in vain."""
    seen: list[Seen] = field(default_factory=list)
    worked: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How often a sound was worked on, which is what a vendor bills: by engine and SHA-256 of the samples."""
    erased: list[str] = field(default_factory=list)
    uploads: dict[str, bytes] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    in_flight: int = 0
    most_in_flight: int = 0
    _faults: dict[str, deque[Fault]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def forget(self) -> None:
        """Begin anew, as if just made."""
        vars(self).update(vars(Desk()))

    def misbehave(self, engine: str, *faults: Fault) -> None:
        """Do these wrong, one after another, before behaving again."""
        with self._lock:
            queue = self._faults.setdefault(engine, deque())
            queue.extend(fault for fault in faults for _ in range(fault.times))

    def behave(self) -> None:
        """Do nothing wrong any more."""
        with self._lock:
            self._faults.clear()

    def next_fault(self, engine: str, path: str) -> Fault | None:
        """What to do wrong with this request."""
        with self._lock:
            queue = self._faults.get(engine)
            return queue.popleft() if queue and queue[0].path in path else None

    def requests(self, engine: str, path: str = "") -> list[Seen]:
        """The requests that an engine's pages got."""
        return [one for one in self.seen if one.engine == engine and path in one.path]

    def requests_by_sound(self, engine: str) -> Counter[str]:
        """How often each sound was sent, whatever became of it."""
        return Counter(one.sound for one in self.seen if one.engine == engine and one.sound)

    async def heard(self, engine: str, channels: list[bytes], fault: Fault | None) -> list[list[HeardWord]]:
        """The words of every channel; counts as work."""
        self.worked[engine, sound_id(channels)] += 1
        if self.latency_s:
            await asyncio.sleep(self.latency_s)
        if fault is not None and fault.kind == "silence":
            return [[] for _ in channels]
        return [await asyncio.to_thread(self.hear, pcm) for pcm in channels]


def sound_id(channels: list[bytes]) -> str:
    """A name for a sound, whatever file it comes in."""
    return hashlib.sha256(b"".join(channels)).hexdigest()


def read_wav(data: bytes) -> list[bytes] | None:
    """The channels of a 16 kHz s16le WAV file; None if it is something else."""
    try:
        with wave.open(io.BytesIO(data)) as wav:
            if (wav.getframerate(), wav.getsampwidth()) != (16_000, 2):
                return None
            pcm, count = wav.readframes(wav.getnframes()), wav.getnchannels()
    except (wave.Error, EOFError):
        return None
    samples = memoryview(pcm).cast("h")
    return [samples[number::count].tobytes() for number in range(count)]


def sound_at(url: str) -> list[bytes]:
    """What the stand-in finds at somebody's URL: two seconds that depend on the URL (it fetches nothing)."""
    return [(hashlib.sha256(url.encode()).digest() * 2_000)[:64_000]]
