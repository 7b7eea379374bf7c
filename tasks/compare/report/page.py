"""The report's page: sentences, the table, plots, what each engine can do, what each criterion means."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

from tasks.compare.criteria import CRITERIA, Criterion
from tasks.compare.normalise import STATED
from tasks.compare.report.plots import cost_and_errors, error_kinds, error_rates, reliability
from tasks.compare.wording import best, feature_rows, interval_text, value_text
from tasks.pages.page import page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tasks.compare.result import Result

_FIGURES: Final = (
    (
        "Word error rate",
        "A line is the 95 % interval: engines whose lines overlap much may be equally good.",
        error_rates,
    ),
    ("Kinds of errors", "Missing words are often quiet speech, added words often noise.", error_kinds),
    (
        "Confidence",
        (
            "On the dashed line confidence means what it says; below it, an engine is too sure of itself. "
            "Tenths with fewer than ten words are left out."
        ),
        reliability,
    ),
    ("Errors and cost", "At list prices, for what was billed.", cost_and_errors),
)


@dataclass(frozen=True, slots=True)
class _Cell:
    text: str
    interval: str | None = None
    best: bool = False


@dataclass(frozen=True, slots=True)
class _Row:
    title: str
    cells: list[_Cell]
    indented: bool = False


def report(result: Result, statements: list[str]) -> str:
    """The whole page as HTML. It loads nothing, and holds no word of any call."""
    figures = [(title, note, drawn) for title, note, plot in _FIGURES if (drawn := plot(result)) is not None]
    shown = list(_shown(result))
    return page(
        __package__,
        result=result,
        names=[contender.name for contender in result.contenders],
        statements=statements,
        groups=[list(rows) for _, rows in groupby(_rows(result, shown), key=lambda row: row[0])],
        figures=figures,
        differing=_differing(result),
        features=feature_rows(result) + _abilities(result),
        prices=[(one.name, one.capabilities) for one in result.contenders],
        criteria=shown,
        normaliser=STATED,
    )


def _shown(result: Result) -> Iterator[Criterion]:
    """Criteria that at least one engine could be measured on."""
    for criterion in CRITERIA:
        if any(result.value(contender.name, criterion.name) for contender in result.contenders):
            yield criterion


def _rows(result: Result, criteria: list[Criterion]) -> Iterator[tuple[str, _Row]]:
    for criterion in criteria:
        yield criterion.group, _row(result, criterion, None)
        for speaker in result.speakers if criterion.name == "wer" else ():
            yield criterion.group, _row(result, criterion, speaker)


def _row(result: Result, criterion: Criterion, speaker: str | None) -> _Row:
    names = best(result, criterion.name, speaker)
    cells = []
    for contender in result.contenders:
        score = result.value(contender.name, criterion.name, speaker)
        interval = interval_text(score) if score else None
        text = value_text(score) if score else "-"
        cells.append(_Cell(text, interval, contender.name in names))
    return _Row(speaker or criterion.title.strip(), cells, bool(speaker) or criterion.title.startswith(" "))


def _differing(result: Result) -> list[tuple[str, list[str]]]:
    """How much each two engines differ, as a square table."""
    names = [contender.name for contender in result.contenders]

    def text(one: str, other: str) -> str:
        share = result.differing.get((one, other), result.differing.get((other, one)))
        return "-" if share is None else f"{share:.1%}"

    return [(one, [text(one, other) for other in names]) for one in names] if result.differing else []


def _abilities(result: Result) -> list[tuple[str, list[str]]]:
    named = sorted({ability for one in result.contenders for ability in one.capabilities.abilities})
    return [
        (
            ability.replace("_", " "),
            ["yes" if ability in one.capabilities.abilities else "-" for one in result.contenders],
        )
        for ability in named
    ]
