"""`callarchive report`: what the questions answer about some days' calls, as one page."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli.options import Json, Lake, Queue, Since, Until, day_of
from flows.cli.output import print_json, print_text, say
from tasks.errors import SettingsError
from tasks.lake.catalog import Connection, reading
from tasks.lake.catalog import Lake as LakeAt
from tasks.lake.query import run_query
from tasks.questions.bind import bind
from tasks.questions.loader import load_questions
from tasks.report.gather import Scope, ask_all
from tasks.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tasks.report.gather import Ask


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("report")(report)


def report(
    output: Annotated[Path | None, typer.Option("-o", "--output", help="The page's file.")] = None,
    since: Since = None,
    until: Until = None,
    queue: Queue = None,
    lake: Lake = None,
    json: Json = False,
) -> None:
    """Write one page for QA leads: volumes, conversations, agents, redaction, what was held back, costs.

    The page needs nothing else: no network, no script. It holds figures and ids, and no word of any call.
    Every figure comes from a named question, which the page names; --json prints their rows.

    Example: callarchive report --since 2026-03-01 -o report.html
    """
    if output is None and not json:
        raise SettingsError("name the page's file: -o report.html")
    scope = Scope(day_of(since), day_of(until), queue)
    with reading(LakeAt.at(load_settings(lake=lake).lake)) as connection:
        answers = ask_all(_asking(connection), scope)
    if output:
        from tasks.report import page  # noqa: PLC0415  (plots take a second to import)

        print_text(page.report(answers, datetime.now(UTC)), output)
    if json:
        print_json(answers.as_dict())
    else:
        say(f"{answers.calls} calls; report: {output}")


def _asking(connection: Connection) -> Ask:
    questions = load_questions()

    def ask(name: str, given: Mapping[str, str]) -> list[dict[str, Any]]:
        question = questions[name]
        rows: list[dict[str, Any]] = run_query(connection, question.sql, bind(question, given)).to_pylist()
        return rows

    return ask
