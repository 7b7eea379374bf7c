"""`callarchive schedule`: the nightly run, served by this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.cli.options import Lake
from flows.cli.output import say
from flows.prefect_environment import prepare_environment
from flows.serve import prefect_server, serve_nightly
from tasks.lake.catalog import Lake as LakeAt
from tasks.settings import load_settings
from tasks.sources.archive import Archive


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("schedule")(schedule)


def schedule(
    source: Annotated[str, typer.Argument(help="Folder or URL of recordings.", show_default=False)],
    cron: Annotated[str, typer.Option(help="When, as a cron expression.")] = "0 2 * * *",
    timezone: Annotated[str, typer.Option(help="The clock that counts.")] = "UTC",
    lake: Lake = None,
) -> None:
    """Ingest an archive every night, as long as this command runs. Needs nothing set up first.

    Example: callarchive schedule /recordings --cron "30 1 * * *" --timezone Europe/London
    """
    Archive.at(source)
    place = LakeAt.at(load_settings(lake=lake).lake)
    prepare_environment(verbose=True)
    with prefect_server() as address:
        say(f"Prefect: {address.removesuffix('/api')}")
        say(f"every {cron} ({timezone}): {source} into {place.address}; stop with Ctrl-C")
        serve_nightly(
            str(Path(source).resolve()) if "://" not in source else source, place.address, cron, timezone
        )
