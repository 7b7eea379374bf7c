"""`callarchive export`: one call's redacted conversation as text, JSON or captions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from flows.cli.options import Lake
from flows.cli.output import as_json, print_text
from tasks.captions import as_srt, as_vtt, cues
from tasks.errors import SettingsError
from tasks.lake.catalog import Lake as LakeAt
from tasks.lake.catalog import reading
from tasks.lake.query import run_query
from tasks.settings import load_settings

Form = Literal["txt", "json", "vtt", "srt"]

_CALL = "select * from calls where call_id = $call"
_TURNS = "select * from turns where call_id = $call order by turn_index"
_WORDS = "select * from words where call_id = $call order by word_index"
_OF_THE_CALL = ("call_id", "call_date")
_OF_THE_TURN = (*_OF_THE_CALL, "channel", "speaker", "turn_index")

Row = dict[str, Any]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("export")(export)


def export(
    call: Annotated[str, typer.Option("--call", help="The call's id.", show_default=False)],
    form: Annotated[Form, typer.Option("--format", help="txt, json, or captions: vtt, srt.")] = "txt",
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Write into a file instead.")] = None,
    lake: Lake = None,
) -> None:
    """Write one call as text, JSON or captions, as redacted: the lake holds nothing else.

    Example: callarchive export --call call-0001 --format vtt -o call-0001.vtt
    """
    with reading(LakeAt.at(load_settings(lake=lake).lake)) as connection:
        facts, turns, words = (
            run_query(connection, query, {"call": call}).to_pylist() for query in (_CALL, _TURNS, _WORDS)
        )
    if not facts:
        raise SettingsError(
            f'no call {call} in this lake; list them: callarchive sql "select call_id from calls"'
        )
    print_text(_written(facts[0], turns, words, form), output)


def _written(facts: Row, turns: list[Row], words: list[Row], form: Form) -> str:
    if form == "json":
        return as_json(_document(facts, turns, words)) + "\n"
    if form == "txt":
        return "".join(f"{_at(turn)}{turn['speaker'] or 'unknown'}: {turn['text']}\n" for turn in turns)
    shown = cues(words)
    if words and not shown:
        raise SettingsError("the engine gave no word times for this call; export it as txt or json")
    return as_vtt(shown) if form == "vtt" else as_srt(shown)


def _document(facts: Row, turns: list[Row], words: list[Row]) -> Row:
    said: dict[int, list[Row]] = {turn["turn_index"]: [] for turn in turns}
    for word in words:
        said[word["turn_index"]].append(_without(word, _OF_THE_TURN))
    metadata = json.loads(facts["metadata"]) if facts["metadata"] else {}
    return {
        "call": facts | {"metadata": metadata},
        "turns": [_without(turn, _OF_THE_CALL) | {"words": said[turn["turn_index"]]} for turn in turns],
    }


def _without(row: Row, columns: tuple[str, ...]) -> Row:
    return {name: value for name, value in row.items() if name not in columns}


def _at(turn: Row) -> str:
    if turn["start_ms"] is None:
        return ""
    seconds = turn["start_ms"] // 1000
    return f"[{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}] "
