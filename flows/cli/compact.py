"""`callarchive compact`: many small files of a day become few."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from flows.cli.options import Json, Lake
from flows.cli.output import print_json, say
from tasks.lake.catalog import Lake as LakeAt
from tasks.lake.compact import compact as compact_lake
from tasks.settings import load_settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(compact)


def compact(
    above: Annotated[
        int, typer.Option(min=1, help="Only days that have more small files than this in a table.")
    ] = 1,
    lake: Lake = None,
    json: Json = False,
) -> None:
    """Merge the small files of every day, and delete what no version of the lake needs any more.

    Questions and ingests go on meanwhile. Every ingest ends with it where a day has become crowded
    (CALLARCHIVE_COMPACT_ABOVE), so this is for lakes that land a little every night.

    Example: callarchive compact --lake ./lake
    """
    settings = load_settings(lake=lake)
    done = compact_lake(LakeAt.at(settings.lake), most_files=above, keep_hours=settings.keep_versions_hours)
    if json:
        print_json(asdict(done))
        return
    say(
        f"{done.files_merged} files became {done.files_written} ({done.rows_written:,} rows); "
        f"{done.files_deleted} older files deleted"
    )
