"""The command line as its users run it: the installed program cold, or kept warm in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import no_network

if TYPE_CHECKING:
    from collections.abc import Mapping

TESTS = Path(__file__).parent
PROGRAM = Path(sys.executable).with_name("callarchive")


@dataclass(frozen=True, slots=True)
class Said:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What `--json` printed."""
        return json.loads(self.out)


def files_of(folder: Path) -> dict[str, bytes]:
    """What lies in a folder, without a reader's marks beside the catalog: no data of anybody's."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path): path.read_bytes() for path in files if not path.name.endswith(("-shm", "-wal"))}


def private_environment(home: Path, **more: str) -> dict[str, str]:
    """The environment of somebody whose home is this folder: no settings, no network, no traces elsewhere."""
    folders = {"HOME": home, "XDG_CONFIG_HOME": home / ".config", "XDG_CACHE_HOME": home / ".cache"}
    folders |= {"TMPDIR": home / "tmp", "PREFECT_HOME": home / ".prefect"}
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True)
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
    own = {
        "PYTHONPATH": str(TESTS / "offline"),
        "PYTHONDONTWRITEBYTECODE": "1",
        no_network.REPORT: str(home / "sockets-tried"),
        "CALLARCHIVE_MIN_AGE_S": "0",
    }
    return kept | {name: str(folder) for name, folder in folders.items()} | own | more


def run_command(*arguments: str | Path, home: Path, env: Mapping[str, str] | None = None) -> Said:
    """`callarchive ...` in a process of its own, started in that home."""
    done = subprocess.run(
        [PROGRAM, *map(str, arguments)],
        cwd=home,
        env=private_environment(home, **(env or {})),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return Said(done.returncode, done.stdout, done.stderr)


def end_processes_of(home: Path) -> None:
    """End what a killed run has left behind in that home: a server that left its group of processes."""
    mine = f"HOME={home}\0".encode()
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and mine in (folder / "environ").read_bytes():
                os.kill(int(folder.name), signal.SIGKILL)
        except OSError:  # it has ended, or is not ours
            continue


class WarmCommandLine:
    """One process that runs command lines one after another, so that Prefect starts once.

    Its engine answers with canned words and keeps a log (flows/canned_engine.py).
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self.log = home / "engine.log"
        self._process = subprocess.Popen(
            [sys.executable, TESTS / "flows" / "warm_command_line.py", self.log],
            cwd=home,
            env=private_environment(home),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.stdin:
            self._process.stdin.close()
        self._process.wait(60)
        if self._process.stdout:
            self._process.stdout.close()

    def __call__(self, *arguments: str | Path, **env: str) -> Said:
        """Run one command line with these variables set."""
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the process has no pipes")
        order = {"arguments": [str(argument) for argument in arguments], "env": env}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return Said(**json.loads(self._process.stdout.readline()))

    def fetched(self) -> int:
        """How many requests the engine has had so far."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return sum(line.startswith("fetched") for line in lines)
