"""A comparison as a table: a row for each criterion, a column for each engine."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from tasks.compare.criteria import CRITERIA
from tasks.compare.wording import best, feature_rows, interval_text, value_text

if TYPE_CHECKING:
    from tasks.compare.criteria import Criterion
    from tasks.compare.result import Result


def comparison_table(result: Result) -> Table:
    """Best values are marked with a star; what nobody could be measured on has no row."""
    table = Table(header_style="bold", box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("* best value", no_wrap=True)
    for contender in result.contenders:
        table.add_column(contender.name, justify="right", overflow="fold")
    for _, criteria in groupby(CRITERIA, key=lambda criterion: criterion.group):
        for criterion in criteria:
            _add(table, result, criterion)
        table.add_section()
    for name, texts in feature_rows(result):
        table.add_row(name, *(Text(text, style="dim") for text in texts))
    return table


def _add(table: Table, result: Result, criterion: Criterion) -> None:
    for speaker in (None, *(result.speakers if criterion.name == "wer" else ())):
        cells = [_cell(result, contender.name, criterion, speaker) for contender in result.contenders]
        if any(cell.plain != "-" for cell in cells):
            table.add_row(f"  {speaker}" if speaker else criterion.title, *cells)


def _cell(result: Result, name: str, criterion: Criterion, speaker: str | None) -> Text:
    score = result.value(name, criterion.name, speaker)
    if score is None:
        return Text("-", style="dim")
    is_best = name in best(result, criterion.name, speaker)
    text = Text(f"{value_text(score)}{'*' if is_best else ''}", style="bold green" if is_best else "")
    interval = interval_text(score)
    if interval and speaker is None:
        text.append(f"\n{interval}", style="dim not bold")
    return text
