"""A comparison as rows of engine_scores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tasks.compare.criteria import BY_NAME

if TYPE_CHECKING:
    from tasks.compare.result import Result


def score_rows(result: Result) -> list[dict[str, Any]]:
    """One row per engine, speaker and criterion."""
    how = result.circumstances
    return [
        {
            "comparison_id": how.comparison_id,
            "compared_at": how.compared_at,
            "engine": contender.engine,
            "model": contender.model,
            "stand_in": how.stand_in and not contender.capabilities.runs_here,
            "speaker": score.speaker,
            "criterion": score.criterion,
            "value": score.value,
            "low": score.low,
            "high": score.high,
            "resampled": None if score.low is None else result.units,
            "sample_size": score.sample_size,
            "unit": BY_NAME[score.criterion].unit,
        }
        for contender in result.contenders
        for score in result.scores[contender.name]
    ]
