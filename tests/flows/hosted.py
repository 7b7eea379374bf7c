"""Ingests against stand-ins for the vendors: what they say nobody else says, so that a leak is seen."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from short_recordings import seconds_of, write_sidecar

from tasks.engines.registry import HOSTED
from tasks.lake.catalog import Lake, reading
from tasks.lake.query import run_query
from tasks.stand_in import Fault, HeardWord, StandIn, canned

if TYPE_CHECKING:
    from pathlib import Path

    from command_line import Said, WarmCommandLine

    from tasks.stand_in.desk import Kind

KEY = "stand-in-key-1234"
NONSENSE = ("blorptang", "quizzlewick", "framboolery", "snorvexal", "thrundleby", "wuggaroon")
_CALLS = ("call-0001", "call-0005", "call-0007", "call-0016")
_WORK = {"assemblyai": "/v2/transcript"}
"""The path that does the work where it is not the only one."""


def nonsense(pcm: bytes) -> list[HeardWord]:
    """Words for a sound that no call and no log has."""
    return [
        replace(word, text=NONSENSE[(len(word.text) + place) % len(NONSENSE)])
        for place, word in enumerate(canned(pcm))
    ]


def fault(name: str, kind: Kind, **given: Any) -> Fault:
    """A fault of the request that does an engine's work."""
    return Fault(kind, path=_WORK.get(name, ""), **given)


def environment(stand_in: StandIn, *names: str) -> dict[str, str]:
    """The settings with which these engines are asked, in their order, at the stand-in."""
    urls = [f"{name}={stand_in.base_url(name)}" for name in names if name in HOSTED]
    keys = {HOSTED[name].KEY_NAME: KEY for name in names if name in HOSTED}
    return keys | {
        "CALLARCHIVE_ENGINE": ",".join(names),
        "CALLARCHIVE_ENGINE_URL": ",".join(urls),
        "CALLARCHIVE_QUOTE": "false",
        "CALLARCHIVE_DEADLINE_S": "20",
        "CALLARCHIVE_OUTAGE_S": "0",
        # Requests come in the order of the archive, and faults meet those they are meant for.
        "CALLARCHIVE_REQUESTS_AT_ONCE": "1",
        "CALLARCHIVE_RECORDINGS_AT_ONCE": "1",
    }


@dataclass
class Trial:
    """A command line, a stand-in, and a lake that several tests share because making one takes seconds."""

    warm: WarmCommandLine
    stand_in: StandIn
    folder: Path
    written: int = field(default=0)

    @property
    def lake(self) -> Path:
        """Where it is."""
        return self.folder / "lake"

    def archive(self, name: str, count: int = 2) -> Path:
        """Calls of eight seconds with speech on both sides, which no other archive has."""
        place = self.folder / name
        place.mkdir()
        for number in range(count):
            recording = place / f"{name}-{number}.wav"
            call, piece = _CALLS[self.written % len(_CALLS)], self.written // len(_CALLS)
            recording.write_bytes(seconds_of(call, 8 * piece, 8))
            write_sidecar(recording, call_id=f"{name}-{number}", started_at="2026-03-02T09:00:00Z")
            self.written += 1
        return place

    def ingest(self, archive: Path, *names: str, lake: Path | None = None, **env: str) -> Said:
        """One run with these engines; what it prints holds neither the key nor a word."""
        given = environment(self.stand_in, *names) | env
        said = self.warm("ingest", archive, "--lake", lake or self.lake, "--json", "--verbose", **given)
        shown = said.out + said.err
        assert KEY not in shown
        assert not any(word in shown.lower() for word in NONSENSE)
        return said

    def ask(self, sql: str, lake: Path | None = None) -> list[dict[str, Any]]:
        """The rows of a query."""
        with reading(Lake.at(str(lake or self.lake))) as connection:
            rows: list[dict[str, Any]] = run_query(connection, sql).to_pylist()
            return rows
