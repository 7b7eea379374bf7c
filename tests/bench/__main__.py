"""`make bench`: what a night costs, as figures and ratios from one run on this machine."""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

from tests.bench.children import ingest
from tests.bench.desk import desk
from tests.bench.discovery import discovery
from tests.bench.erasure import erasure
from tests.bench.growth import growth
from tests.bench.leaks import leaks
from tests.bench.redaction import redaction
from tests.bench.review import review
from tests.bench.sounds import ARCHIVE, long_call, short_recordings
from tests.bench.throughput import throughput


def main() -> None:
    """Run what is asked for; without a choice, all of it (about half an hour on two cores)."""
    parts = {
        "night": night,
        "share": share,
        "hour": hour,
        "many": many,
        "throughput": throughput,
        "redaction": redaction,
        "leaks": leaks,
        "discovery": discovery,
        "growth": growth,
        "erasure": erasure,
        "review": review,
        "desk": desk,
    }
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", nargs="*", choices=[*parts, []], help="which ones; all by default")
    for name in parser.parse_args().part or parts:
        with tempfile.TemporaryDirectory() as folder:
            parts[name](Path(folder))


def night(folder: Path) -> None:
    """The samples: first run, everything skipped, and into an empty lake with every answer at hand.

    The last is all the work but the engine's. Done with one call too, it shows what loading takes.
    """
    first = ingest(ARCHIVE, folder / "lake")
    skipped = ingest(ARCHIVE, folder / "lake")
    one = ingest(ARCHIVE, _with_answers_of(folder / "lake", folder / "one"), "--limit", "1")
    again = ingest(ARCHIVE, _with_answers_of(folder / "lake", folder / "again"))
    minutes, calls = first.printed["minutes_landed"], first.printed["landed"]
    work_s = first.cpu_s - skipped.cpu_s
    outside_s = (again.cpu_s - one.cpu_s) * calls / (calls - 1)
    print(f"samples: {minutes} minutes of calls, {calls} landed")
    print(f"  first run            {first.wall_s:7.1f} s wall  {first.cpu_s:7.1f} s CPU")
    print(f"  second, all skipped  {skipped.wall_s:7.1f} s wall  {skipped.cpu_s:7.1f} s CPU")
    print(f"  again, all cached    {again.wall_s:7.1f} s wall  {again.cpu_s:7.1f} s CPU")
    print(f"  {minutes / work_s * 60:.1f} audio minutes per CPU minute")
    print(f"  outside the engine: {outside_s / work_s:.1%} of the work (goal: under 5%);")
    print(f"    {(again.cpu_s - skipped.cpu_s) / work_s:.1%} with loading model and detectors, once a night")
    print(f"  second run against first: {first.wall_s / skipped.wall_s:.1f}x faster")
    print(f"  all cached against first: {first.cpu_s / again.cpu_s:.1f}x less CPU")


def share(folder: Path) -> None:
    """What of a call's CPU goes elsewhere than to the engine, as calls get longer: seven minutes against one.

    The samples are short and each from another day, which makes landing dear; this leaves out what every
    call costs once.
    """
    heard, cached = [], []
    for minutes in (1, 7):
        source = folder / f"{minutes}"
        source.mkdir()
        long_call(source / "call.wav", minutes)
        lake = folder / f"lake{minutes}"
        heard.append(ingest(source, lake).cpu_s)
        cached.append(ingest(source, _with_answers_of(lake, folder / f"again{minutes}")).cpu_s)
    outside_s, work_s = cached[1] - cached[0], heard[1] - heard[0]
    print(
        f"six more minutes of a stereo call: {work_s:.1f} s CPU, {outside_s:.1f} of them outside the engine"
    )
    print(f"  {outside_s / work_s:.1%} (goal: under 5%)")


def _with_answers_of(lake: Path, empty: Path) -> Path:
    """A lake that holds nothing but another's answers."""
    shutil.copytree(lake / "answers", empty / "answers")
    return empty


def hour(folder: Path) -> None:
    """One stereo hour against one stereo minute: what length costs in memory."""
    peaks = {}
    for minutes in (1, 60):
        source = folder / f"{minutes}"
        source.mkdir()
        long_call(source / "call.wav", minutes)
        taken = ingest(source, folder / f"lake{minutes}")
        peaks[minutes] = taken.peak_mib
        print(f"{minutes:3d} stereo minutes: {taken.peak_mib:.0f} MiB peak, {taken.cpu_s:.0f} s CPU")
    print(f"  the hour takes {peaks[60] - peaks[1]:.0f} MiB beyond the minute (goal: under 1024)")


def many(folder: Path) -> None:
    """500 recordings against 50: memory must not grow with the night."""
    peaks = {}
    for count in (50, 500):
        taken = ingest(short_recordings(folder / f"{count}", count), folder / f"lake{count}")
        peaks[count] = taken.peak_mib
        print(f"{count:3d} recordings: {taken.peak_mib:.0f} MiB peak, {taken.printed['landed']} landed")
    print(f"  ten times the recordings: {peaks[500] / peaks[50]:.2f}x the memory")


if __name__ == "__main__":
    main()
