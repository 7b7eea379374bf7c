"""The report's plots as SVG: text stays text, every engine has its colour and its sign."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import matplotlib as mpl
from matplotlib.ticker import PercentFormatter

from tasks.pages.svg import COLOURS, SIGNS, STYLE, plot, svg

if TYPE_CHECKING:
    from tasks.compare.result import Result
    from tasks.compare.scores import Score

_KINDS: Final = (
    ("substitutions", "wrong", ""),
    ("insertions", "added", "//"),
    ("deletions", "missing", ".."),
)
_FEW: Final = 10
"""A share of fewer words than this is left out: it would draw the eye and mean nothing."""


def error_rates(result: Result) -> str | None:
    """Word error rates with their intervals, the lowest on top; None without references."""
    scores = _by_engine(result, "wer")
    if not scores:
        return None
    ranked = sorted(scores, key=lambda name: -scores[name].value)
    with mpl.rc_context(STYLE):
        figure, axes = plot(height=0.9 + 0.45 * len(ranked))
        for place, name in enumerate(ranked):
            colour, sign = _look(result, name)
            score = scores[name]
            if score.low is not None and score.high is not None:
                axes.plot([score.low, score.high], [place, place], color=colour, linewidth=2.5)
            axes.plot(score.value, place, sign, color=colour, markersize=8)
        axes.set_yticks(range(len(ranked)), ranked)
        axes.set_ylim(-0.6, len(ranked) - 0.4)
        axes.grid(visible=False, axis="y")
        axes.set_xlabel("word error rate, less is better")
        axes.set_xlim(left=0)
        axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=None))
        return svg(
            figure, "Word error rate of each engine with its 95 % interval; the table has the numbers."
        )


def error_kinds(result: Result) -> str | None:
    """What kinds of errors each engine makes, for every hundred words; None without references."""
    scores = _by_engine(result, "wer")
    if not scores:
        return None
    names = [contender.name for contender in result.contenders if contender.name in scores][::-1]
    with mpl.rc_context(STYLE):
        figure, axes = plot(height=1.2 + 0.45 * len(names))
        left = [0.0] * len(names)
        for (kind, label, hatch), colour in zip(_KINDS, ("#4c78a8", "#f2cf5b", "#b9b9b9"), strict=True):
            counts = [result.value(name, kind) for name in names]
            shares = [one.value / one.sample_size if one and one.sample_size else 0.0 for one in counts]
            axes.barh(
                range(len(names)),
                shares,
                0.6,
                left,
                color=colour,
                edgecolor="#333333",
                hatch=hatch,
                label=label,
            )
            left = [start + share for start, share in zip(left, shares, strict=True)]
        axes.set_yticks(range(len(names)), names)
        axes.grid(visible=False, axis="y")
        axes.set_xlabel("share of the words that were said")
        axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=None))
        axes.legend(ncols=3, loc="lower left", bbox_to_anchor=(0, 1), frameon=False)
        return svg(figure, "Wrong, added and missing words of each engine; the table has the numbers.")


def reliability(result: Result) -> str | None:
    """The share of right words by confidence; None where there are too few words with one."""
    bins = {
        contender.name: [one for one in result.bins[contender.name] if one["words"] >= _FEW]
        for contender in result.contenders
    }
    if not any(bins.values()):
        return None
    with mpl.rc_context(STYLE):
        figure, axes = plot(height=4.2)
        axes.plot([0, 1], [0, 1], color="#777777", linestyle="--", linewidth=1)
        along: Any = {"rotation": 45, "transform_rotates_text": True, "rotation_mode": "anchor"}
        axes.text(0.03, 0.07, "as it should be", color="#555555", **along)
        for name in filter(bins.get, bins):
            colour, sign = _look(result, name)
            sure, right = ([one[key] for one in bins[name]] for key in ("confidence", "right"))
            axes.plot(sure, right, sign, color=colour, linestyle="-", linewidth=1.2, markersize=6, label=name)
        axes.set_xlim(0, 1.02)
        axes.set_ylim(0, 1.04)
        axes.set_xlabel("confidence the engine states")
        axes.set_ylabel("share of words that are right")
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(PercentFormatter(1, decimals=0))
        axes.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False)
        return svg(figure, "Share of right words against stated confidence, for each engine and tenth.")


def cost_and_errors(result: Result) -> str | None:
    """Word error rate against cost; None without references."""
    rates, costs = _by_engine(result, "wer"), _by_engine(result, "usd_per_audio_hour")
    both = [
        contender.name for contender in result.contenders if {contender.name} <= rates.keys() & costs.keys()
    ]
    if len(both) < 2:
        return None
    with mpl.rc_context(STYLE):
        figure, axes = plot(height=3.6)
        for name in both:
            colour, sign = _look(result, name)
            axes.plot(
                costs[name].value, rates[name].value, sign, color=colour, markersize=9, label=name, alpha=0.85
            )
        axes.set_xlim(left=-0.01, right=1.15 * max(costs[name].value for name in both) + 0.01)
        axes.set_ylim(bottom=0, top=1.25 * max(rates[name].value for name in both) + 0.001)
        axes.set_xlabel("USD for an hour of recordings")
        axes.set_ylabel("word error rate")
        axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=None))
        axes.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False)
        return svg(figure, "Word error rate against cost of each engine: low and left is best.")


def _by_engine(result: Result, criterion: str) -> dict[str, Score]:
    scores = {contender.name: result.value(contender.name, criterion) for contender in result.contenders}
    return {name: score for name, score in scores.items() if score}


def _look(result: Result, name: str) -> tuple[str, str]:
    """An engine's colour and sign, the same in every plot."""
    place = [contender.name for contender in result.contenders].index(name)
    return COLOURS[place % len(COLOURS)], SIGNS[place % len(SIGNS)]
