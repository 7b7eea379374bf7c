"""`callarchive ingest`: one run of the nightly flow, here and now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from flows.cli.options import Json, Lake
from flows.cli.output import print_json, say, stdout
from flows.cli.running import result_of, run_flow
from flows.cli.watching import bars
from flows.progress import watched_by
from flows.summary import Summary
from tasks.errors import CallArchiveError
from tasks.keys import load_keyring
from tasks.lake.catalog import Lake as LakeAt
from tasks.settings import Settings, load_settings
from tasks.sources.archive import Archive

_TROUBLED_SHOWN = 20


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("ingest")(ingest)


def ingest(
    source: Annotated[str, typer.Argument(help="Folder or URL of recordings.", show_default=False)],
    lake: Lake = None,
    engine: Annotated[
        str | None,
        typer.Option(help="The engine; several, as deepgram,local: the next helps out.  [default: local]"),
    ] = None,
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only calls from this day on (UTC).")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many new recordings.")] = None,
    retry_quarantined: Annotated[bool, typer.Option(help="Try quarantined recordings again.")] = False,
    replace: Annotated[bool, typer.Option(help="Land recordings again that have landed.")] = False,
    dry_run: Annotated[bool, typer.Option(help="Say what would be done, and do nothing.")] = False,
    verbose: Annotated[bool, typer.Option(help="Show Prefect's log.")] = False,
    json: Json = False,
) -> None:
    """Transcribe, redact and land an archive's new recordings. Run it again at any time.

    Nothing is done twice: what has landed is skipped, and what an engine has answered is kept.

    Example: callarchive ingest /recordings/2026-03 --lake ./lake
    """
    if since is not None:
        since = since.replace(tzinfo=UTC)
    if dry_run:
        _say_plan(source, load_settings(lake=lake, engine=engine), since, limit, json=json)
        return
    summary = run_ingest(
        Order(source, lake, engine, since, limit, retry_quarantined, replace), verbose=verbose
    )
    tell(summary, lake, json=json)


def tell(summary: Summary, lake: str | None, *, json: bool) -> None:
    """Print what the run came to, and end with its code."""
    if json:
        print_json(summary.as_dict())
    else:
        print_summary(summary)
        say(f"lake: {LakeAt.at(load_settings(lake=lake).lake).address}")
    if summary.exit_code:
        raise typer.Exit(summary.exit_code)


@dataclass(frozen=True, slots=True)
class Order:
    """What the flow is asked to do: its parameters."""

    source: str
    lake: str | None = None
    engine: str | None = None
    since: datetime | None = None
    limit: int | None = None
    retry_quarantined: bool = False
    replace: bool = False
    until: datetime | None = None
    order: str = "listed"
    only: str | None = None
    max_usd: float | None = None
    max_hours: float | None = None
    recipe: dict[str, str] | None = None
    """Further settings by name, instead of the environment's."""


def run_ingest(order: Order, *, verbose: bool = False) -> Summary:
    """Run the flow in this process, with progress bars, and give back its summary.

    Raises:
        CallArchiveError: it could not start; nothing was done.
    """
    settings = load_settings(lake=order.lake, engine=order.engine)
    Archive.at(order.source)
    LakeAt.at(settings.lake)
    load_keyring(settings.key_file)
    state, watcher = run_flow(
        _flow, {name: getattr(order, name) for name in Order.__dataclass_fields__}, verbose=verbose
    )
    if watcher.summary is None:
        result_of(state)
        raise CallArchiveError("the run did not finish; run it again")
    return watcher.summary


def _flow() -> Any:
    from flows.ingest import ingest as flow  # noqa: PLC0415  (seconds of CPU that other commands do not pay)

    return flow


def print_summary(summary: Summary) -> None:
    """The run for people: the counts, why files were skipped, and what needs a look."""
    facts = summary.as_dict()
    say(
        f"found {facts['found']} = {facts['landed']} landed + {facts['skipped']} skipped "
        f"+ {facts['quarantined']} quarantined + {facts['failed']} failed",
        style="bold",
    )
    for reason, count in facts["skipped_because"].items():
        say(f"  skipped {count}: {reason}")
    say(
        f"  {facts['minutes_landed']} minutes landed, {facts['engine_requests']} engine requests, "
        f"{facts['cache_hits']} answers from the store, {facts['cost_usd']} USD"
    )
    if summary.quote:
        say(f"  quoted before: {summary.quote.sentence()}")
    if summary.over_budget:
        say(f"  {summary.over_budget} wait: a spending ceiling was reached", style="yellow")
    if summary.stopped:
        say("  told to stop: the next run goes on", style="yellow")
    if facts["metadata_problems"]:
        say(
            f"  {facts['metadata_problems']} with metadata problems: "
            "select * from recordings where metadata_problems is not null"
        )
    if summary.troubled:
        _print_troubled(summary)


def _print_troubled(summary: Summary) -> None:
    table = Table("state", "file, masked", "SHA-256", "reason", header_style="bold")
    for outcome in summary.troubled[:_TROUBLED_SHOWN]:
        file, sha256 = Text(outcome.source_uri_masked), (outcome.sha256 or "-")[:12]
        table.add_row(outcome.state, file, sha256, Text(outcome.reason or ""))
    stdout.print(table)
    if len(summary.troubled) > _TROUBLED_SHOWN:
        say("  all of them: callarchive status")


def _say_plan(
    source: str, settings: Settings, since: datetime | None, limit: int | None, *, json: bool
) -> None:
    from flows.dry_run import preview  # noqa: PLC0415  (reads the archive, which other commands do not)

    with bars() as watcher, watched_by(watcher):
        facts = preview(source, settings, since, limit)
    price = facts["quote"]
    if json:
        print_json(facts | {"quote": price.as_dict()})
        return
    for name, value in facts.items():
        if name != "quote":
            say(f"{name.replace('_', ' ')}: {value}")
    say(price.sentence())
