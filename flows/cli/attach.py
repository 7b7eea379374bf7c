"""`callarchive attach`: the line with which any DuckDB client sees the lake."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.cli.options import Json, Lake
from flows.cli.output import print_json, print_text, say
from tasks.lake.attach_script import attach_script
from tasks.lake.catalog import Lake as LakeAt
from tasks.settings import load_settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("attach")(attach)


def attach(
    output: Annotated[
        Path, typer.Option("-o", "--output", help="The script's file.", show_default=True)
    ] = Path("lake.sql"),
    install: Annotated[
        bool, typer.Option("--install", help="Take DuckDB's extensions from DuckDB's server.")
    ] = False,
    lake: Lake = None,
    json: Json = False,
) -> None:
    """Write a script that shows the lake to any DuckDB client, read-only, and print the line that runs it.

    The script makes all relations as views with their comments. It holds no key and no password, and knows
    the lake's absolute address: make it again after an update or when the lake has moved. docs/bi.md says how
    BI tools use it. A client of another version than callarchive's DuckDB needs --install and a network.

    Example: callarchive attach -o lake.sql
    """
    print_text(attach_script(LakeAt.at(load_settings(lake=lake).lake), install=install), output)
    script = str(output.absolute()).replace("'", "''")
    ways = {
        "duckdb": f".read '{script}'",
        "python": f"connection.execute(open({str(output.absolute())!r}).read())",
        "jdbc": f"jdbc:duckdb:;session_init_sql_file={output.absolute()}",
    }
    if json:
        print_json(ways)
        return
    say(ways["duckdb"], style="bold")
    say(f"  Python: {ways['python']}", style="dim")
    say(f"  JDBC:   {ways['jdbc']}", style="dim")
