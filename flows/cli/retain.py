"""`callarchive retain`: what a retention policy no longer keeps is taken out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.cli.erase import sentence
from flows.cli.options import Json, Lake
from flows.cli.output import print_json, say
from flows.erase import retain as apply_policy
from tasks.settings import load_settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("retain")(retain)


def retain(
    policy: Annotated[Path, typer.Option("--policy", help="The policy, in YAML.")] = Path("retention.yaml"),
    dry_run: Annotated[bool, typer.Option(help="Say what would go, and change nothing.")] = False,
    lake: Lake = None,
    json: Json = False,
) -> None:
    """Take out what a retention policy no longer keeps, as `erase` does, and write a receipt.

    Recordings on legal hold stay as they are; the command says how many and exits with 0 all the same.

    Example: callarchive retain --policy retention.yaml --dry-run
    """
    done = apply_policy(load_settings(lake=lake), policy, dry_run=dry_run)
    if json:
        print_json(done.as_dict())
    else:
        say(sentence(done), style="bold")
