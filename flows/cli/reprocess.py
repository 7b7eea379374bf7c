"""`callarchive reprocess`: some days' calls once more with another recipe, into a lake beside."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from flows.cli.ingest import Order, run_ingest, tell
from flows.cli.options import Json, Lake
from tasks.errors import SettingsError
from tasks.lake.catalog import Lake as LakeAt
from tasks.recipes import Recipe
from tasks.settings import load_settings

Beside = Annotated[
    str, typer.Option("--beside", help="Where the lake beside is, or shall be.", show_default=False)
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("reprocess")(reprocess)


def reprocess(
    source: Annotated[str, typer.Argument(help="The archive of the calls.", show_default=False)],
    beside: Beside,
    first: Annotated[
        datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First day of the calls (UTC).")
    ],
    last: Annotated[
        datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day of the calls (UTC).")
    ],
    engine: Annotated[str | None, typer.Option(help="Another engine.")] = None,
    model: Annotated[str | None, typer.Option(help="Another model of it.")] = None,
    rules: Annotated[Path | None, typer.Option(help="Other redaction rules, a YAML file.")] = None,
    lake: Lake = None,
    verbose: Annotated[bool, typer.Option(help="Show Prefect's log.")] = False,
    json: Json = False,
) -> None:
    """Land some days' calls with another recipe in a lake beside, to be compared, promoted or dropped.

    Both lakes share the answers, so that nothing is paid twice: other rules alone cost no money. Run it again
    to go on where it stopped.

    Example: callarchive reprocess /calls --beside ./trial --from 2026-03-01 --to 2026-03-07 --model nova-3
    """
    main, place = LakeAt.at(load_settings(lake=lake).lake), LakeAt.at(beside)
    if not main.exists():
        raise SettingsError(f"no lake at {main.address}; a recipe is tried beside one that is there")
    begin, end = first.replace(tzinfo=UTC), last.replace(tzinfo=UTC) + timedelta(days=1)
    given = {"model": model, "redaction_rules": str(rules.resolve()) if rules else None}
    settings = {name: value for name, value in given.items() if value is not None}
    Recipe(main.address, begin.isoformat(), end.isoformat(), engine, settings).keep(place)
    order = Order(
        source, place.address, engine, begin, until=end, recipe=settings | {"answers_of": main.address}
    )
    tell(run_ingest(order, verbose=verbose), place.address, json=json)
