"""`callarchive ask`: the named questions of sql/qa."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.cli.options import Json, Lake
from flows.cli.output import print_json, print_rows, say, stdout
from flows.cli.sql import Form, Output
from tasks.errors import SettingsError
from tasks.lake.catalog import Lake as LakeAt
from tasks.lake.catalog import reading
from tasks.lake.query import confine, run_query
from tasks.questions.bind import bind, question_named
from tasks.questions.loader import load_questions
from tasks.questions.question import Question
from tasks.settings import load_settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("ask")(ask)


def ask(
    question: Annotated[str | None, typer.Argument(help="A question's name; none lists them.")] = None,
    param: Annotated[list[str] | None, typer.Option("--param", "-p", help="name=value, repeatable.")] = None,
    form: Form = None,
    output: Output = None,
    lake: Lake = None,
    json: Json = False,
) -> None:
    """Ask a named question. Without a name, list the questions with their parameters.

    Example: callarchive ask greeting_within --param within_s=10
    """
    questions = load_questions()
    if question is None:
        _list(questions, json=json)
        return
    asked = question_named(questions, question)
    values = bind(asked, _pairs(param or []))
    place = LakeAt.at(load_settings(lake=lake).lake)
    with reading(place) as connection:
        confine(connection, place)
        rows = run_query(connection, asked.sql, values)
    machine = json or form not in (None, "table") or output is not None
    if not machine:
        say(asked.question, style="bold")
    print_rows(rows, "json" if json else form, output)
    if not machine and not rows.num_rows:
        say(f"No rows: {asked.empty_means}.")


def _pairs(given: list[str]) -> dict[str, str]:
    pairs = dict(pair.partition("=")[::2] for pair in given if "=" in pair)
    if len(pairs) != len(given):
        raise SettingsError("parameters are given once each as name=value, such as --param within_s=10")
    return pairs


def _list(questions: dict[str, Question], *, json: bool) -> None:
    if json:
        print_json(
            [
                {
                    "name": one.name,
                    "question": one.question,
                    "grain": one.grain,
                    "parameters": [parameter.summary() for parameter in one.parameters],
                }
                for one in questions.values()
            ]
        )
        return
    for one in questions.values():
        stdout.print(f"[bold]{one.name}[/bold]  {one.question}", highlight=False)
        for parameter in one.parameters:
            say(f"    {parameter.summary()}", style="dim")
    say()
    say("Ask one: callarchive ask phrase_search --param phrase='cancel my account'")
