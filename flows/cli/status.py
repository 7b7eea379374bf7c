"""`callarchive status`: what the ledger says about all recordings ever seen."""

from __future__ import annotations

import typer

from flows.cli.options import Json, Lake
from flows.cli.output import print_json, print_table, say
from tasks.lake.catalog import Lake as LakeAt
from tasks.lake.catalog import reading
from tasks.lake.query import run_query
from tasks.settings import load_settings

_STATES = """
select state, count(*) as recordings, max(updated_at) as latest from recordings group by all order by state
"""
_REASONS = """
select state, stage, reason, count(*) as recordings from recordings
where state in ('quarantined', 'failed') group by all order by recordings desc, reason limit 20
"""
_MONEY = """
select engine, model, count(*) filter (not cache_hit) as requests, count(*) filter (cache_hit) as from_store,
    round(sum(billed_ms) / 60000, 1) as billed_minutes, round(sum(cost_usd), 4) as cost_usd
from engine_usage group by all order by all
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("status")(status)


def status(
    lake: Lake = None,
    json: Json = False,
) -> None:
    """Show recordings by state, reasons for those that did not land, and what the engines took.

    Example: callarchive status --lake ./lake
    """
    place = LakeAt.at(load_settings(lake=lake).lake)
    with reading(place) as connection:
        states, reasons, money = (run_query(connection, query) for query in (_STATES, _REASONS, _MONEY))
    if json:
        print_json(
            {"states": states.to_pylist(), "reasons": reasons.to_pylist(), "engines": money.to_pylist()}
        )
        return
    print_table(states, title="Recordings")
    if reasons.num_rows:
        print_table(reasons, title="\nNot landed")
    print_table(money, title="\nEngines")
    say(f"lake: {place.address}")
