"""`callarchive compare`: the bake-off of engines on one's own calls."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from flows.cli.comparison_table import comparison_table
from flows.cli.options import Json, Lake
from flows.cli.output import print_json, say, stdout
from flows.cli.running import result_of, run_flow
from tasks.compare.result import Result, as_dict
from tasks.compare.statements import statements
from tasks.engines.registry import choices
from tasks.errors import SettingsError
from tasks.keys import load_keyring
from tasks.lake.catalog import Lake as LakeAt
from tasks.settings import load_settings
from tasks.sources.archive import Archive

_FAILED = 10
_QUARANTINED = 3


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("compare")(compare)


def compare(
    source: Annotated[str, typer.Argument(help="Folder or URL of recordings.", show_default=False)],
    engines: Annotated[
        str, typer.Option(help="Engines, as deepgram,openai:whisper-1,local.", show_default=False)
    ],
    references: Annotated[
        str | None, typer.Option(help="Folder of what is truly said: text, CTM, WebVTT or JSON.")
    ] = None,
    lake: Lake = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many recordings.")] = None,
    stand_in: Annotated[
        bool, typer.Option("--stand-in", help="Play the hosted engines on this machine; send nothing.")
    ] = False,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Write an HTML report.")] = None,
    verbose: Annotated[bool, typer.Option(help="Show Prefect's log.")] = False,
    json: Json = False,
) -> None:
    """Compare engines on recordings of your own: errors, digits, personal data, times, speed, cost.

    Answers are kept in the lake, so that a second comparison pays nothing. docs/compare.md has the details.

    Example: callarchive compare /recordings/sample --references /recordings/typed --engines local,deepgram
    """
    _check(source, engines, lake, output)
    parameters = {
        "source": source,
        "engines": engines,
        "references": references,
        "lake": lake,
        "limit": limit,
        "stand_in": stand_in,
    }
    state, _ = run_flow(_flow, parameters, verbose=verbose)
    result: Result = result_of(state)
    said = statements(result)
    if output:
        from tasks.compare.report.page import report  # noqa: PLC0415  (plots take a second to import)

        output.write_text(report(result, said), encoding="utf-8")
    if json:
        print_json(as_dict(result, said))
    else:
        _print(result, said, output)
    _leave(result)


def _check(source: str, engines: str, lake: str | None, output: Path | None) -> None:
    """What can be wrong is told before anything starts."""
    settings = load_settings(lake=lake)
    choices(engines)
    Archive.at(source)
    LakeAt.at(settings.lake)
    load_keyring(settings.key_file)
    if output and not output.absolute().parent.is_dir():
        raise SettingsError("there is no folder for the report; name another file: -o report.html")


def _flow() -> Any:
    from flows.compare import compare as flow  # noqa: PLC0415  (seconds of CPU that other commands do not pay)

    return flow


def _print(result: Result, said: list[str], output: Path | None) -> None:
    stdout.print(comparison_table(result))
    for sentence in said:
        say(sentence)
    if output:
        say(f"Report: {output}")
    say(
        'All scores: callarchive sql "select * from engine_scores where comparison_id = '
        f"'{result.circumstances.comparison_id}'\"",
        style="dim",
    )


def _leave(result: Result) -> None:
    if result.failures:
        raise typer.Exit(_FAILED)
    if result.circumstances.quarantined:
        raise typer.Exit(_QUARANTINED)
