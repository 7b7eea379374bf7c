"""From marks to scores: every criterion's value, its interval where there is one, and its sample size."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from operator import attrgetter
from typing import TYPE_CHECKING, Final

import numpy as np

from tasks.compare.bootstrap import LEAST_UNITS, Resampled, resample
from tasks.compare.marks import SideMarks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from tasks.compare.hypothesis import Request
    from tasks.compare.marks import UtteranceMarks

    Count = Callable[[UtteranceMarks], int]


def _errors(marks: UtteranceMarks) -> int:
    return marks.substitutions + marks.insertions + marks.deletions


_RATIOS: Final[Mapping[str, tuple[Count, Count]]] = {
    "wer": (_errors, attrgetter("words")),
    "digit_error_rate": (attrgetter("digit_errors"), attrgetter("digits")),
    "term_error_rate": (attrgetter("terms_missed"), attrgetter("terms")),
    "pii_recall": (attrgetter("personal_hidden"), attrgetter("personal")),
}
"""Criteria that are a part of a whole, both counted in every utterance."""

_COUNTS: Final = ("substitutions", "insertions", "deletions")


@dataclass(frozen=True, slots=True)
class Score:
    """One criterion of one engine; `speaker` None stands for all. The interval covers 95 %."""

    criterion: str
    value: float
    sample_size: int
    low: float | None = None
    high: float | None = None
    speaker: str | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What a recording took an engine."""

    duration_ms: int
    requests: tuple[Request, ...]


@dataclass(slots=True)
class Record:
    """Everything an engine did in a comparison, by recording."""

    sides: dict[int, list[SideMarks]] = field(default_factory=dict)
    """Recordings with a reference."""
    taken: dict[int, Taken] = field(default_factory=dict)
    """Recordings that were heard."""
    failures: dict[str, int] = field(default_factory=dict)
    """Recordings that were not, by reason."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What all engines are scored on: the recordings that every one of them heard."""

    recordings: tuple[int, ...]
    units: str | None
    """What is drawn again for the intervals: "recordings" or "utterances"; None where both are too few."""


def common_sample(records: Mapping[str, Record]) -> Sample:
    """The recordings that every engine heard; an engine that heard none is left out of this."""
    heard = [set(record.taken) for record in records.values() if record.taken]
    recordings = tuple(sorted(set.intersection(*heard))) if heard else ()
    sides = next((record.sides for record in records.values() if record.taken), {})
    scored = [number for number in recordings if number in sides]
    utterances = sum(len(side.utterances) for number in scored for side in sides[number])
    units = next(
        (
            name
            for name, many in (("recordings", len(scored)), ("utterances", utterances))
            if many >= LEAST_UNITS
        ),
        None,
    )
    return Sample(recordings, units)


def score_engines(records: Mapping[str, Record], sample: Sample) -> dict[str, list[Score]]:
    """All scores by engine. What cannot be measured has none: no reference, no times, no confidence."""
    words = _word_scores(records, sample)
    return {
        name: [
            *words.get(name, []),
            *_side_scores(together(record, sample)),
            *_work_scores(
                record, [record.taken[number] for number in sample.recordings if number in record.taken]
            ),
        ]
        for name, record in records.items()
    }


def utterances_of(record: Record, sample: Sample, speaker: str | None = None) -> list[UtteranceMarks]:
    """The marks of the sample's utterances, the same ones in the same order for every engine."""
    return [
        marks
        for number in sample.recordings
        for side in record.sides.get(number, ())
        for marks in side.utterances
        if speaker in (None, marks.speaker)
    ]


def together(record: Record, sample: Sample) -> SideMarks:
    """The marks of all the sample's sides as one, without the utterances."""
    whole = SideMarks()
    for side in (side for number in sample.recordings for side in record.sides.get(number, ())):
        whole.calibration.merge(side.calibration)
        whole.coverage += side.coverage
        whole.time_errors_ms += side.time_errors_ms
    return whole


def resampled(rows: Sequence[Sequence[UtteranceMarks]], criterion: str, sample: Sample) -> Resampled | None:
    """A ratio of several engines, a row of utterances each, on the same resamples."""
    part, whole = _RATIOS[criterion]
    if sample.units is None:
        return None
    return resample(_by_unit(rows, part, sample.units), _by_unit(rows, whole, sample.units))


def _word_scores(records: Mapping[str, Record], sample: Sample) -> dict[str, list[Score]]:
    heard = [name for name, record in records.items() if record.taken]
    scores: dict[str, list[Score]] = defaultdict(list)
    spoken = utterances_of(records[heard[0]], sample) if heard else []
    speakers = sorted({marks.speaker for marks in spoken if marks.speaker})
    for speaker in (None, *speakers):
        rows = [utterances_of(records[name], sample, speaker) for name in heard]
        for criterion, (part, whole) in _RATIOS.items():
            draws = resampled(rows, criterion, sample) if rows and rows[0] else None
            for place, name in enumerate(heard):
                total = sum(map(whole, rows[place]))
                if total:
                    value = sum(map(part, rows[place])) / total
                    interval = draws.interval(place) if draws else None
                    # Where every utterance fares the same, resamples do too: that is no certainty.
                    spread = interval and interval.low < interval.high
                    low, high = (interval.low, interval.high) if interval and spread else (None, None)
                    scores[name].append(Score(criterion, value, total, low, high, speaker))
        for place, name in enumerate(heard):
            scores[name] += _counts(rows[place], speaker)
    return scores


def _counts(row: Sequence[UtteranceMarks], speaker: str | None) -> list[Score]:
    words = sum(marks.words for marks in row)
    if not row:
        return []
    return [Score(name, sum(map(attrgetter(name), row)), words, speaker=speaker) for name in _COUNTS]


def _by_unit(rows: Sequence[Sequence[UtteranceMarks]], count: Count, units: str) -> NDArray[np.int64]:
    by_utterance = np.array([[count(marks) for marks in row] for row in rows], np.int64)
    if units == "utterances":
        return by_utterance
    owners = np.array([marks.recording for marks in rows[0]])
    _, column = np.unique(owners, return_inverse=True)
    return np.array([np.bincount(column, weights=row) for row in by_utterance], np.int64)


def _side_scores(side: SideMarks) -> list[Score]:
    scores = []
    covered, times_ms, calibration = side.coverage, side.time_errors_ms, side.calibration
    if covered.speech_ms:
        scores.append(Score("unheard_speech", covered.unheard_ms / covered.speech_ms, covered.speech_ms))
    if covered.words:
        scores.append(Score("words_on_silence", covered.on_silence / covered.words, covered.words))
    if times_ms:
        middle, most = np.percentile(times_ms, [50, 95])
        scores.append(Score("word_time_error_ms", float(middle), len(times_ms) // 2))
        scores.append(Score("word_time_error_p95_ms", float(most), len(times_ms) // 2))
    if calibration.error is not None:
        scores.append(Score("calibration_error", calibration.error, calibration.count))
    return scores


def _work_scores(record: Record, taken: Sequence[Taken]) -> list[Score]:
    requests = [request for one in taken for request in one.requests]
    timed = [request for request in requests if request.latency_ms is not None and request.audio_ms]
    latencies = [request.latency_ms or 0 for request in timed]
    length_ms = sum(one.duration_ms for one in taken)
    failed = sum(record.failures.values())
    scores = [
        Score("failures", failed, failed + len(record.taken)),
        Score("retries", sum(request.retries for request in requests), len(requests)),
    ]
    if latencies:
        sent_ms = sum(request.audio_ms for request in timed)
        scores.append(Score("rtf", sum(latencies) / sent_ms, len(latencies)))
        middle, most = np.percentile(latencies, [50, 95])
        scores.append(Score("latency_p50_ms", float(middle), len(latencies)))
        scores.append(Score("latency_p95_ms", float(most), len(latencies)))
    if length_ms:
        cost_usd = sum(request.cost_usd for request in requests)
        scores.append(Score("usd_per_audio_hour", cost_usd / (length_ms / 3_600_000), len(taken)))
    return scores
