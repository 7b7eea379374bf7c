"""The ledger: what is known about each recording ever seen, and which files hold known recordings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    import duckdb

    from tasks.schemas import Outcome, Recording


ERASED: Final = "erased"
"""The reason of a recording that is never to land again."""
AGAIN: Final = "landing it again: "
"""How the reason begins where a landed recording is worked on once more; it stays landed meanwhile."""
BEGUN: Final = "begun"


@dataclass(frozen=True, slots=True)
class Entry:
    """What the ledger says about one recording."""

    state: str
    reason: str | None
    attempts: int
    first_seen_at: datetime
    call_id: str | None

    @property
    def begun(self) -> bool:
        """Whether somebody has begun with it and not ended yet."""
        return self.state == "found" or self.reason == AGAIN + BEGUN

    @property
    def erased(self) -> bool:
        """Whether it was erased; it never lands again."""
        return is_erased(self.state, self.reason)


@dataclass(frozen=True, slots=True)
class Sighting:
    """A file as listed: the keyed hash of its address, its size and time."""

    uri_key: str
    size_bytes: int
    modified_at: datetime | None


def is_erased(state: str, reason: str | None) -> bool:
    """Whether a recording of that state was erased."""
    return (state, reason) == ("skipped", ERASED)


def entries(connection: duckdb.DuckDBPyConnection, sha256s: Iterable[str]) -> dict[str, Entry]:
    """What the ledger says about recordings, by SHA-256; unknown ones are left out."""
    rows = connection.execute(
        "select recording_sha256, state, reason, attempts, first_seen_at, call_id from stored.recordings "
        "where recording_sha256 in (select unnest(?))",
        [list(sha256s)],
    ).fetchall()
    return {row[0]: Entry(*row[1:]) for row in rows}


def owners(connection: duckdb.DuckDBPyConnection, call_ids: Iterable[str]) -> dict[str, str]:
    """The recording that holds each call id, for those ids that are taken."""
    rows = connection.execute(
        "select call_id, recording_sha256 from stored.calls where call_id in (select unnest(?))",
        [list(call_ids)],
    ).fetchall()
    return dict(rows)


def ledger_row(
    recording: Recording,
    outcome: Outcome,
    before: Entry | None,
    run_id: str,
    customer_key: str | None = None,
) -> dict[str, Any]:
    """One row of `recordings`; `before` is what the ledger said when this run began."""
    now = datetime.now(UTC)
    return {
        "recording_sha256": recording.sha256,
        "call_id": outcome.call_id,
        "source_uri_masked": outcome.source_uri_masked,
        "state": outcome.state,
        "reason": outcome.reason,
        "stage": outcome.stage,
        "attempts": (before.attempts if before else 0) + 1,
        "size_bytes": recording.size_bytes,
        "duration_ms": outcome.duration_ms or None,
        "metadata_problems": "; ".join(recording.metadata.problems) or None,
        "first_seen_at": before.first_seen_at if before else now,
        "updated_at": now,
        "run_id": run_id,
        "customer_key": customer_key,
    }


def sighting_rows(sightings: Iterable[Sighting], sha256: str) -> list[dict[str, Any]]:
    """Rows of `sightings`: these files hold this recording."""
    return [
        {
            "uri_key": sighting.uri_key,
            "size_bytes": sighting.size_bytes,
            "modified_at": sighting.modified_at,
            "recording_sha256": sha256,
        }
        for sighting in sightings
    ]
