"""Run the command line as a child process and read what the system says it took."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CALLARCHIVE = Path(sys.executable).with_name("callarchive")


@dataclass(frozen=True, slots=True)
class Taken:
    """What one command took, its own children included, and what it printed as JSON."""

    wall_s: float
    cpu_s: float
    peak_mib: float
    """Resident memory of the largest process."""
    printed: Any
    """What its JSON says."""


def ingest(source: Path, lake: Path, *options: str) -> Taken:
    """One `callarchive ingest --json`, in the lake's own settings folder."""
    return callarchive("ingest", str(source), *options, lake=lake)


def callarchive(*arguments: str, lake: Path) -> Taken:
    """One command with `--json` over a lake, whose keys lie beside it."""
    environment = os.environ | {"CALLARCHIVE_KEY_FILE": str(lake.parent / "keys.json")}
    command = [str(CALLARCHIVE), *arguments, "--lake", str(lake), "--json"]
    started = time.monotonic()
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
    ) as child:
        printed = child.stdout.read() if child.stdout else b""
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    scale = 1 if sys.platform == "darwin" else 1024  # kilobytes everywhere else
    return Taken(
        wall_s=time.monotonic() - started,
        cpu_s=usage.ru_utime + usage.ru_stime,
        peak_mib=usage.ru_maxrss * scale / 2**20,
        printed=json.loads(printed or b"null"),
    )
