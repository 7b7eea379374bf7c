"""The report's page: key figures, volumes, conversations, agents, redaction, what was held back, costs."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tasks.pages.page import page
from tasks.report.gather import FEW_CALLS
from tasks.report.measures import BY_NAME, MEASURES, Measure, range_of, reach, text_of
from tasks.report.plots import agents, differs, entities, trend, volumes

if TYPE_CHECKING:
    from datetime import datetime

    from tasks.report.gather import Answers, Row

_PLOTTED: Final = ("agent_share", "dead_air_share", "agent_interruptions", "customer_sentiment")
"""What agents are shown in side by side; the scorecard has the rest."""
_FINDINGS: Final = ("findings", "taken_out", "left_for_review", "calls_with_finding")
_WORDS: Final = ("word_count", "low_confidence_words", "calls")
_COSTS: Final = ("requests", "cache_hits", "audio_ms", "billed_ms", "cost_usd", "uncertain_cost_usd")


@dataclass(frozen=True, slots=True)
class _Card:
    """One measure over all calls; without `typical` there are too few."""

    measure: Measure
    calls: int
    typical: str | None
    spread: str | None
    drawn: str | None


@dataclass(frozen=True, slots=True)
class _Cell:
    text: str
    interval: str | None = None
    off: str | None = None
    """`above` or `below` where the agent differs from all calls' mean."""


@dataclass(frozen=True, slots=True)
class _Agent:
    agent_id: str
    calls: int
    cells: list[_Cell]


def report(answers: Answers, made_at: datetime) -> str:
    """The whole page as HTML. It loads nothing, and holds no word of any call."""
    dated = [row for row in answers.periods if row["period_start"] is not None]
    overall = {row["measure"]: row for row in answers.measures if row["period_start"] is None}
    scored = [one for one in MEASURES if one.in_scorecard and one.name in overall]
    redacted = _summed(answers.redactions, ("entity",), _FINDINGS)
    return page(
        __package__,
        made_at=made_at,
        answers=answers,
        dated=dated,
        undated=sum(row["calls"] for row in answers.periods if row["period_start"] is None),
        redactions=sum(row["redactions"] for row in answers.periods),
        few=FEW_CALLS,
        volumes=volumes(dated, answers.period) if len(dated) > 1 else None,
        cards=[card for one in MEASURES if (card := _card(one, answers, overall.get(one.name)))],
        scored=scored,
        overall={one.name: text_of(one, overall[one.name]["mean_value"]) for one in scored},
        scorecard=_scorecard(answers.agents, scored, overall),
        pictures=_pictures(answers.agents, overall),
        redacted=redacted,
        redacted_drawn=entities(redacted),
        doubtful=_summed(answers.doubtful, ("queue", "engine"), _WORDS),
        costs=_summed(answers.costs, ("engine", "model"), _COSTS),
    )


def _card(measure: Measure, answers: Answers, row: Row | None) -> _Card | None:
    """None where not one call could be measured."""
    if row is None:
        return None
    if row["calls"] < FEW_CALLS:
        return _Card(measure, row["calls"], None, None, None)
    rows = [one for one in answers.measures if one["measure"] == measure.name]
    spread = range_of(measure, row["lower_quartile"], row["upper_quartile"])
    typical = text_of(measure, row[f"{measure.typical}_value"])
    return _Card(measure, row["calls"], typical, spread, trend(measure, rows, answers.period))


def _scorecard(rows: list[Row], scored: list[Measure], overall: dict[str, Row]) -> list[_Agent]:
    """Agents by calls; a cell is empty where an agent has too few calls for it."""
    by_agent: dict[str, dict[str, Row]] = defaultdict(dict)
    for row in rows:
        by_agent[row["agent_id"]][row["measure"]] = row
    cards = [
        _Agent(agent_id, of_agent["handle_ms"]["calls"], [_cell(one, of_agent, overall) for one in scored])
        for agent_id, of_agent in by_agent.items()
    ]
    return sorted(cards, key=lambda card: (-card.calls, card.agent_id))


def _cell(measure: Measure, of_agent: dict[str, Row], overall: dict[str, Row]) -> _Cell:
    row = of_agent.get(measure.name)
    if row is None or row["mean_value"] is None:
        return _Cell("-")
    interval = range_of(measure, *reach(measure, row["low"], row["high"]))
    off = differs(row, overall[measure.name]["mean_value"])
    return _Cell(text_of(measure, row["mean_value"]), interval, off)


def _pictures(rows: list[Row], overall: dict[str, Row]) -> list[tuple[Measure, str]]:
    pictures = []
    for name in _PLOTTED:
        of_measure = [row for row in rows if row["measure"] == name]
        drawn = agents(BY_NAME[name], of_measure, overall[name]["mean_value"]) if of_measure else None
        if drawn:
            pictures.append((BY_NAME[name], drawn))
    return pictures


def _summed(rows: list[Row], names: tuple[str, ...], sums: tuple[str, ...]) -> list[Row]:
    """The rows of each group added up, the largest group first. Groups that share calls must not be added."""
    groups: dict[tuple[str | None, ...], dict[str, float]] = defaultdict(lambda: dict.fromkeys(sums, 0))
    for row in rows:
        group = groups[tuple(row[name] for name in names)]
        for name in sums:
            group[name] += row[name] or 0
    listed = sorted(groups.items(), key=lambda item: (-item[1][sums[0]], *map(str, item[0])))
    return [dict(zip(names, key, strict=True)) | group for key, group in listed]
