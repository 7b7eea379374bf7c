"""`callarchive score-redaction`: recall and precision of redaction on labelled utterances."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from flows.cli.options import Json
from flows.cli.output import print_json, say, stdout
from tasks.redact.rules import load_rules
from tasks.score_redaction import score_file


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("score-redaction")(score_redaction)


def score_redaction(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="Labelled utterances, JSON lines.")
    ],
    show: Annotated[
        bool, typer.Option(help="List what was left uncovered and what was redacted wrongly.")
    ] = False,
    json: Json = False,
) -> None:
    """Score redaction on a file of utterances with gold spans; docs/redaction.md gives the format.

    Example: callarchive score-redaction labelled.jsonl --show
    """
    scores = score_file(file, load_rules(), details=show)
    if json:
        print_json(scores)
        return
    say(
        f"{scores['entities']} entities, {scores['leak_free']:.1%} leak-free; words: recall "
        f"{scores['word_recall']:.1%}, precision {scores['word_precision']:.1%}; "
        f"{scores['fp_words_per_1000']} words per 1,000 redacted where nothing is personal"
    )
    table = Table("entity", "entities", "leak-free", header_style="bold")
    for name, counts in scores["by_entity"].items():
        table.add_row(name, str(counts["entities"]), f"{counts['leak_free']:.0%}")
    stdout.print(table)
    for kind in ("uncovered", "false_positives"):
        for item in scores.get(kind, []):
            say(f"{kind}: {item}")
