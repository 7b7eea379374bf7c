"""`callarchive score-redaction`: recall and precision of redaction on labelled talk."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.box import MARKDOWN
from rich.table import Table

from flows.cli.options import Json
from flows.cli.output import print_json, say, stdout
from tasks.redact.rules import load_rules
from tasks.score_redaction import score_files
from tasks.settings import load_settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("score-redaction")(score_redaction)


def score_redaction(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...", exists=True, dir_okay=False, help="Labelled talk: JSON lines, or marked text."
        ),
    ],
    show_misses: Annotated[
        bool,
        typer.Option(help="List what leaked and what was redacted wrongly: PRINTS WORDS OF THE FILE."),
    ] = False,
    noise: Annotated[
        float, typer.Option(min=0, max=1, help="Mishear this share of the personal words.")
    ] = 0.0,
    seeds: Annotated[int, typer.Option(min=1, help="So many times over, with other errors.")] = 5,
    profile: Annotated[str | None, typer.Option(help="all, pci, hipaa, gdpr or numbers.")] = None,
    markdown: Annotated[bool, typer.Option(help="The tables as in docs/redaction.md.")] = False,
    json: Json = False,
) -> None:
    """Score redaction on talk with gold spans, by class and by style; docs/redaction.md gives the formats.

    No other command, and no option but --show-misses, ever prints a word that somebody said.

    Example: callarchive score-redaction labelled.jsonl --noise 0.1
    """
    settings = load_settings()
    rules = load_rules(profile or settings.redaction_profile, settings.redaction_rules)
    scores = score_files(files, rules, details=show_misses, noise=noise, seeds=seeds)
    if json:
        print_json(scores)
        return
    say(
        f"{scores['entities']} entities, {scores['leak_free']:.1%} leak-free; words: recall "
        f"{scores['word_recall']:.1%}, precision {scores['word_precision']:.1%}; "
        f"{scores['fp_words_per_1000']} words per 1,000 redacted where nothing is personal"
    )
    for table in (_table("class", scores["by_entity"]), _table("style", scores["by_style"])):
        if markdown:
            table.box = MARKDOWN
            say()
        stdout.print(table)
    for kind in ("uncovered", "false_positives"):
        for item in scores.get(kind, []):
            say(f"{kind}: {item}")


def _table(title: str, rows: dict[str, dict[str, Any]]) -> Table:
    table = Table(title, header_style="bold")
    for column in ("entities", "leak-free", "word recall"):
        table.add_column(column, justify="right")
    for name, counts in rows.items():
        table.add_row(
            name, str(counts["entities"]), f"{counts['leak_free']:.1%}", f"{counts['word_recall']:.1%}"
        )
    return table
