"""Progress bars for a running flow, on stderr."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from flows.cli.output import stderr
from flows.json_progress import JsonLines
from tasks.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.progress import TaskID

    from flows.summary import Summary


class Bars:
    """Bars: files read, recordings measured for their price, recordings worked on."""

    def __init__(self, progress: Progress) -> None:
        """Show a spinner until the flow says more."""
        self._progress = progress
        self._starting: TaskID | None = progress.add_task("starting", total=None)
        self._reading: TaskID | None = None
        self._quoting: TaskID | None = None
        self._working: TaskID | None = None
        self.summary: Summary | None = None

    def reading(self, files: int) -> None:
        """So many files are about to be read."""
        self._started()
        self._reading = self._progress.add_task("reading files", total=files)

    def read(self) -> None:
        """One more file is identified."""
        if self._reading is not None:
            self._progress.advance(self._reading)

    def quoting(self, recordings: int) -> None:
        """So many recordings are about to be measured."""
        self._started()
        self._quoting = self._progress.add_task("working out the price", total=recordings)

    def quoted(self) -> None:
        """One more is measured."""
        if self._quoting is not None:
            self._progress.advance(self._quoting)

    def working(self, recordings: int) -> None:
        """So many recordings are about to be worked on."""
        self._started()
        self._working = self._progress.add_task("transcribing, redacting", total=recordings)

    def done(self) -> None:
        """One more recording has reached its state."""
        if self._working is not None:
            self._progress.advance(self._working)

    def ended(self, summary: Summary) -> None:
        """Keep what the run came to."""
        self.summary = summary

    def _started(self) -> None:
        if self._starting is not None:
            self._progress.remove_task(self._starting)
            self._starting = None


@contextmanager
def watching() -> Iterator[Bars | JsonLines]:
    """Whoever the setting CALLARCHIVE_LOG_FORMAT names, while inside."""
    if load_settings().log_format == "json":
        yield JsonLines()
        return
    with bars() as watcher:
        yield watcher


@contextmanager
def bars() -> Iterator[Bars]:
    """Bars while inside; they stay on the screen as a record of what was done."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=stderr) as progress:
        yield Bars(progress)
