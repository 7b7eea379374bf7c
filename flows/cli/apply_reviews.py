"""`callarchive apply-reviews`: what people decided, brought into the lake."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.apply_reviews import Applied, apply_reviews
from flows.cli.options import Json, Lake
from flows.cli.output import print_json, say
from tasks.settings import load_settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("apply-reviews")(apply)


def apply(
    source: Annotated[
        str | None,
        typer.Argument(help="The archive, for sound that was muted for nothing.", show_default=False),
    ] = None,
    dry_run: Annotated[bool, typer.Option(help="Say what would change, and change nothing.")] = False,
    lake: Lake = None,
    json: Json = False,
) -> None:
    """Bring reviewers' decisions into the lake: words, turns, figures, certificates and redacted sound.

    What cannot be applied yet stays at the desk. Sound that was muted comes back from SOURCE only. Exits with
    10 if a call could not be redacted; it stays as it was. Run it again at any time.

    Example: callarchive apply-reviews /recordings
    """
    applied = apply_reviews(load_settings(lake=lake), source, dry_run=dry_run)
    if json:
        print_json(applied.as_dict())
    else:
        _show(applied)
    if applied.failed:
        raise typer.Exit(10)


def _show(applied: Applied) -> None:
    verb = "would change" if applied.dry_run else "changed"
    calls = f"{applied.calls} calls with decisions: {applied.changed} {verb}"
    say(f"{calls}, {applied.decisions} decisions applied", style="bold")
    for count, text in (
        (applied.waiting, "decisions wait for a second opinion or a lead"),
        (applied.not_in_lake, "calls are not in the lake any more"),
        (applied.not_kept, "calls stay as they were: what was heard in them was not kept"),
        (
            applied.misplaced,
            "findings wait: the calls were transcribed anew; the queue asks for their words again",
        ),
        (
            applied.answers_forgotten,
            "kept answers of engines removed: a secret was marked in what they heard",
        ),
        (applied.sound_waits, "calls' sound stays muted where it need not be: name the archive"),
    ):
        if count:
            say(f"  {count} {text}")
    for one in applied.failed:
        say(f"  {one['call_id']} stays as it was: {one['reason']}")
    if applied.refreshed:
        new, gone = applied.refreshed.added, applied.refreshed.gone
        say(f"  the queue has {applied.refreshed.open} items: {new} new, {gone} gone")
