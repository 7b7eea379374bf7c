"""`callarchive redact`: the present redaction rules over calls that have landed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import typer

from flows.cli.options import Json, Lake
from flows.cli.output import print_json, say
from flows.redact_again import Report, redact_landed_calls
from tasks.settings import load_settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("redact")(redact)


def redact(
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only calls from this day on (UTC).")
    ] = None,
    dry_run: Annotated[bool, typer.Option(help="Say what would change, and change nothing.")] = False,
    lake: Lake = None,
    json: Json = False,
) -> None:
    """Apply the present rules to landed calls, without transcribing again, and say what changed.

    What the lake said before is taken from the disk. Secrets that were deleted and sound that was muted do
    not come back. Exits with 10 if a call could not be redacted; it stays as it was.

    Example: callarchive redact --since 2026-03-01 --dry-run
    """
    report = redact_landed_calls(
        load_settings(lake=lake), since.date() if since else date.min, dry_run=dry_run
    )
    if json:
        print_json(report.as_dict())
    else:
        _show(report)
    if report.failed:
        raise typer.Exit(10)


def _show(report: Report) -> None:
    verb = "would change" if report.dry_run else "changed"
    say(
        f"{report.calls} calls: {report.changed} {verb}, {report.unchanged} stay the same, "
        f"{report.up_to_date} redacted by these rules already",
        style="bold",
    )
    if report.not_kept:
        say(
            f"  {report.not_kept} cannot be redacted again, for what was heard in them was not kept: "
            "land them again with ingest --replace"
        )
    for one in report.failed:
        say(f"  {one['call_id']} stays as it was: {one['reason']}")
    say(f"  redacted words: {report.words_redacted_before} before, {report.words_redacted_after} after")
    for entity, counts in report.as_dict()["by_entity"].items():
        if counts["before"] != counts["after"]:
            say(f"  {entity}: {counts['before']} findings before, {counts['after']} after")
