"""Scorecards: calls over time, agents' figures with their intervals, and categories."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from flows.review.access import READERS, needs
from flows.review.filters import day_of, query_of
from flows.review.rendering import render
from flows.review.setup import setup_of
from tasks.desk.accounts import Account
from tasks.questions.bind import bind
from tasks.questions.loader import load_questions
from tasks.report.measures import MEASURES, Measure, range_of, reach, text_of

if TYPE_CHECKING:
    from tasks.lake.standing_reader import StandingReader

Row = dict[str, Any]

router = APIRouter()
_NAMES: Final = ("queue", "since", "until")
_FEW_CALLS: Final = 10
_MOST_DAYS: Final = 62
_FEWEST_SLOTS: Final = 45
"""A bar is never wider than the plot over so many."""
_QUESTIONS: Final = load_questions()


@dataclass(frozen=True, slots=True)
class Cell:
    """An agent's mean of one measure, as text and as places from 0 to 100 on the measure's scale."""

    text: str
    interval: str
    low: float
    at: float
    high: float
    mean: float
    off: str | None
    """`above` or `below` where the interval leaves out the mean of all calls."""


@router.get("/scorecards")
def scorecards(
    request: Request,
    account: Annotated[Account, needs(*READERS)],  # noqa: ARG001  (asked for to be allowed)
) -> Response:
    """The figures of these days' calls, without a word of them."""
    given = {name: request.query_params.get(name, "").strip() for name in _NAMES}
    for name in ("since", "until"):
        day_of(given[name])
    of = {name: value for name, value in given.items() if value}
    reader = setup_of(request).reader
    by_agent = _answer(reader, "measures_by_agent", of | {"at_least_calls": str(_FEW_CALLS)})
    overall = _answer(reader, "measures_by_period", of | {"period": "month"})
    rules = _answer(reader, "calls_by_rule", of)
    periods = _answer(reader, "calls_by_period", of | {"period": "day"})
    means = {row["measure"]: row for row in overall if row["period_start"] is None}
    scored = [one for one in MEASURES if one.in_scorecard and one.name in means]
    return render(
        request,
        "scorecards.html.j2",
        asked=given,
        query=query_of(of),
        few=_FEW_CALLS,
        scored=scored,
        means={one.name: text_of(one, means[one.name]["mean_value"]) for one in scored},
        agents=_agents(by_agent, scored, means),
        rules=rules,
        days=_bars(periods),
        fewest_slots=_FEWEST_SLOTS,
    )


def _answer(reader: StandingReader, name: str, given: dict[str, str]) -> list[Row]:
    question = _QUESTIONS[name]
    return reader.answer(question.sql, bind(question, given))


def _bars(periods: list[Row]) -> list[Row]:
    """The last days with a call, each with its place: days without any have room, too."""
    dated = [row for row in periods if row["period_start"]][-_MOST_DAYS:]
    first = dated[0]["period_start"] if dated else None
    return [row | {"place": (row["period_start"] - first).days} for row in dated]


def _agents(
    rows: list[Row], scored: list[Measure], means: dict[str, Row]
) -> list[tuple[str, int, list[Cell | None]]]:
    """Each agent's calls and cells, most calls first; no cell from too few calls."""
    known = {(row["agent_id"], row["measure"]): row for row in rows}
    scales = {
        one.name: _scale([row for row in rows if row["measure"] == one.name], means[one.name])
        for one in scored
    }
    calls = {row["agent_id"]: row["calls"] for row in rows if row["measure"] == "handle_ms"}
    return [
        (
            agent,
            count,
            [_cell(one, known.get((agent, one.name)), means[one.name], scales[one.name]) for one in scored],
        )
        for agent, count in sorted(calls.items(), key=lambda item: (-item[1], item[0]))
    ]


def _scale(rows: list[Row], overall: Row) -> tuple[float, float]:
    """From the lowest end of an interval to the highest."""
    ends = [row[name] for row in rows for name in ("low", "high") if row[name] is not None]
    ends.append(overall["mean_value"])
    return min(ends), max(ends)


def _cell(measure: Measure, row: Row | None, overall: Row, scale: tuple[float, float]) -> Cell | None:
    if row is None or row["mean_value"] is None:
        return None
    mean = overall["mean_value"]
    low, high = reach(measure, row["low"], row["high"])
    width = (scale[1] - scale[0]) or 1.0
    places = [
        100 * (min(max(value, scale[0]), scale[1]) - scale[0]) / width
        for value in (low, row["mean_value"], high, mean)
    ]
    off = None if low <= mean <= high else "above" if row["mean_value"] > mean else "below"
    return Cell(
        text_of(measure, row["mean_value"]),
        range_of(measure, low, high),
        places[0],
        places[1],
        places[2],
        places[3],
        off,
    )
