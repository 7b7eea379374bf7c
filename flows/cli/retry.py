"""`callarchive retry`: what failed, or was quarantined, once more and now."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from flows.cli.ingest import Order, run_ingest, tell
from flows.cli.options import Json, Lake


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("retry")(retry)


def retry(
    source: Annotated[str, typer.Argument(help="The archive they are in.", show_default=False)],
    state: Annotated[Literal["failed", "quarantined"], typer.Option(help="Which ones.")] = "failed",
    lake: Lake = None,
    verbose: Annotated[bool, typer.Option(help="Show Prefect's log.")] = False,
    json: Json = False,
) -> None:
    """Try what failed again, now; or what is quarantined, once its cause is put right.

    Nothing else is touched: new recordings wait for the next night, and files that were never seen are not
    read. What an engine has answered is not paid again.

    Example: callarchive retry /recordings --state quarantined
    """
    tell(run_ingest(Order(source, lake, only=state), verbose=verbose), lake, json=json)
