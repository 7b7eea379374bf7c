"""Scores as people read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tasks.compare.criteria import BY_NAME

if TYPE_CHECKING:
    from tasks.compare.result import Result
    from tasks.compare.scores import Score


_FEW: Final = 3
_LONGEST_CODE: Final = 5


def value_text(score: Score) -> str:
    """A score in its unit."""
    unit = BY_NAME[score.criterion].unit
    if unit == "share":
        return f"{score.value:.1%}"
    if unit in ("ratio", "USD/hour"):
        return f"{score.value:.3f}"
    return f"{score.value:,.0f}"


def interval_text(score: Score) -> str | None:
    """The interval of a share, in percent; None without one."""
    if score.low is None or score.high is None:
        return None
    return f"{100 * score.low:.1f}-{100 * score.high:.1f}"


def best(result: Result, criterion: str, speaker: str | None = None) -> frozenset[str]:
    """The engines with the best value as it is shown; none where all values read the same."""
    better = BY_NAME[criterion].better
    scores = {one.name: result.value(one.name, criterion, speaker) for one in result.contenders}
    known = {name: score for name, score in scores.items() if score}
    texts = {name: value_text(score) for name, score in known.items()}
    if better is None or len(set(texts.values())) < 2:
        return frozenset()
    winner = (min if better == "lower" else max)(known, key=lambda name: known[name].value)
    return frozenset(name for name, text in texts.items() if text == texts[winner])


def feature_rows(result: Result) -> list[tuple[str, list[str]]]:
    """What engines can do, a row for each feature and a text for each contender."""
    capabilities = [one.capabilities for one in result.contenders]
    confidence = {
        None: "none",
        "probability": "by word",
        "log_probability": "by word",
        "segment_log_probability": "by segment",
    }
    return [
        ("model", [one.model for one in result.contenders]),
        ("runs", ["here" if one.runs_here else "vendor" for one in capabilities]),
        ("word times", ["stated" if one.word_times else "derived" for one in capabilities]),
        ("confidence", [confidence[one.confidence] for one in capabilities]),
        ("channels a request", [str(one.channels_per_request) for one in capabilities]),
        ("languages", [_languages(one.languages) for one in capabilities]),
    ]


def _languages(languages: tuple[str, ...]) -> str:
    """Codes where they are few; some engines name the others in words."""
    codes = [language for language in languages if len(language) <= _LONGEST_CODE]
    more = " and more" if len(codes) < len(languages) else ""
    return f"{', '.join(codes) if len(codes) <= _FEW else len(codes)}{more}"
