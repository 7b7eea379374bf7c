"""`callarchive certificate`: what was done to a call, and whether the lake still holds just that."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from flows.cli.options import Json, Lake
from flows.cli.output import print_json, say, stdout
from tasks.errors import CheckFailed, KeyMissing
from tasks.examine_call import Examined, examine_call
from tasks.keys import load_keyring
from tasks.lake.catalog import Lake as LakeAt
from tasks.lake.catalog import reading
from tasks.settings import load_settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("certificate")(certificate)


def certificate(
    call: Annotated[str, typer.Option("--call", help="The call's id.", show_default=False)],
    lake: Lake = None,
    json: Json = False,
) -> None:
    """Print a call's signed certificate: versions, rules, keys' ids, counts, muted sound, people's decisions.

    Exits with 6 if the certificate, the call's rows or its sound were changed since it landed.

    Example: callarchive certificate --call call-0001
    """
    settings = load_settings(lake=lake)
    place = LakeAt.at(settings.lake)
    with reading(place) as connection:
        if not settings.key_file.exists():
            raise KeyMissing(f"there is no key file at {settings.key_file}; restore the one of this lake")
        examined = examine_call(connection, place, load_keyring(settings.key_file), call)
    if json:
        print_json(asdict(examined))
    else:
        _show(examined)
    if not examined.holds:
        changed = ", ".join(name for name, holds in examined.intact.items() if not holds)
        raise CheckFailed(f"changed since the call landed: {changed}")


def _show(examined: Examined) -> None:
    stated = examined.certificate
    table = Table(show_header=False)
    for name in ("call_id", "recording_sha256", "certified_at", "engine", "model", "callarchive"):
        table.add_row(name, Text(str(stated[name])))
    rules = (
        f"profile {stated['profile']}, rules {stated['rules_hash']}, detector {stated['detector_version']}"
    )
    table.add_row("redacted by", Text(rules))
    table.add_row("redacted words", f"{stated['redacted_words']} of {stated['words']}")
    for entity, tiers in sorted(stated["findings"].items()):
        table.add_row(Text(entity), ", ".join(f"{count} {tier}" for tier, count in sorted(tiers.items())))
    sound = stated["sound"]
    muted = (
        f"{sound['muted_ms'] / 1000:.1f} of {sound['duration_ms'] / 1000:.1f} s" if sound else "no copy kept"
    )
    table.add_row("sound muted", muted)
    decided = examined.decisions or {"nothing": 0}
    table.add_row("people decided", ", ".join(f"{name}: {count}" for name, count in decided.items()))
    table.add_row("signed", f"key {examined.key_id}, {examined.signature[:16]}...")
    stdout.print(table)
    if examined.holds:
        say("unchanged since it landed: " + ", ".join(examined.intact))
