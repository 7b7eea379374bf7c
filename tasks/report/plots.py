"""The report's plots as SVG; each is told in words as well, and its numbers stand in a table or beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import matplotlib as mpl
from matplotlib.ticker import FuncFormatter, MaxNLocator

from tasks.pages.svg import COLOURS, STYLE, plot, svg
from tasks.report.gather import FEW_CALLS
from tasks.report.measures import scaled, text_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from tasks.report.gather import Row
    from tasks.report.measures import Measure

_BLUE, _RED = COLOURS[:2]
_BAND: Final = "#bcd9ea"
_DATED: Final = STYLE | {"date.converter": "concise"}
_BAR: Final = {"day": 0.8, "week": 5.6, "month": 23.0}
_FINDINGS: Final = ("entity", "taken_out", "left_for_review")
_MOST_AGENTS: Final = 30
"""More would not be readable side by side; the table has all."""


def volumes(periods: list[Row], period: str) -> str:
    """Calls by day, week or month."""
    days, calls = ([row[name] for row in periods] for name in ("period_start", "calls"))
    with mpl.rc_context(_DATED):
        figure, axes = plot(2.6, width=13)
        axes.bar(days, calls, _BAR[period], color=_BLUE, align="center" if period == "day" else "edge")
        axes.grid(visible=False, axis="x")
        axes.set_ylabel(f"calls a {period}")
        axes.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=5))
        _days(axes)
        return svg(
            figure, f"Calls by {period}: from {min(calls):,} to {max(calls):,}; the table has the numbers."
        )


def trend(measure: Measure, rows: list[Row], period: str) -> str | None:
    """A measure's typical value by period, with the middle half of the calls.

    None where fewer than two periods have enough calls: the rest would be chance drawn as a course.
    """
    rows = [row for row in rows if row["period_start"] is not None]
    enough = [row["calls"] >= FEW_CALLS for row in rows]
    if sum(enough) < 2:
        return None
    days = [row["period_start"] for row in rows]
    values = [scaled(measure, row[f"{measure.typical}_value"]) for row in rows]
    with mpl.rc_context(_DATED):
        figure, axes = plot(2.5)
        if measure.typical == "median":
            low = [scaled(measure, row["lower_quartile"]) for row in rows]
            high = [scaled(measure, row["upper_quartile"]) for row in rows]
            axes.fill_between(days, low, high, where=enough, color=_BAND, linewidth=0)
        axes.plot(days, values, color=_BLUE, linewidth=1.8)
        for full, inside in ((True, _BLUE), (False, "white")):
            at = [place for place, is_full in enumerate(enough) if is_full == full]
            points: Any = {"color": _BLUE, "markerfacecolor": inside, "markersize": 5, "linestyle": "none"}
            axes.plot([days[place] for place in at], [values[place] for place in at], "o", **points)
        if measure.unit == "mood":
            axes.axhline(0, color="#555555", linewidth=0.8)
        else:
            axes.set_ylim(0, 1.08 * axes.get_ylim()[1])  # from zero, else chance looks like a change
        _units(axes, measure, axis="y")
        _days(axes)
        return svg(figure, _told(measure, [row[f"{measure.typical}_value"] for row in rows], period))


def agents(measure: Measure, rows: list[Row], overall: float) -> str | None:
    """Each agent's mean with its interval against the mean of all calls; None with fewer than two agents."""
    known = sorted((row for row in rows if row["mean_value"] is not None), key=lambda row: -row["calls"])
    shown = sorted(known[:_MOST_AGENTS], key=lambda row: row["mean_value"])
    if len(shown) < 2:
        return None
    with mpl.rc_context(STYLE):
        figure, axes = plot(0.9 + 0.24 * len(shown))
        axes.axvline(scaled(measure, overall), color="#555555", linestyle="--", linewidth=1)
        for place, row in enumerate(shown):
            off = differs(row, overall)
            colour, sign = (_RED, "D") if off else (_BLUE, "o")
            axes.plot([scaled(measure, row["low"]), scaled(measure, row["high"])], [place] * 2, color=colour)
            axes.plot(scaled(measure, row["mean_value"]), place, sign, color=colour, markersize=5)
        axes.set_yticks(range(len(shown)), [row["agent_id"] for row in shown])
        axes.set_ylim(-0.7, len(shown) - 0.3)
        axes.grid(visible=False, axis="y")
        _units(axes, measure, axis="x")
        marked = sum(differs(row, overall) is not None for row in shown)
        told = f"{measure.title} of {len(shown)} agents with 95 % intervals; {marked} lie off the mean."
        return svg(figure, told)


def entities(rows: list[Row]) -> str | None:
    """Findings by entity, taken out and left for review; None without any."""
    if not rows:
        return None
    kinds, taken, left = ([row[name] for row in reversed(rows)] for name in _FINDINGS)
    with mpl.rc_context(STYLE):
        figure, axes = plot(1.0 + 0.28 * len(rows), width=13)
        places = range(len(rows))
        axes.barh(places, taken, 0.7, color=_BLUE, label="taken out")
        for_review: Any = {"color": "#f2cf5b", "edgecolor": "#333333", "hatch": "//"}
        shown = [count or float("nan") for count in left]  # else a line where there is nothing
        axes.barh(places, shown, 0.7, taken, label="left for review", **for_review)
        axes.set_yticks(places, kinds)
        axes.grid(visible=False, axis="y")
        axes.set_xlabel("findings")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
        axes.legend(ncols=2, loc="lower left", bbox_to_anchor=(0, 1), frameon=False)
        return svg(figure, f"Findings of {len(rows)} kinds of personal data; the table has the numbers.")


def differs(row: Row, overall: float) -> str | None:
    """`above` or `below` where the interval of an agent's mean leaves out the mean of all calls."""
    if row["low"] is None or row["low"] <= overall <= row["high"]:
        return None
    return "above" if row["mean_value"] > overall else "below"


def _told(measure: Measure, values: list[float], period: str) -> str:
    low, high, last = (text_of(measure, value) for value in (min(values), max(values), values[-1]))
    return f"{measure.title} by {period}: {measure.typical} from {low} to {high}, at the end {last}."


def _units(axes: Axes, measure: Measure, axis: str) -> None:
    scale = axes.xaxis if axis == "x" else axes.yaxis
    scale.set_major_locator(MaxNLocator(nbins=5))
    percent = measure.unit == "share"
    scale.set_major_formatter(FuncFormatter(lambda at, _: f"{100 * at:g}%" if percent else f"{at:g}"))
    scale.set_label_text(measure.axis)


def _days(axes: Axes) -> None:
    axes.xaxis.get_offset_text().set_visible(False)  # only the last date's month, which reads like a mistake
