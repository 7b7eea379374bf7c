"""Serving the nightly flow from this process, with a schedule."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from prefect.schedules import Cron

from flows.ingest import ingest

if TYPE_CHECKING:
    from prefect import Flow


def serve_nightly(source: str, lake: str, cron: str, timezone: str) -> None:
    """Run the flow at every time the cron expression names, until the process is stopped."""
    flow = cast("Flow[..., object]", ingest)
    flow.serve(
        name="nightly",
        schedule=Cron(cron, timezone=timezone),
        parameters={"source": source, "lake": lake},
        limit=1,
    )
