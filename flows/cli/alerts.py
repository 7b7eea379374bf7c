"""`callarchive alerts`: what a person should know about the lake, and a webhook that is told."""

from __future__ import annotations

from dataclasses import asdict

import typer

from flows.alerting import alerts_of, send
from flows.cli.options import Json, Lake
from flows.cli.output import print_json, say
from tasks.settings import load_settings

ALERTED = 12
"""The exit code where something is beyond its threshold."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("alerts")(alerts)


def alerts(
    lake: Lake = None,
    json: Json = False,
) -> None:
    """Say what is beyond its threshold, tell the webhook, and exit with 12; with 0 where all is well.

    Night late, recordings failed or quarantined, engine falling back, calls held back by redaction, spending
    near the ceiling, drift. CALLARCHIVE_ALERTS names the thresholds, CALLARCHIVE_ALERT_WEBHOOK who is told.

    Example: callarchive alerts --lake ./lake
    """
    settings = load_settings(lake=lake)
    found = alerts_of(settings)
    if json:
        print_json([asdict(alert) for alert in found])
    else:
        for alert in found:
            say(f"{alert.kind}: {alert.message} (threshold {alert.threshold:g})", style="yellow")
    send(found, settings)
    if found:
        raise typer.Exit(ALERTED)
    if not json:
        say("nothing is beyond its threshold")
