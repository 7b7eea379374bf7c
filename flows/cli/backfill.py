"""`callarchive backfill`: calls of past days, a part a night."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

import typer

from flows.cli.ingest import Order, run_ingest, tell
from flows.cli.options import Json, Lake


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("backfill")(backfill)


def backfill(
    source: Annotated[str, typer.Argument(help="Folder or URL of recordings.", show_default=False)],
    first: Annotated[
        datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First day of the calls (UTC).")
    ],
    last: Annotated[
        datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day of the calls (UTC).")
    ],
    order: Annotated[Literal["newest", "oldest"], typer.Option(help="Which calls come first.")] = "newest",
    max_recordings: Annotated[int | None, typer.Option(min=1, help="At most so many in this run.")] = None,
    max_usd: Annotated[
        float | None, typer.Option(min=0, help="Send nothing beyond this.  [default: the setting's]")
    ] = None,
    max_hours: Annotated[
        float | None, typer.Option(min=0, help="Begin nothing after so many hours.  [default: the setting's]")
    ] = None,
    engine: Annotated[str | None, typer.Option(help="The engine.  [default: the setting's]")] = None,
    lake: Lake = None,
    verbose: Annotated[bool, typer.Option(help="Show Prefect's log.")] = False,
    json: Json = False,
) -> None:
    """Land the calls of some past days, a part of them a night, so that fresh calls come first.

    Run it after each night's ingest with limits: what is left waits for the next run. A call's day is the one
    that its metadata states, else the one that its folder names (2026-03-02, 20260302 or 2026/03/02); files
    in folders of other days are not read.

    Example: callarchive backfill /recordings --from 2025-01-01 --to 2025-12-31 --max-recordings 2000
    """
    begin, end = first.replace(tzinfo=UTC), last.replace(tzinfo=UTC) + timedelta(days=1)
    asked = Order(
        source, lake, engine, begin, max_recordings,
        until=end, order=order, max_usd=max_usd, max_hours=max_hours,
    )  # fmt: skip
    tell(run_ingest(asked, verbose=verbose), lake, json=json)
