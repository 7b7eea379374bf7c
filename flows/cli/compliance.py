"""`callarchive compliance`: what was redacted, what waits, what was held back, what is probably left."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import pyarrow as pa
import typer

from flows.cli.options import Json, Lake
from flows.cli.output import print_json, print_table, say
from tasks.compliance import Compliance, compliance_since
from tasks.lake.catalog import Lake as LakeAt
from tasks.lake.catalog import reading
from tasks.settings import load_settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("compliance")(compliance)


def compliance(
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only calls from this day on (UTC).")
    ] = None,
    lake: Lake = None,
    json: Json = False,
) -> None:
    """Show calls redacted, findings by entity and tier, recordings held back, what is probably left.

    Example: callarchive compliance --since 2026-03-01
    """
    day = since.date() if since else date.min
    with reading(LakeAt.at(load_settings(lake=lake).lake)) as connection:
        facts = compliance_since(connection, day)
    if json:
        print_json(facts.as_dict())
    else:
        _show(facts)


def _show(facts: Compliance) -> None:
    say(facts.headline(), style="bold")
    if facts.calls_without_redacted_sound:
        say(f"  {facts.calls_without_redacted_sound} calls have no redacted copy of their sound")
    say(f"  {facts.findings_waiting} findings in {facts.calls_waiting} calls wait for a person")
    say(f"  {facts.residual_risk.sentence()}")
    if facts.findings:
        print_table(pa.Table.from_pylist(facts.findings), title="\nFindings")
    if facts.held_back:
        print_table(pa.Table.from_pylist(facts.held_back), title="\nHeld back: nothing of these landed")
