"""What the report shows of each call: how it is called, its unit, what it means and where it misleads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Unit = Literal["share", "seconds", "minutes", "count", "mood"]


@dataclass(frozen=True, slots=True)
class Measure:
    """A column of `call_measures` as people read it."""

    name: str
    title: str
    unit: Unit
    axis: str
    meaning: str
    typical: Literal["median", "mean"] = "median"
    """What stands for many calls: the mean where most calls have none of it."""
    in_scorecard: bool = True


MEASURES: Final = (
    Measure(
        "handle_ms",
        "Length of a call",
        "minutes",
        "minutes",
        "From the recording's beginning to its end, holds included; work after the call is not in it.",
    ),
    Measure(
        "agent_share",
        "Agent's share of the talking",
        "share",
        "share of what both speak",
        "Of the time that agent and customer speak, how much the agent does; talk-over counts for both.",
    ),
    Measure(
        "dead_air_share",
        "Dead air",
        "share",
        "share of the call",
        (
            "Silences of 5 seconds and more between the first word and the last, as a part of the call. "
            "Music on hold is silence here, and so is work without a word."
        ),
        "mean",
    ),
    Measure(
        "agent_interruptions",
        "Interruptions by the agent",
        "count",
        "times a call",
        "How often the agent begins while the customer still speaks, and both go on for half a second.",
        "mean",
    ),
    Measure(
        "customer_interruptions",
        "Interruptions by the customer",
        "count",
        "times a call",
        "The same the other way round: often a sign that an explanation is too long.",
        "mean",
        in_scorecard=False,
    ),
    Measure(
        "agent_response_ms",
        "Agent's response",
        "seconds",
        "seconds of silence",
        (
            "The call's median silence before the agent answers the customer. Answers that begin while the "
            "customer still speaks, and silences over 30 seconds (holds), do not count."
        ),
    ),
    Measure(
        "customer_sentiment",
        "Customers' mood",
        "mood",
        "mood, -1 to 1",
        (
            "The customer's words by an English lexicon (VADER), from -1 to 1. Irony and bad news in plain "
            "words are not heard: compare many calls, never judge one."
        ),
    ),
    Measure(
        "agent_sentiment",
        "Agents' mood",
        "mood",
        "mood, -1 to 1",
        "The same for the agent's words; polite formulas count as good mood.",
        in_scorecard=False,
    ),
    Measure(
        "low_confidence_share",
        "Doubtful words",
        "share",
        "share of the words",
        (
            "Words that the speech engine was unsure of, both sides together. Engines' confidences do not "
            "compare; a rise says that lines, headsets or accents have changed."
        ),
    ),
    Measure(
        "unheard_share",
        "Speech without words",
        "share",
        "share of the speech",
        "Speech in the sound that no word is near to: missed by the engine, or voices in the background.",
        "mean",
        in_scorecard=False,
    ),
)
BY_NAME: Final = {measure.name: measure for measure in MEASURES}
_SCALE: Final[dict[Unit, float]] = {"share": 1, "seconds": 1_000, "minutes": 60_000, "count": 1, "mood": 1}
"""What a value of the lake is divided by to be in its unit."""


def text_of(measure: Measure, value: float) -> str:
    """A value as people read it, with its unit where that is short."""
    shown = scaled(measure, value)
    if measure.unit == "share":
        return f"{shown:.1%}" if 0 < abs(shown) < 0.1 else f"{shown:.0%}"
    if measure.unit == "seconds":
        return f"{shown:.1f} s"
    if measure.unit == "minutes":
        return f"{shown:.1f} min"
    if measure.unit == "mood":
        return f"{shown:+.2f}"
    return f"{shown:.0f}" if shown == round(shown) else f"{shown:.2f}"


def range_of(measure: Measure, low: float, high: float) -> str:
    """Two values with their unit said once."""
    first, last = text_of(measure, low), text_of(measure, high)
    return f"{first.removesuffix(' s').removesuffix(' min')} to {last}"


def scaled(measure: Measure, value: float) -> float:
    """A value of the lake in the measure's unit."""
    return value / _SCALE[measure.unit]


def reach(measure: Measure, low: float, high: float) -> tuple[float, float]:
    """An interval without what the measure cannot be: less than nothing, or more than all."""
    if measure.unit == "mood":
        return low, high
    return max(low, 0), min(high, 1) if measure.unit == "share" else high
