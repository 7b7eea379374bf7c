"""`callarchive sql`: any SELECT over the lake, and nothing but a SELECT."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from flows.cli.options import Json, Lake
from flows.cli.output import print_rows
from tasks.lake.catalog import Lake as LakeAt
from tasks.lake.catalog import reading
from tasks.lake.query import confine, run_query
from tasks.settings import load_settings

Form = Annotated[
    Literal["table", "csv", "json", "parquet", "xlsx"] | None,
    typer.Option("--format", help="How to write the rows.  [default: as the file is named, else table]"),
]
Output = Annotated[Path | None, typer.Option("-o", "--output", help="Write into a file instead.")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("sql")(sql)


def sql(
    query: Annotated[str, typer.Argument(help="One SELECT.", show_default=False)],
    form: Form = None,
    output: Output = None,
    lake: Lake = None,
    json: Json = False,
) -> None:
    """Ask the lake in SQL. Read-only: writing, attaching and reading other files are refused.

    Relations: calls, words, turns, redactions, recordings, engine_usage, engine_scores, reviews;
    `show tables` lists them, `describe words` shows one.

    Example: callarchive sql "select speaker, count(*) from words group by all"
    """
    place = LakeAt.at(load_settings(lake=lake).lake)
    with reading(place, with_comments=True) as connection:
        confine(connection, place)
        rows = run_query(connection, query)
    print_rows(rows, "json" if json else form, output)
