"""`callarchive export`: redacted conversations as text, JSON or captions, one or a folder full."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli.options import Json, Lake, Queue, Since, Until, day_of
from flows.cli.output import print_json, print_text, say
from tasks.call_files import Form, WrittenCall, file_stems
from tasks.errors import SettingsError
from tasks.lake.catalog import Connection, reading
from tasks.lake.catalog import Lake as LakeAt
from tasks.lake.query import run_query
from tasks.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

Row = dict[str, Any]

_AT_ONCE = 100
_CALLS = """
select * from calls
where ($call is null or call_id = $call) and ($queue is null or queue = $queue)
    and ($since is null or call_date >= $since) and ($until is null or call_date <= $until)
order by call_date, call_id
"""
_OF_CALLS = """
from {relation} where call_id in (select unnest($calls)) and (call_date = $day or $day is null)
order by call_id, {place}
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("export")(export)


def export(
    call: Annotated[str | None, typer.Option("--call", help="One call, by its id.")] = None,
    since: Since = None,
    until: Until = None,
    queue: Queue = None,
    form: Annotated[Form, typer.Option("--format", help="txt, json, or captions: vtt, srt.")] = "txt",
    output: Annotated[Path | None, typer.Option("-o", "--output", help="A file; a folder for many.")] = None,
    lake: Lake = None,
    json: Json = False,
) -> None:
    """Write calls as text, JSON or captions, as redacted: the lake holds nothing else.

    With --call it is one file, or stdout. Else -o names a folder, which gets a file for each call of those
    days, named by the call's id; without days, of all calls. A file that is there already is replaced.

    Example: callarchive export --call call-0001 --format vtt -o call-0001.vtt

    Example: callarchive export --since 2026-03-01 --format json -o transcripts
    """
    chosen = {"call": call, "queue": queue, "since": day_of(since), "until": day_of(until)}
    with reading(LakeAt.at(load_settings(lake=lake).lake)) as connection:
        calls = run_query(connection, _CALLS, chosen).to_pylist()
        if call is not None and not calls:
            raise SettingsError(
                f'no call {call} in this lake; list them: callarchive sql "select call_id from calls"'
            )
        if call is not None:
            print_text(next(_written(connection, calls)).as_text(form), output)
            return
        if output is None:
            raise SettingsError("name one call with --call, or a folder for many with -o")
        facts = _fill(output, calls, _written(connection, calls), form)
    if json:
        print_json(facts)
        return
    say(f"{facts['written']} calls written into {output}")
    if facts["without_word_times"]:
        say(f"  {facts['without_word_times']} calls have no word times for captions; txt and json hold them")


def _fill(folder: Path, calls: list[Row], written: Iterator[WrittenCall], form: Form) -> dict[str, int]:
    """A file for each call; how many were written, and how many had no times for captions."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"{folder} cannot be a folder: {error.strerror}; name another one") from None
    stems = file_stems(call["call_id"] for call in calls)
    without_times = 0
    for one in written:
        if form in ("vtt", "srt") and not one.has_times:
            without_times += 1
            continue
        print_text(one.as_text(form), folder / f"{stems[one.facts['call_id']]}.{form}")
    return {"written": len(calls) - without_times, "without_word_times": without_times}


def _written(connection: Connection, calls: list[Row]) -> Iterator[WrittenCall]:
    """The calls with their turns and words, a day's partition and some calls at a time."""
    for day, of_day in groupby(calls, key=lambda call: call["call_date"]):
        listed = list(of_day)
        for at in range(0, len(listed), _AT_ONCE):
            some = {call["call_id"]: WrittenCall(call, [], []) for call in listed[at : at + _AT_ONCE]}
            wanted = {"calls": list(some), "day": day}
            for turn in _rows(connection, "turns", "turn_index", wanted):
                some[turn["call_id"]].turns.append(turn)
            for word in _rows(connection, "words", "word_index", wanted):
                some[word["call_id"]].words.append(word)
            yield from some.values()


def _rows(connection: Connection, relation: str, place: str, wanted: Row) -> list[Row]:
    listed: list[Row] = run_query(
        connection, _OF_CALLS.format(relation=relation, place=place), wanted
    ).to_pylist()
    return listed
