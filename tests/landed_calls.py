"""Finished calls landed in a lake, and what is stored of them: asked without views, which is quick."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from finished_calls import landed_row

from tasks.lake.stored_marts import mart_names
from tasks.lake.tables import PARTITIONED
from tasks.land import Landing, land

if TYPE_CHECKING:
    from pathlib import Path

    from tasks.lake.catalog import Connection, Lake
    from tasks.rows import FinishedCall

WRITTEN = (*PARTITIONED, *(mart for mart in mart_names() if mart not in ("talk_over", "unsure_words")))
"""What a finished call has rows of in Parquet files; nobody in it talks over anybody, no word is unsure."""


def land_calls(connection: Connection, lake: Lake, *calls: FinishedCall) -> None:
    """The calls and their rows in the ledger, in one batch."""
    land(connection, lake, Landing([(call, landed_row(call)) for call in calls], [], []))


def rows_of(connection: Connection, sql: str) -> list[dict[str, Any]]:
    """What a query gives, as the connection that lands sees it."""
    rows: list[dict[str, Any]] = connection.execute(sql).to_arrow_table().to_pylist()
    return rows


def calls_of(connection: Connection) -> list[str]:
    """The ids of the calls in a lake."""
    return [
        row["call_id"] for row in rows_of(connection, "select call_id from stored.calls order by call_id")
    ]


def parquet_of(lake: Lake) -> set[Path]:
    """The Parquet files of a lake's data, also those that it knows nothing of."""
    return set((lake.root / "data").rglob("*.parquet"))
