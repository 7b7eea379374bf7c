"""How a running flow tells whoever watches how far it is: counts only."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.summary import Summary


class Watcher(Protocol):
    """Someone who wants to know. Every method may be called from the flow's thread only."""

    def reading(self, files: int) -> None:
        """So many files are about to be read and identified."""

    def read(self) -> None:
        """One more file is identified."""

    def quoting(self, recordings: int) -> None:
        """So many recordings are about to be measured for their price."""

    def quoted(self) -> None:
        """One more is measured."""

    def working(self, recordings: int) -> None:
        """So many recordings are about to be worked on."""

    def done(self) -> None:
        """One more recording has reached its state."""

    def ended(self, summary: Summary) -> None:
        """The run is over."""


class Nobody:
    """Watches nothing."""

    def reading(self, files: int) -> None:
        """Ignore it."""

    def read(self) -> None:
        """Ignore it."""

    def quoting(self, recordings: int) -> None:
        """Ignore it."""

    def quoted(self) -> None:
        """Ignore it."""

    def working(self, recordings: int) -> None:
        """Ignore it."""

    def done(self) -> None:
        """Ignore it."""

    def ended(self, summary: Summary) -> None:
        """Ignore it."""


_watcher: ContextVar[Watcher] = ContextVar("watcher", default=Nobody())  # noqa: B039  (it has no state)


def watcher() -> Watcher:
    """Whoever watches the flow that runs here."""
    return _watcher.get()


def tell_unless_watched(who: Watcher) -> None:
    """Let `who` watch the rest of this flow, where nobody does: on a Prefect worker there are no bars."""
    if isinstance(watcher(), Nobody):
        _watcher.set(who)


@contextmanager
def watched_by(who: Watcher) -> Iterator[None]:
    """Flows started inside tell `who`."""
    token = _watcher.set(who)
    try:
        yield
    finally:
        _watcher.reset(token)
