"""`python -m tests.bench discovery`: a million listed files, of which a thousand are new: time and memory."""

from __future__ import annotations

import io
import os
import resource
import sqlite3
import sys
import time
from contextlib import closing
from datetime import UTC, datetime
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any, ClassVar

import fsspec

from flows.plan import plan_night
from flows.wishes import Wishes
from tasks.keys import Keyring
from tasks.lake.catalog import Lake, writing
from tasks.lake.compact import compact
from tasks.lake.tables import as_table
from tasks.settings import load_settings
from tasks.sources.archive import Archive
from tests.short_recordings import seconds_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILES = int(os.environ.get("FILES", "1000000"))
NEW, FOLDERS = 1_000, 1_000
_GOAL_S, _GOAL_MB = 60, 500
_WRITTEN_AT = datetime(2026, 1, 1, tzinfo=UTC)


class Listed(fsspec.AbstractFileSystem):  # type: ignore[misc]  # fsspec ships no types
    """An archive that is nothing but its listing, and one recording's sound with a number at its end."""

    protocol: ClassVar = "listed"
    cachable: ClassVar = False
    sound: ClassVar = seconds_of("call-0001", 4, 1)

    def ls(self, path: str, detail: bool = True, **_: object) -> list[Any]:  # noqa: FBT001, FBT002  (fsspec's)
        top = path.strip("/")
        if top == "archive":
            infos = [{"name": f"archive/{day:04}", "type": "directory", "size": 0} for day in range(FOLDERS)]
        else:
            infos = [self.info(uri) for uri in uris_of(int(top.rpartition("/")[2]))]
        return infos if detail else [info["name"] for info in infos]

    def info(self, path: str, **_: object) -> dict[str, Any]:
        if path == "archive":
            return {"name": path, "type": "directory", "size": 0}
        if not path.endswith(".wav"):
            raise FileNotFoundError(path)
        return {"name": path, "type": "file", "size": len(self.sound) + 8, "mtime": _WRITTEN_AT}

    def _open(self, path: str, mode: str = "rb", **_: object) -> io.BytesIO:
        return io.BytesIO(self.sound + number_of(path).to_bytes(8, "big"))


def uris_of(folder: int) -> Iterator[str]:
    """The files of a folder."""
    for number in range(folder * FILES // FOLDERS, (folder + 1) * FILES // FOLDERS):
        yield f"archive/{folder:04}/2026-01-{folder % 28 + 1:02}_agent-{number % 97}_{number:08}.wav"


def number_of(uri: str) -> int:
    """The number in a file's name."""
    return int(uri.rpartition("_")[2].removesuffix(".wav"))


def discovery(folder: Path) -> None:
    """Print how long a night takes to know its work, and the most memory it had."""
    fsspec.register_implementation("listed", Listed, clobber=True)
    lake, keyring = Lake.at(str(folder / "lake")), Keyring("0a1b2c3d", {"0a1b2c3d": os.urandom(32)})
    for step in (_earlier_nights, plan):  # the memory that making the ledger takes is not the night's
        child = get_context("fork").Process(target=step, args=(lake, keyring))
        child.start()
        child.join()
        if child.exitcode:
            sys.exit(child.exitcode)


def plan(lake: Lake, keyring: Keyring) -> None:
    """One night's look at the archive."""
    settings, archive = load_settings(lake=lake.address), Archive.at("listed://archive")
    with writing(lake) as connection:
        before_mb, began_s, used_s = peak_mb(), time.monotonic(), time.process_time()
        made = plan_night(connection, archive, settings, keyring, Wishes())
        wall_s, cpu_s = time.monotonic() - began_s, time.process_time() - used_s
    print(f"{FILES:,} files listed, {made.skipped.total():,} landed before, {len(made.jobs):,} to be done")
    print(f"  {cpu_s:.0f} s CPU, {wall_s:.0f} s wall (goal: under {_GOAL_S} s)")
    print(f"  {peak_mb():.0f} MB at most, {before_mb:.0f} MB before it began (goal: under {_GOAL_MB} MB)")


def _earlier_nights(lake: Lake, keyring: Keyring) -> None:
    """A ledger as nights leave it: what they noted is in files, for they end with a compaction."""
    _note_as_landed(lake, keyring)
    compact(lake, keep_hours=0)


def _note_as_landed(lake: Lake, keyring: Keyring) -> None:
    """Put every file but the last of each folder into the ledger: one by a landing, the others like it."""
    keys = [keyring.pseudonym("uri", uri) for day in range(FOLDERS) for uri in [*uris_of(day)][:-1]]
    rows = {
        "recordings": {"recording_sha256": "0" * 64, "state": "landed", "attempts": 1, "run_id": "run-1"}
        | {
            "first_seen_at": _WRITTEN_AT,
            "updated_at": _WRITTEN_AT,
            "source_uri_masked": "####/a_########.wav",
        },
        "sightings": {"uri_key": "0" * 32, "recording_sha256": "0" * 64}
        | {"size_bytes": len(Listed.sound) + 8, "modified_at": _WRITTEN_AT},
    }
    with writing(lake) as connection:
        for name, row in rows.items():
            connection.register("landing", as_table(name, [row]))
            connection.execute(f"insert into stored.{name} select * from landing")
            connection.unregister("landing")
    with closing(sqlite3.connect(lake.catalog.address)) as catalog:
        catalog.row_factory = sqlite3.Row
        for (table,) in catalog.execute(
            "select name from sqlite_master where name like 'ducklake_inlined_data_%' and name <> "
            "'ducklake_inlined_data_tables'"
        ).fetchall():
            like = [dict(row) for row in catalog.execute(f"select * from {table}")]
            if like and "recording_sha256" in like[0]:
                _multiply(catalog, table, like[0], keys)
        catalog.commit()


def _multiply(catalog: sqlite3.Connection, table: str, like: dict[str, Any], keys: list[str]) -> None:
    """As many rows as there are keys, all like one that DuckLake has written."""
    rows = (
        {"row_id": number, "recording_sha256": f"{number:064x}", "uri_key": key}
        for number, key in enumerate(keys, 1)
    )
    values = ([row.get(name, like[name]) for name in like] for row in rows)
    catalog.executemany(f"insert into {table} values ({', '.join('?' * len(like))})", values)


def peak_mb() -> float:
    """The most memory this process has had."""
    scale = 1 if sys.platform == "darwin" else 1024  # kilobytes everywhere else
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale / 1e6
