"""`callarchive search`: where a phrase is said, with the words around it."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.text import Text

from flows.cli.options import Json, Lake, Since, Until, day_of
from flows.cli.output import print_json, say, stdout
from tasks.lake.catalog import Lake as LakeAt
from tasks.lake.catalog import reading
from tasks.search import Found, Search
from tasks.search import search as search_in
from tasks.settings import load_settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("search")(search)


def search(
    phrase: Annotated[str, typer.Argument(help="The words in their order.", show_default=False)],
    speaker: Annotated[str | None, typer.Option(help="Only said by agent, customer ...")] = None,
    since: Since = None,
    until: Until = None,
    slop: Annotated[int, typer.Option(min=0, max=20, help="Other words of the speaker in between.")] = 0,
    limit: Annotated[
        int, typer.Option(min=1, max=10_000, help="Show so many places, newest call first.")
    ] = 20,
    context: Annotated[int, typer.Option(min=0, max=200, help="Words to show before and after.")] = 8,
    lake: Lake = None,
    json: Json = False,
) -> None:
    """Search what was said, as redacted. Case and punctuation do not matter; [CARD_NUMBER] is a word, too.

    Example: callarchive search "cancel my account" --speaker customer --since 2026-03-01
    """
    asked = Search(phrase, speaker, slop, day_of(since), day_of(until), limit, context)
    with reading(LakeAt.at(load_settings(lake=lake).lake)) as connection:
        found = search_in(connection, asked)
    if json:
        print_json(found.as_dict())
        return
    for hit in found.hits:
        _show(hit)
    say(_last_line(found, asked), style="dim" if found.hits else "")


def _show(hit: dict[str, Any]) -> None:
    facts = (hit["call_date"], hit["queue"], hit["agent_id"], hit["speaker"])
    stdout.print(
        Text.assemble(
            (hit["call_id"], "bold"),
            " ",
            (_clock(hit["start_ms"]), "cyan"),
            *(("  " + str(fact), "dim") for fact in facts if fact is not None),
        ),
        soft_wrap=True,
    )
    before, after = (f"{hit[name]}" if hit[name] else "" for name in ("words_before", "words_after"))
    stdout.print(Text.assemble(f"  {before} ", (hit["words"], "bold reverse"), f" {after}\n"), soft_wrap=True)


def _clock(start_ms: int | None) -> str:
    if start_ms is None:
        return "--:--"
    minutes, seconds = divmod(start_ms // 1000, 60)
    return (
        f"{minutes // 60}:{minutes % 60:02}:{seconds:02}" if minutes >= 60 else f"{minutes:02}:{seconds:02}"
    )


def _last_line(found: Found, asked: Search) -> str:
    if found.more:
        return f"The {len(found.hits)} newest places; --limit shows more."
    if found.hits:
        return f"{len(found.hits)} places."
    if not found.calls_with_the_words:
        return "Not said in these calls. Try other words, or without --since, --until."
    narrowed = " or without --speaker" if asked.speaker else ""
    return (
        f"Its words are said in {found.calls_with_the_words} calls, but not one after another. "
        f"Try fewer words, --slop {asked.slop + 2}{narrowed}."
    )
