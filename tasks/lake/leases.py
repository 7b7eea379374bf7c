"""Leases: who works on what, so that any number of workers share a night and outlive one another."""

from __future__ import annotations

import asyncio
import hashlib
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from tasks.errors import CallArchiveError
from tasks.lake.connection import quoted

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection, Iterator, Sequence

    from tasks.lake.boards import Board
    from tasks.lake.catalog import Lake

_RENEWED: Final = 4
"""How often a lease is renewed before it would run out: a renewal may fail now and then."""
_LOOK_S: Final = 0.5
_NAMES_AT_ONCE: Final = 1_000
"""SQLite takes statements of at most a million bytes."""


@dataclass(frozen=True, slots=True)
class Leases:
    """One worker's leases. One worker holds a name at a time, until `lasts_s` after its last sign of life."""

    board: Board
    lasts_s: float
    holder: str = field(default_factory=lambda: uuid4().hex)

    def take(self, names: Collection[str]) -> set[str]:
        """Those of the names that nobody else holds; they are held now."""
        if not names:
            return set()
        lease = f"{quoted(self.holder)}, {self._end}, {self.lasts_s}, 0"
        rows = ", ".join(f"({quoted(name)}, {lease})" for name in sorted(names))
        take = (
            f"insert into callarchive_leases values {rows} on conflict (name) do update set "
            "holder = excluded.holder, expires_s = excluded.expires_s, lasts_s = excluded.lasts_s, "
            f"deaths = callarchive_leases.deaths + 1 where not ({self._holds})"
        )
        return self._mine(take, names)

    @asynccontextmanager
    async def turn(self, name: str) -> AsyncIterator[None]:
        """Hold a name, once nobody else does: who waits comes soon after."""
        while not await asyncio.to_thread(self.take, [name]):  # noqa: ASYNC110  (others are processes)
            await asyncio.sleep(_LOOK_S)
        try:
            yield
        finally:
            await asyncio.to_thread(self.free, [name])

    def keep(self, names: Collection[str]) -> set[str]:
        """Those of the names that this worker still holds; they are renewed."""
        return self._mine(self._renewal, names) if names else set()

    def free(self, names: Collection[str]) -> None:
        """Give leases back: whoever takes them next need not wonder."""
        if names:
            self.board.run(
                f"delete from callarchive_leases where holder = {quoted(self.holder)} "
                f"and name in ({_listed(names)})"
            )

    def deaths(self) -> dict[str, int]:
        """How often a worker has died over each name that was never given back, and that nobody holds."""
        asked = f"select name, deaths + 1 from callarchive_leases where not ({self._holds})"
        return dict(self.board.run(then=asked))

    def end_all(self) -> None:
        """Let every lease run out at once. Only for who knows that no other worker is alive."""
        self.board.run("update callarchive_leases set expires_s = 0")

    def held_by_others(self) -> bool:
        """Whether any worker has given a sign of life within the time of its leases."""
        asked = (
            f"select count(*) from callarchive_leases where {self._holds} and holder <> {quoted(self.holder)}"
        )
        return bool(self.board.run(then=asked)[0][0])

    @contextmanager
    def renewed(self) -> Iterator[None]:
        """Renew all that is held, from a thread that no work keeps waiting; give it back at the end."""
        ended = Event()
        heart = Thread(target=self._beat, args=(ended,), daemon=True, name="leases")
        heart.start()
        try:
            yield
        finally:
            ended.set()
            heart.join()
            with suppress(CallArchiveError):  # then they run out
                self.board.run(f"delete from callarchive_leases where holder = {quoted(self.holder)}")

    def _beat(self, ended: Event) -> None:
        while not ended.wait(self.lasts_s / _RENEWED):
            with suppress(CallArchiveError):  # the next beat may succeed
                self.board.run(self._renewal)

    def _mine(self, statement: str, names: Collection[str]) -> set[str]:
        mine = f"holder = {quoted(self.holder)} and name in ({_listed(names)})"
        return {
            name
            for (name,) in self.board.run(statement, then=f"select name from callarchive_leases where {mine}")
        }

    @property
    def _end(self) -> str:
        return f"{self.board.now_s} + {self.lasts_s}"

    @property
    def _renewal(self) -> str:
        return f"update callarchive_leases set expires_s = {self._end} where holder = {quoted(self.holder)}"

    @property
    def _holds(self) -> str:
        """Whether a row's lease counts. One that ends much later than any can is of before a clock went back.

        Much later, for who asks may have looked at the clock a moment before the lease was given.
        """
        left_s = f"callarchive_leases.expires_s - {self.board.now_s}"
        return f"{left_s} > 0 and {left_s} <= 2 * callarchive_leases.lasts_s"


@contextmanager
def leases_of(lake: Lake, lasts_s: float) -> Iterator[Leases]:
    """A worker's leases, renewed while inside and given back at the end.

    Raises:
        SettingsError: the place where they are kept cannot be used.
    """
    with lake.catalog.board() as board:
        leases = Leases(board, lasts_s)
        with leases.renewed():
            yield leases


def forget(board: Board, names: Sequence[str]) -> None:
    """Delete leases, whoever holds them, and how often workers have died over them."""
    for at in range(0, len(names), _NAMES_AT_ONCE):
        some = names[at : at + _NAMES_AT_ONCE]
        board.run(f"delete from callarchive_leases where name in ({_listed(some)})")


def recording_lease(sha256: str) -> str:
    """The name under which a recording is leased."""
    return _name("recording", sha256)


def call_lease(call_id: str) -> str:
    """The name under which a call id is leased: two recordings may state the same."""
    return _name("call", call_id)


def answer_lease(key: str) -> str:
    """The name under which the right to ask for an answer is leased."""
    return _name("answer", key)


def _name(kind: str, key: str) -> str:
    """Ids stay out of the board: what is erased must not be found there."""
    return hashlib.sha256(f"{kind} {key}".encode()).hexdigest()


def _listed(names: Collection[str]) -> str:
    return ", ".join(map(quoted, names))
