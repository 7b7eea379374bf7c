"""The questions that the report asks, and their answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from datetime import date

Row = dict[str, Any]
Ask = Callable[[str, Mapping[str, str]], list[Row]]
"""The rows that a question of sql/qa answers with, given its parameters as text."""

FEW_CALLS: Final = 10
"""From fewer calls no figure is drawn: it would be chance."""
_MOST_DAYS: Final = 35
_MOST_DAYS_IN_WEEKS: Final = 800


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose calls: of these days (UTC, both included), of this queue; None does not limit."""

    since: date | None = None
    until: date | None = None
    queue: str | None = None


@dataclass(frozen=True, slots=True)
class Answers:
    """The rows of each question. Questions that know no queue are of all queues; see `ask_all`."""

    scope: Scope
    first_day: date | None
    last_day: date | None
    """Of the calls whose day is known."""
    period: str
    periods: list[Row]
    measures: list[Row]
    agents: list[Row]
    rules: list[Row]
    redactions: list[Row]
    held_back: list[Row]
    doubtful: list[Row]
    costs: list[Row]

    @property
    def calls(self) -> int:
        """Calls of these days."""
        return sum(row["calls"] for row in self.periods)

    def as_dict(self) -> dict[str, Any]:
        """For machines."""
        return asdict(self)


def ask_all(ask: Ask, scope: Scope) -> Answers:
    """Everything that the page shows.

    Days where there are few, else weeks, else months. Recordings that did not become calls have no queue.
    """
    days = {name: str(day) for name, day in (("since", scope.since), ("until", scope.until)) if day}
    of_queue = days | ({"queue": scope.queue} if scope.queue else {})
    by_day = ask("calls_by_period", of_queue | {"period": "day"})
    known = [row["period_start"] for row in by_day if row["period_start"]]
    first, last = (known[0], known[-1]) if known else (None, None)
    period = _period(first, last)
    few = {"at_least_calls": str(FEW_CALLS)}
    return Answers(
        scope=scope,
        first_day=first,
        last_day=last,
        period=period,
        periods=by_day if period == "day" else ask("calls_by_period", of_queue | {"period": period}),
        measures=ask("measures_by_period", of_queue | {"period": period}),
        agents=ask("measures_by_agent", of_queue | few),
        rules=ask("calls_by_rule", of_queue),
        redactions=_of_queue(ask("redactions_by_week", days), scope),
        held_back=ask("held_back", days),
        doubtful=_of_queue(ask("low_confidence_rate", days | {"at_least_words": "1"}), scope),
        costs=_of_queue(ask("cost_by_day", days), scope),
    )


def _period(first: date | None, last: date | None) -> str:
    span = (last - first).days + 1 if first and last else 0
    if span <= _MOST_DAYS:
        return "day"
    return "week" if span <= _MOST_DAYS_IN_WEEKS else "month"


def _of_queue(rows: list[Row], scope: Scope) -> list[Row]:
    return [row for row in rows if scope.queue is None or row["queue"] == scope.queue]
