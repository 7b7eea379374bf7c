"""The proof: every file that could hold something of what was erased is looked through."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from tasks.answers import AnswerStore
from tasks.erasure.beside import leftover_files, prefect_files
from tasks.erasure.kept_answers import answers_of
from tasks.lake.catalog import writing
from tasks.lake.erased_names import PREFIX
from tasks.lake.residue import holds, places_with
from tasks.lake.sought import Hashed, Texts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from pathlib import Path

    import duckdb

    from tasks.erasure.plan import Plan
    from tasks.keys import Keyring
    from tasks.lake.catalog import Lake
    from tasks.lake.sought import Sought


def leftovers(lake: Lake, plan: Plan, keyring: Keyring, beside: Iterable[Path]) -> list[str]:
    """Where something of the plan still stands; nothing if all is gone.

    No connection to the lake may be open in this process: reading its catalog's file would end its locks.
    """
    with writing(lake) as connection:
        others = _ids_that_hold(plan.calls, connection)
        unsettled = _in_the_stores(connection, lake, plan, keyring)
    sought = Texts([*plan.recordings, *plan.calls, *plan.values.values()], besides=others)
    return [*leftover_files(lake, plan), *unsettled, *everywhere(lake, sought, beside)]


def leftovers_by_name(
    lake: Lake,
    keyring: Keyring,
    names: Collection[str],
    beside: Iterable[Path],
    call_ids: Collection[str] = (),
) -> list[str]:
    """The same long after, when only the ledger's names are known; and the calls that are asked for by id."""

    def hashes_of(text: str) -> Iterator[str]:
        for kind in ("erased recording", "erased call"):
            yield from (PREFIX + name for name in keyring.pseudonyms(kind, text))

    found = everywhere(lake, Hashed(names, hashes_of), beside)
    if call_ids:
        with writing(lake) as connection:
            others = _ids_that_hold(call_ids, connection)
        found += everywhere(lake, Texts(call_ids, besides=others), beside)
    return sorted(set(found))


def everywhere(lake: Lake, sought: Sought, beside: Iterable[Path]) -> list[str]:
    """Places in the lake, and files beside it by their name."""
    return places_with(lake, sought) + [path.name for path in beside if holds(path, sought)]


def beside_lake(lake: Lake, desk: Path | None) -> list[Path]:
    """Files outside of the lake to look through: Prefect's database, and the desk where it is apart."""
    own = [desk] if desk and not (lake.root and desk.is_relative_to(lake.root)) else []
    logs = [path.with_name(f"{path.name}-wal") for path in own]
    return [*prefect_files(), *(path for path in [*own, *logs] if path.exists())]


def _in_the_stores(
    connection: duckdb.DuckDBPyConnection, lake: Lake, plan: Plan, keyring: Keyring
) -> list[str]:
    """Answers that say they are of an erased recording, and sound that is a copy of what was erased."""
    store = AnswerStore(lake.answers, keyring)
    answers = [f"answers/{one.key}" for one in answers_of(connection, store, plan.recordings)]
    rows = connection.execute(
        "select audio_path from stored.calls "
        "where audio_sha256 in (select unnest(?)) and audio_path is not null",
        [list(plan.digests)],
    ).fetchall()
    named = {path for (path,) in connection.execute("select audio_path from stored.calls").fetchall()}
    strays = {f"audio/{path}" for path in lake.audio.paths()} - named
    sounds = [path for path in strays if _digest(lake, path) in plan.digests]
    return [*answers, *(path for (path,) in rows), *sorted(sounds)]


def _digest(lake: Lake, path: str) -> str:
    with lake.files.here(path) as here, here.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _ids_that_hold(erased: Collection[str], connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Calls that stay and whose ids hold an erased one's: `call-10` where `call-1` was erased."""
    rows = connection.execute(
        "select call_id from stored.recordings union select call_id from stored.calls "
        "union select call_id from stored.engine_usage"
    ).fetchall()
    sought, lengths = set(erased), {len(one) for one in erased}
    return [
        call_id
        for (call_id,) in rows
        if call_id and call_id not in sought and any(part in sought for part in _parts(call_id, lengths))
    ]


def _parts(text: str, lengths: Collection[int]) -> Iterator[str]:
    return (text[at : at + length] for length in lengths for at in range(len(text) - length + 1))
