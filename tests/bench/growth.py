"""`python -m tests.bench growth`: what a process keeps of each batch that it lands, and who keeps it."""

from __future__ import annotations

import ctypes
import gc
from typing import TYPE_CHECKING

from tasks.lake.catalog import Lake, writing
from tasks.land import Landing, land
from tests.finished_calls import finished_call, landed_row

if TYPE_CHECKING:
    from pathlib import Path

BATCHES, FIRST = 60, 10
"""The first ones load what stays."""


class _Malloc(ctypes.Structure):
    """What glibc's mallinfo2(3) says."""

    _fields_ = tuple(
        (name, ctypes.c_size_t)
        for name in "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost".split()
    )


def growth(folder: Path) -> None:
    """Batches of one call, landed on one connection as a night does; then the lake is closed. Linux only."""
    place, seen = Lake.at(str(folder / "lake")), []
    with writing(place) as connection:
        for number in range(BATCHES):
            call = finished_call(f"call-{number:05}")
            land(connection, place, Landing([(call, landed_row(call))], [], []))
            seen.append(_taken())
    (objects, before_mb), (more_objects, after_mb) = seen[FIRST - 1], seen[-1]
    batches = BATCHES - FIRST
    print(f"{batches} batches of one call:")
    print(f"  {(more_objects - objects) / batches:.1f} more objects of Python's for a batch")
    print(f"  {(after_mb - before_mb) / batches * 1000:.0f} kB more in use for a batch")
    print(f"  {after_mb - _taken()[1]:.0f} MB less once the lake is closed")


def _taken() -> tuple[int, float]:
    """Objects that Python counts, and megabytes that malloc has in use."""
    gc.collect()
    mallinfo2 = ctypes.CDLL(None).mallinfo2
    mallinfo2.restype = _Malloc
    return len(gc.get_objects()), mallinfo2().uordblks / 1e6
