"""`callarchive reconcile`: the lake against a list of calls (CDR)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from flows.cli.options import Json, Lake, Since, Until, day_of
from flows.cli.output import print_json, print_rows, print_table, say
from flows.cli.sql import Output
from tasks.errors import SettingsError
from tasks.keys import Keyring, load_keyring, passing_keyring
from tasks.lake.catalog import Lake as LakeAt
from tasks.lake.catalog import reading
from tasks.reconcile import Bounds, Reconciliation, reconcile
from tasks.settings import load_settings
from tasks.sources.call_list import CallList, read_call_list

_MISSING = 3
_Difference = Literal["missing", "extra", "late", "duration"]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("reconcile")(compare_with_list)


def compare_with_list(
    call_list: Annotated[
        Path,
        typer.Argument(metavar="CDR.csv", help="The list of calls, as CSV.", show_default=False),
    ],
    since: Since = None,
    until: Until = None,
    column: Annotated[
        list[str] | None,
        typer.Option(help="The list's name of a column, as call_id=Ref; also started_at, duration_s ..."),
    ] = None,
    time_format: Annotated[
        str | None, typer.Option(help="How times are written, as %d/%m/%Y %H:%M.  [default: ISO 8601]")
    ] = None,
    time_zone: Annotated[str, typer.Option(help="Of times that state none, as Europe/Zurich.")] = "UTC",
    late_after_h: Annotated[float, typer.Option(min=0, help="Hours until a landing is late.")] = 48,
    tolerance_s: Annotated[float, typer.Option(min=0, help="Seconds that lengths may differ.")] = 10,
    output: Output = None,
    lake: Lake = None,
    json: Json = False,
) -> None:
    """Find calls that are missing in the lake, not in the list, landed late, or not as long as listed.

    A missing call has the ledger's state and reason, or was never seen. Without --since and --until, the days
    of the list are compared. Nothing of the list is kept. Exits with 3 if calls are missing.

    Example: callarchive reconcile cdr.csv --column call_id=UniqueID --time-zone Europe/Zurich

    Example: callarchive reconcile cdr.csv --since 2026-03-01 -o differences.xlsx
    """
    settings = load_settings(lake=lake)
    given = _columns(column or [])
    listed = read_call_list(_content(call_list), given, time_format, _zone(time_zone))
    bounds = Bounds(day_of(since), day_of(until), late_after_h, tolerance_s)
    with reading(LakeAt.at(settings.lake)) as connection:
        found = reconcile(connection, listed.calls, bounds, _keyring(settings.key_file))
    if output:
        print_rows(found.rows, None, output)
    if json:
        print_json(_summary(listed, found) | {"rows": found.rows.to_pylist()})
    else:
        _show(listed, found, output)
    if found.count("missing"):
        raise typer.Exit(_MISSING)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from None


def _columns(given: list[str]) -> dict[str, str]:
    pairs = dict(pair.partition("=")[::2] for pair in given)
    if len(pairs) != len(given) or not all(pairs.values()):
        raise SettingsError("columns are named once each, as --column call_id=Ref")
    return pairs


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise SettingsError(f"{name!r} is no time zone; name one such as Europe/Zurich") from None


def _keyring(path: Path) -> Keyring:
    """The lake's keys; without them an id that is a hash in the lake is not found in it."""
    return load_keyring(path) if path.exists() else passing_keyring()


def _summary(listed: CallList, found: Reconciliation) -> dict[str, object]:
    differences: tuple[_Difference, ...] = ("missing", "extra", "late", "duration")
    counts: dict[str, object] = {name: found.count(name) for name in differences}
    scope = {"since": found.since, "until": found.until, "listed": found.listed, "landed": found.landed}
    return {**scope, **counts, "notes": listed.notes}


def _show(listed: CallList, found: Reconciliation, output: Path | None) -> None:
    days = f" of {found.since} to {found.until}" if found.since else ""
    say(f"{found.landed} of {found.listed} listed calls{days} have landed", style="bold")
    say(f"  {found.count('missing')} missing, {found.count('late')} late")
    if found.since and found.until:
        say(f"  {found.count('extra')} landed that the list does not have")
    else:
        say("  the list has no times: say --since and --until to find calls that it does not have")
    say(f"  {found.count('duration')} not as long as listed")
    for note in listed.notes:
        say(f"  {note}")
    if found.listed and not found.landed:
        say("  no id of the list is in the lake: is it the right column? --column call_id=NAME")
    if output:
        say(f"differences: {output}")
    elif found.rows.num_rows:
        print_table(found.rows)
