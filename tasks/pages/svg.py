"""Plots as SVG elements of a page: text stays text, and every plot is told in words."""

from __future__ import annotations

import io
import re
from html import escape
from typing import TYPE_CHECKING, Any, Final

from matplotlib.figure import Figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOURS: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#5c5c5c")
"""Okabe and Ito's palette, told apart by people who see few colours; on paper the signs do it."""
SIGNS: Final = ("o", "s", "^", "D", "v", "P", "X")
STYLE: Final[Any] = {  # matplotlib's stubs want every key spelled out in the type
    "svg.fonttype": "none",
    "svg.hashsalt": "callarchive",
    "font.family": "sans-serif",
    "font.size": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.color": "#e3e3e3",
    "hatch.linewidth": 0.7,
}
_WIDTH: Final = 6.4


def plot(height: float, width: float = _WIDTH) -> tuple[Figure, Axes]:
    """A figure of that size in inches and its axes; to be drawn within `STYLE`."""
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots()


def svg(figure: Figure, told: str) -> str:
    """The figure as an element of a page, as wide as its place; `told` is for who cannot see it."""
    target = io.StringIO()
    unsaid = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    figure.savefig(target, format="svg", metadata=unsaid)
    drawn = re.sub(r"<metadata>.*?</metadata>", "", target.getvalue(), count=1, flags=re.DOTALL)
    box = re.search(r'viewBox="[^"]*"', drawn)
    attributes = f'{box.group() if box else ""} role="img" aria-label="{escape(told, quote=True)}"'
    return re.sub(r"^.*?<svg[^>]*>", f"<svg {attributes}>", drawn, count=1, flags=re.DOTALL)
