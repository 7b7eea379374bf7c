"""Values that were kept under a key, and who has looked at one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tasks.lake.catalog import in_turn
from tasks.lake.landing import add_rows
from tasks.lake.tables import as_table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from typing import Any

    import duckdb

    from tasks.lake.catalog import Lake


@dataclass(frozen=True, slots=True)
class Envelope:
    """A finding and what is kept of it; `sealed` is None where nothing is."""

    finding_id: str
    call_id: str
    call_date: date | None
    entity: str
    mode: str
    sealed: bytes | None
    recording_sha256: str
    start_word: int
    end_word: int


def envelope_of(connection: duckdb.DuckDBPyConnection, finding_id: str) -> Envelope | None:
    """A finding with its envelope; None where there is no such finding."""
    row = connection.execute(
        "select finding_id, redactions.call_id, redactions.call_date, entity, mode, sealed, "
        "recording_sha256, start_word, end_word from stored.redactions "
        "join stored.calls on calls.call_id = redactions.call_id "
        "left join stored.envelopes using (finding_id) where finding_id = ?",
        [finding_id],
    ).fetchone()
    return Envelope(*row) if row else None


def note_reveal(connection: duckdb.DuckDBPyConnection, lake: Lake, row: Mapping[str, Any]) -> None:
    """Add a row to `reveals`; safe on the disk when this returns."""
    with in_turn(lake):
        add_rows(connection, "reveals", as_table("reveals", [row]))
