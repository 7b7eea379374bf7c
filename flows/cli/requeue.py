"""`callarchive requeue`: recordings marked in the ledger, for the next night to take again."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from flows.cli.options import Json, Lake
from flows.cli.output import print_json, say
from tasks.errors import SettingsError
from tasks.lake.catalog import Lake as LakeAt
from tasks.lake.catalog import reading, writing
from tasks.lake.requeue import Chosen, count_of
from tasks.lake.requeue import requeue as mark
from tasks.settings import load_settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("requeue")(requeue)


def requeue(
    call: Annotated[str | None, typer.Option(help="The recording of this call.")] = None,
    reason: Annotated[str | None, typer.Option(help="Whose reason contains these words.")] = None,
    state: Annotated[
        Literal["landed", "quarantined", "failed"] | None, typer.Option(help="That are in this state.")
    ] = None,
    dry_run: Annotated[bool, typer.Option(help="Only say how many.")] = False,
    lake: Lake = None,
    json: Json = False,
) -> None:
    """Mark recordings that the next night shall take again, whatever became of them.

    Their state stays until then, and landed calls stay landed until they are replaced. With several options
    a recording must meet them all. Exits with 2 where none does.

    Example: callarchive requeue --state quarantined --reason truncated
    """
    chosen = Chosen(state, call, reason)
    if chosen == Chosen():
        raise SettingsError("say which recordings: --call, --reason or --state")
    place = LakeAt.at(load_settings(lake=lake).lake)
    with reading(place) as connection:
        count = count_of(connection, chosen)
    if not count:
        raise SettingsError("no recording meets all of this, or they are marked already: callarchive status")
    if not dry_run:
        with writing(place) as connection:
            count = mark(connection, place, chosen)
    if json:
        print_json({"recordings": count, "marked": not dry_run})
    else:
        say(f"{count} recordings " + ("would be marked" if dry_run else "are taken again by the next night"))
