"""What a comparison came to, ready to be shown: numbers and names of engines, no words of any call."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

from tasks.compare.scores import (
    Sample,
    Score,
    common_sample,
    resampled,
    score_engines,
    together,
    utterances_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from tasks.compare.comparison import Comparison
    from tasks.engines.contract import Capabilities


@dataclass(frozen=True, slots=True)
class Contender:
    """An engine in a comparison. `name` is as it was asked for: the engine, or engine:model."""

    name: str
    engine: str
    model: str
    capabilities: Capabilities
    notes: tuple[str, ...] = ()
    """What was done differently for it."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What was compared, when and how, apart from the scores."""

    comparison_id: str
    compared_at: datetime
    stand_in: bool
    """True where hosted engines were played by the local stand-in."""
    quarantined: int = 0
    """Recordings that could not be read."""
    from_store: int = 0
    """Requests whose answer was there already."""
    vocabulary: int = 0
    """Terms in the vocabulary file."""


@dataclass(frozen=True, slots=True)
class Difference:
    """How much higher the word error rate of `engine` is than that of `other`; the interval covers 95 %."""

    engine: str
    other: str
    value: float
    low: float | None = None
    high: float | None = None

    @property
    def told_apart(self) -> bool:
        """Whether the sample is big enough to say who is better."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)

    def turned(self) -> Difference:
        """The same, seen from the other engine."""
        low, high = (None if edge is None else -edge for edge in (self.high, self.low))
        return replace(self, engine=self.other, other=self.engine, value=-self.value, low=low, high=high)


@dataclass(frozen=True, slots=True)
class Result:
    """A finished comparison."""

    circumstances: Circumstances
    contenders: tuple[Contender, ...]
    scores: Mapping[str, tuple[Score, ...]]
    bins: Mapping[str, list[dict[str, float | int]]]
    differences: tuple[Difference, ...]
    differing: Mapping[tuple[str, str], float]
    failures: Mapping[str, Mapping[str, int]]
    left_out: Mapping[str, int]
    recordings: int
    audio_ms: int
    units: str | None
    speech_by_reference: bool | None
    """Where speech was, for coverage, is known from the references; None where both kinds are mixed."""

    def value(self, name: str, criterion: str, speaker: str | None = None) -> Score | None:
        """One engine's score; None where it could not be measured."""
        return next(
            (one for one in self.scores[name] if (one.criterion, one.speaker) == (criterion, speaker)), None
        )

    @property
    def scored(self) -> bool:
        """Whether there was anything to score against."""
        return any(self.value(name, "wer") for name in self.scores)

    @property
    def speakers(self) -> tuple[str, ...]:
        """The speakers that were scored apart."""
        named = {score.speaker for scores in self.scores.values() for score in scores if score.speaker}
        return tuple(sorted(named))


def result_of(comparison: Comparison, contenders: tuple[Contender, ...], how: Circumstances) -> Result:
    """The scores of a finished comparison."""
    sample = common_sample(comparison.records)
    records = comparison.records
    based = {
        side.by_reference
        for record in records.values()
        for number in sample.recordings
        for side in record.sides.get(number, ())
    }
    taken = next((record.taken for record in records.values() if record.taken), {})
    return Result(
        circumstances=how,
        contenders=contenders,
        scores={name: tuple(scores) for name, scores in score_engines(records, sample).items()},
        bins={name: together(record, sample).calibration.bins() for name, record in records.items()},
        differences=tuple(_differences(comparison, sample)),
        differing={
            pair: pair_differs.share
            for pair, pair_differs in comparison.differing.items()
            if pair_differs.share is not None
        },
        failures={name: record.failures for name, record in records.items() if record.failures},
        left_out={reason: count for reason, count in comparison.left_out.items() if count},
        recordings=len(sample.recordings),
        audio_ms=sum(taken[number].duration_ms for number in sample.recordings),
        units=sample.units,
        speech_by_reference=based.pop() if len(based) == 1 else None,
    )


def _differences(comparison: Comparison, sample: Sample) -> Iterator[Difference]:
    names = [name for name, record in comparison.records.items() if record.taken]
    rows = {name: utterances_of(comparison.records[name], sample) for name in names}
    words = sum(marks.words for marks in rows[names[0]]) if names else 0
    if not words:
        return
    wrong = {
        name: sum(marks.substitutions + marks.insertions + marks.deletions for marks in row)
        for name, row in rows.items()
    }
    draws = resampled(list(rows.values()), "wer", sample)
    for (place, name), (other_place, other) in combinations(enumerate(names), 2):
        interval = draws.difference(place, other_place) if draws else None
        low, high = (interval.low, interval.high) if interval else (None, None)
        yield Difference(name, other, (wrong[name] - wrong[other]) / words, low, high)


def as_dict(result: Result, statements: list[str]) -> dict[str, Any]:
    """For machines: what `--json` prints."""
    how = result.circumstances
    return {
        "comparison_id": how.comparison_id,
        "compared_at": how.compared_at,
        "stand_in": how.stand_in,
        "recordings": result.recordings,
        "audio_minutes": round(result.audio_ms / 60_000, 2),
        "intervals": {"level": 0.95, "resampled": result.units},
        "engines": {contender.name: _engine(result, contender) for contender in result.contenders},
        "differences": [
            {
                "engine": one.engine,
                "other": one.other,
                "wer_difference": one.value,
                "low": one.low,
                "high": one.high,
                "told_apart": one.told_apart,
            }
            for one in result.differences
        ],
        "disagreement": [
            {"engine": pair[0], "other": pair[1], "share": share} for pair, share in result.differing.items()
        ],
        "left_out": dict(result.left_out),
        "quarantined": how.quarantined,
        "statements": statements,
    }


def _engine(result: Result, contender: Contender) -> dict[str, Any]:
    facts: dict[str, Any] = {"engine": contender.engine, "model": contender.model, "wer": None, "words": 0}
    facts |= _values(result.scores[contender.name], None)
    facts["speakers"] = {
        speaker: _values(result.scores[contender.name], speaker) for speaker in result.speakers
    }
    facts["calibration"] = result.bins[contender.name]
    facts["failed_because"] = dict(result.failures.get(contender.name, {}))
    facts["features"] = features(contender.capabilities)
    facts["notes"] = list(contender.notes)
    return facts


def _values(scores: tuple[Score, ...], speaker: str | None) -> dict[str, Any]:
    """Every criterion by name, with its sample size and its interval where it has one."""
    values: dict[str, Any] = {}
    for score in scores:
        if score.speaker != speaker:
            continue
        values[score.criterion] = score.value
        if score.criterion == "wer":
            values["words"] = score.sample_size
        elif score.criterion in ("digit_error_rate", "term_error_rate", "pii_recall"):
            values[f"{score.criterion}_of"] = score.sample_size
        if score.low is not None:
            values |= {f"{score.criterion}_low": score.low, f"{score.criterion}_high": score.high}
    return values


def features(capabilities: Capabilities) -> dict[str, Any]:
    """What an engine can do, from its CAPABILITIES."""
    return {
        "languages": list(capabilities.languages),
        "word_times": "stated" if capabilities.word_times else "derived",
        "confidence": capabilities.confidence,
        "channels_per_request": capabilities.channels_per_request,
        "runs_here": capabilities.runs_here,
        "abilities": sorted(capabilities.abilities),
        "list_price_usd_per_hour": capabilities.usd_per_audio_hour,
        "price_source": capabilities.price_source,
        "price_date": capabilities.price_date.isoformat(),
    }
