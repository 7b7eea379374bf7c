"""`python -m tests.bench growth`: what a process that lands batches keeps of them, and who keeps it."""

from __future__ import annotations

import ctypes
import gc
import os
from pathlib import Path

from tasks.lake.catalog import Lake
from tasks.lake.standing_writer import StandingWriter
from tasks.land import Landing, land
from tests.finished_calls import finished_call, landed_row

BATCHES, LEFT_OPEN, FIRST = 150, 40, 10
"""The first ones load what stays."""


class _Malloc(ctypes.Structure):
    """What glibc's mallinfo2(3) says."""

    _fields_ = tuple(
        (name, ctypes.c_size_t)
        for name in "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost".split()
    )


def growth(folder: Path) -> None:
    """Batches of one call: on a connection that stays open, then as a night lands them. Linux only."""
    seen = _landed(Lake.at(str(folder / "open")), LEFT_OPEN, anew_after=LEFT_OPEN + 1)
    (objects, used_mb, _), (more_objects, more_mb, _) = seen[FIRST], seen[-1]
    batches = LEFT_OPEN - FIRST - 1
    print("on a connection that stays open, a batch of one call leaves")
    print(f"  {(more_objects - objects) / batches:.1f} objects of Python's")
    print(f"  {(more_mb - used_mb) / batches * 1000:.0f} kB in use")
    print(f"  {more_mb - _taken()[1]:.0f} MB less is in use once the lake is closed")
    seen = _landed(Lake.at(str(folder / "night")), BATCHES)
    thirds = [seen[at * BATCHES // 3 : (at + 1) * BATCHES // 3] for at in range(3)]
    print(f"{BATCHES} batches as a night lands them, megabytes at most, by thirds:")
    for place, name in ((1, "in use"), (2, "of the process")):
        print(f"  {' '.join(f'{max(taken[place] for taken in third):.1f}' for third in thirds)} {name}")


def _landed(lake: Lake, batches: int, **anew: int) -> list[tuple[int, float, float]]:
    """What is taken after each batch."""
    seen = []
    with StandingWriter(lake, **anew) as writer:
        for number in range(batches):
            call = finished_call(f"call-{number:05}")
            land(writer.connection, lake, Landing([(call, landed_row(call))], [], []))
            writer.batch_ended()
            seen.append(_taken())
    return seen


def _taken() -> tuple[int, float, float]:
    """Objects that Python counts, megabytes that malloc has in use, and megabytes of the process."""
    gc.collect()
    mallinfo2 = ctypes.CDLL(None).mallinfo2
    mallinfo2.restype = _Malloc
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return len(gc.get_objects()), mallinfo2().uordblks / 1e6, pages * os.sysconf("SC_PAGE_SIZE") / 1e6
