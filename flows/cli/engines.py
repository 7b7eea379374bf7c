"""`callarchive engines`: who can transcribe, what it can do, what it costs, whether its key is set."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from flows.cli.options import Json
from flows.cli.output import print_json, say, stdout
from tasks.engines.registry import ENGINES, HOSTED
from tasks.engines.retirement import retirement
from tasks.engines.table import as_markdown
from tasks.settings import Settings, load_settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("engines")(engines)


def engines(
    markdown: Annotated[bool, typer.Option(help="Print all that is known of them, as in README.md.")] = False,
    json: Json = False,
) -> None:
    """List the engines with their default model, abilities and price, and say whether a key is set.

    Example: callarchive engines
    """
    if markdown:
        print(as_markdown(), end="")  # noqa: T201  (as it is: no width, no colour)
        return
    today = datetime.now(UTC).date()
    facts = [_facts(name, load_settings(), today) for name in ENGINES]
    if json:
        print_json(facts)
        return
    table = Table(
        "engine", "model", "USD/hour", "word times", "confidence", "can", "key", header_style="bold"
    )
    for one in facts:
        able = ", ".join(sorted(one["abilities"])) or "-"
        times = "yes" if one["word_times"] else "derived"
        price = f"{one['usd_per_audio_hour']:.3f}"
        table.add_row(
            one["name"], one["model"], price, times, one["confidence"] or "-", Text(able), one["key"]
        )
    stdout.print(table)
    for one in facts:
        if one["warning"]:
            say(one["warning"], style="yellow")
    say("Prices as the vendors state them, with source and date: callarchive engines --json")


def _facts(name: str, settings: Settings, today: date) -> dict[str, Any]:
    engine = ENGINES[name]
    capabilities = asdict(engine.CAPABILITIES.of(engine.DEFAULT_MODEL))
    del capabilities["by_model"]
    key = "not needed"
    if name in HOSTED:
        key_name = HOSTED[name].KEY_NAME
        key = f"{key_name} set" if settings.key_named(key_name) else f"{key_name} missing"
    return {
        "name": name,
        "model": engine.DEFAULT_MODEL,
        "key": key,
        "warning": retirement(engine, engine.DEFAULT_MODEL, today),
        **capabilities,
        "abilities": sorted(capabilities["abilities"]),
    }
