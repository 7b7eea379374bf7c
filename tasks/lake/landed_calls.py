"""Landed calls as they are in the lake now, for who redacts them again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tasks.audio.loudness import Loudness

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import duckdb

    Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class LandedCall:
    """A call's rows; `marks` are the redacted words, `loudness` is that of turns, by their index."""

    call: Row
    ledger: Row
    findings: list[Row]
    marks: dict[int, str]
    loudness: dict[int, Loudness]
    certified: Row
    """What its certificate says; nothing where it has none."""

    @property
    def call_id(self) -> str:
        """The call."""
        return str(self.call["call_id"])


def call_ids_since(connection: duckdb.DuckDBPyConnection, since: date) -> list[str]:
    """The calls of a day and later, those without a date by when they landed."""
    rows = connection.execute(
        "select call_id from stored.calls where coalesce(call_date, landed_at::date) >= ? order by call_id",
        [since],
    ).fetchall()
    return [call_id for (call_id,) in rows]


def landed_calls(connection: duckdb.DuckDBPyConnection, call_ids: Sequence[str]) -> list[LandedCall]:
    """Those of these calls that are in the lake, in their order."""
    calls = {row["call_id"]: row for row in _rows(connection, "calls", call_ids)}
    ledger = {row["call_id"]: row for row in _rows(connection, "recordings", call_ids)}
    certified = {row["call_id"]: row for row in _rows(connection, "certificates", call_ids)}
    findings: dict[str, list[Row]] = {call_id: [] for call_id in call_ids}
    for row in _rows(connection, "redactions", call_ids):
        findings[row["call_id"]].append(row)
    marks: dict[str, dict[int, str]] = {call_id: {} for call_id in call_ids}
    for row in _rows(connection, "words", call_ids, "entity is not null"):
        marks[row["call_id"]][row["word_index"]] = row["word"]
    loudness: dict[str, dict[int, Loudness]] = {call_id: {} for call_id in call_ids}
    for row in _rows(connection, "turns", call_ids, "loudness_dbfs is not null"):
        loudness[row["call_id"]][row["turn_index"]] = Loudness(row["loudness_dbfs"], row["peak_dbfs"])
    return [
        LandedCall(
            calls[call_id],
            ledger[call_id],
            findings[call_id],
            marks[call_id],
            loudness[call_id],
            json.loads(certified[call_id]["body"]) if call_id in certified else {},
        )
        for call_id in call_ids
        if call_id in calls
    ]


def _rows(
    connection: duckdb.DuckDBPyConnection, name: str, call_ids: Sequence[str], where: str = "true"
) -> list[Row]:
    found = connection.execute(
        f"from stored.{name} where call_id in (select unnest(?)) and {where}", [list(call_ids)]
    ).to_arrow_table()
    rows: list[Row] = found.to_pylist()
    return rows
