"""`callarchive reveal`: break the glass over one kept value."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from flows.cli.options import Json, Lake
from flows.cli.output import print_json, say
from tasks.errors import KeyMissing
from tasks.keys import load_keyring
from tasks.lake.catalog import Lake as LakeAt
from tasks.reveal import reveal as open_envelope
from tasks.settings import load_settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("reveal")(reveal)


def reveal(
    finding: Annotated[str, typer.Option("--finding", help="finding_id of redactions.", show_default=False)],
    reason: Annotated[str, typer.Option("--reason", help="Why; it is written down.", show_default=False)],
    lake: Lake = None,
    json: Json = False,
) -> None:
    """Show one value as it was heard, if it is kept. Who asked, when and why is in `reveals` first.

    It is kept, encrypted, by the mode `reversible` or in what was heard in the call. Secrets never are.

    Example: callarchive reveal --finding 0a1b2c... --reason "dispute 4711, asked for by the customer"
    """
    settings = load_settings(lake=lake)
    if not settings.key_file.exists():
        raise KeyMissing(
            f"there is no key file at {settings.key_file}; restore the one this lake was made with"
        )
    shown = open_envelope(LakeAt.at(settings.lake), load_keyring(settings.key_file), finding, reason)
    if json:
        print_json(asdict(shown))
        return
    say(shown.value)
