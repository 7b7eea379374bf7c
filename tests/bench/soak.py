"""`make soak`: many recordings through two workers and a vendor's stand-in that answers at once.

What it prints: speed, what a recording costs outside the engine, how files grow, and memory over time.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tasks.stand_in import StandIn
from tests.bench.sounds import short_recordings

CALLARCHIVE: Final = Path(sys.executable).with_name("callarchive")
_SAMPLE_S: Final = 2.0
_TICKS_A_SECOND: Final = os.sysconf("SC_CLK_TCK")
_PAGE_MB: Final = os.sysconf("SC_PAGE_SIZE") / 1e6
_NIGHTS: Final = (10_000, 1_000_000)


@dataclass
class Watch:
    """What the workers and the Prefect servers inside them have taken so far, by process; Linux only."""

    home: Path
    cpu_s: dict[tuple[str, int], float] = field(default_factory=dict)
    memory_mb: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def look(self) -> None:
        """Note it."""
        mine = f"HOME={self.home}\0".encode()
        for folder in Path("/proc").iterdir():
            try:
                if not folder.name.isdigit() or mine not in (folder / "environ").read_bytes():
                    continue
                command = (folder / "cmdline").read_bytes()
                taken = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:  # it has just ended
                continue
            role = "worker" if b"ingest" in command else "server" if b"prefect" in command else "others"
            seconds = (int(taken[11]) + int(taken[12])) / _TICKS_A_SECOND
            self.cpu_s[role, int(folder.name)] = seconds
            self.memory_mb[role].append(int(taken[21]) * _PAGE_MB)

    def cpu_of(self, role: str) -> float:
        """Seconds of all processes of a role together."""
        return sum(seconds for (name, _), seconds in self.cpu_s.items() if name == role)


def main() -> None:
    """Make the recordings, run the workers, print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recordings", type=int, default=2_000)
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, StandIn() as stand_in:
        home = Path(folder)
        short_recordings(home / "archive", asked.recordings)
        environment = os.environ | {
            "HOME": str(home),
            "PREFECT_HOME": str(home / ".prefect"),
            "CALLARCHIVE_KEY_FILE": str(home / "keys.json"),
            "CALLARCHIVE_ENGINE_URL": stand_in.base_url("deepgram"),
            "CALLARCHIVE_QUOTE": "false",
            "DEEPGRAM_API_KEY": stand_in.key,
        }
        watch, began_s = Watch(home), time.monotonic()
        said = _run(asked.workers, environment, watch)
        _tell(said, watch, home, time.monotonic() - began_s)


def _run(workers: int, environment: dict[str, str], watch: Watch) -> list[Any]:
    command = [CALLARCHIVE, "ingest", watch.home / "archive", "--lake", watch.home / "lake"]
    running = [
        subprocess.Popen(
            [*command, "--engine", "deepgram", "--json"],
            cwd=watch.home,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(workers)
    ]
    while any(process.poll() is None for process in running):
        watch.look()
        time.sleep(_SAMPLE_S)
    return [json.loads(process.communicate()[0]) for process in running]


def _tell(said: list[Any], watch: Watch, home: Path, wall_s: float) -> None:
    landed = sum(one["landed"] for one in said)
    shares = " + ".join(str(one["landed"]) for one in said)
    bad = sum(one["failed"] + one["quarantined"] for one in said)
    print(f"{landed} recordings landed ({shares}), {bad} failed or quarantined")
    print(f"  {landed / wall_s * 60:.0f} recordings a minute, {wall_s:.0f} s")
    each_s = {role: watch.cpu_of(role) / landed for role in ("worker", "server", "others")}
    for role, seconds in each_s.items():
        print(f"  {seconds * 1000:.0f} ms CPU of {role} for a recording")
    each_kb = {
        "the catalog": _size(home / "lake" / "catalog.sqlite") / landed,
        "the lake": _size(home / "lake") / landed,
        "Prefect's database": _size(home / ".prefect") / landed,
    }
    for name, kilobytes in each_kb.items():
        print(f"  {kilobytes:.1f} kB of {name} for a recording")
    sent, usd = sum(one["engine_requests"] for one in said), sum(one["cost_usd"] for one in said)
    print(f"  {sent} requests, {usd:.4f} USD by the price list")
    for role, seen in watch.memory_mb.items():
        thirds = [seen[at * len(seen) // 3 : (at + 1) * len(seen) // 3] or [0.0] for at in range(3)]
        print(
            f"  memory of {role}: {' '.join(f'{max(third):.0f}' for third in thirds)} MB at most, by thirds"
        )
    for night in _NIGHTS:
        cpu_h, gigabytes = sum(each_s.values()) * night / 3600, each_kb["the lake"] * night / 1e6
        price = f"{usd / landed * night:,.0f} USD"
        print(f"  {night:,} such recordings: {cpu_h:,.1f} hours of CPU, {gigabytes:,.1f} GB, {price}")


def _size(path: Path) -> float:
    """Kilobytes of a file with its log, or of a folder."""
    files = path.rglob("*") if path.is_dir() else path.parent.glob(f"{path.name}*")
    return sum(file.stat().st_size for file in files if file.is_file()) / 1000


if __name__ == "__main__":
    main()
