"""`callarchive metrics`: a lake's figures for Prometheus."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from flows.cli.options import Lake
from flows.cli.output import print_text
from tasks.errors import SettingsError
from tasks.lake.catalog import Lake as LakeAt
from tasks.lake.catalog import reading
from tasks.metrics import metrics as as_prometheus
from tasks.operations import operations
from tasks.settings import load_settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("metrics")(metrics)


def metrics(
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="A file of node_exporter's textfile collector.")
    ] = None,
    lake: Lake = None,
) -> None:
    """Write the lake's figures as Prometheus reads them: counts, seconds and money, no content.

    The file is replaced in one step, so that it is never read half written. Run it after each night and every
    few minutes, from cron or a timer.

    Example: callarchive metrics -o /var/lib/node_exporter/callarchive.prom
    """
    settings = load_settings(lake=lake)
    with reading(LakeAt.at(settings.lake)) as connection:
        now = operations(connection, datetime.now(UTC), settings.max_usd_per_month)
    text = as_prometheus(now)
    if output is None:
        print_text(text.decode(), None)
        return
    part = output.with_name(f".{output.name}.{os.getpid()}")  # the collector reads *.prom only
    try:
        part.write_bytes(text)
        part.chmod(0o644)
        part.replace(output)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise SettingsError(f"{output} cannot be written: {error.strerror}; name another file") from None
