"""What the ledger keeps of an erased recording: keyed hashes, so that no later night lands it again.

Who has the key and the recording can tell that it was erased; nobody can tell from the hashes what it was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tasks.lake.ledger import ERASED, entries

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    import duckdb

    from tasks.keys import Keyring
    from tasks.lake.ledger import Entry, Sighting

PREFIX: Final = "erased-"


def recording_name(keyring: Keyring, sha256: str) -> str:
    """An erased recording's name in the ledger."""
    return PREFIX + keyring.pseudonym("erased recording", sha256)


def call_name(keyring: Keyring, call_id: str) -> str:
    """What stands for an erased call's id."""
    return PREFIX + keyring.pseudonym("erased call", call_id)


def ledger_rows(
    recordings: Mapping[str, str | None], keyring: Keyring, erasure_id: str, at: datetime
) -> list[dict[str, Any]]:
    """Rows of `recordings` for erased ones: SHA-256 to call id, where one is known."""
    return [
        {
            "recording_sha256": recording_name(keyring, sha256),
            "call_id": call_id and call_name(keyring, call_id),
            "state": "skipped",
            "reason": ERASED,
            "stage": "erase",
            "updated_at": at,
            "run_id": erasure_id,
        }
        for sha256, call_id in recordings.items()
    ]


def sighting_rows(sightings: Iterable[Sighting], sha256: str, keyring: Keyring) -> list[dict[str, Any]]:
    """Rows of `sightings` for an erased recording's files: address, size and time in one keyed hash."""
    return [
        {
            "uri_key": keyring.pseudonym("erased file", _facts(sighting)),
            "size_bytes": 0,
            "modified_at": None,
            "recording_sha256": recording_name(keyring, sha256),
        }
        for sighting in sightings
    ]


def file_names(sightings: Iterable[Sighting], keyring: Keyring) -> dict[str, str]:
    """The uri_key of each file by the names that it would have in the ledger if it had been erased."""
    return {
        name: sighting.uri_key
        for sighting in sightings
        for name in keyring.pseudonyms("erased file", _facts(sighting))
    }


def erased_entries(
    connection: duckdb.DuckDBPyConnection, sha256s: Iterable[str], keyring: Keyring
) -> dict[str, Entry]:
    """What the ledger says about those of the recordings that were erased, by SHA-256."""
    names = {
        PREFIX + name: sha256 for sha256 in sha256s for name in keyring.pseudonyms("erased recording", sha256)
    }
    return {names[name]: entry for name, entry in entries(connection, names).items()}


def erased_calls(
    connection: duckdb.DuckDBPyConnection, call_ids: Sequence[str], keyring: Keyring
) -> dict[str, str]:
    """Those of the calls that were erased, with the erasure of each."""
    names = {
        PREFIX + name: call_id for call_id in call_ids for name in keyring.pseudonyms("erased call", call_id)
    }
    rows = connection.execute(
        "select call_id, run_id from stored.recordings where call_id in (select unnest(?))", [list(names)]
    ).fetchall()
    return {names[name]: erasure_id for name, erasure_id in rows}


def _facts(sighting: Sighting) -> str:
    modified = sighting.modified_at.isoformat() if sighting.modified_at else ""
    return f"{sighting.uri_key} {sighting.size_bytes} {modified}"
