"""How far a score could be off by the luck of the sample: the bootstrap over recordings or utterances.

Percentile intervals, all engines on the same resamples, so that differences between engines are paired:
Bisani and Ney 2004, "Bootstrap estimates for confidence intervals in ASR performance evaluation".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

RESAMPLES: Final = 2_000
LEAST_UNITS: Final = 10
"""With fewer units than this an interval would promise more than it can keep."""

_SEED: Final = 20_260_301
_AT_ONCE: Final = 100


@dataclass(frozen=True, slots=True)
class Interval:
    """A 95 % interval."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Resampled:
    """A ratio of every engine (rows) on every resample (columns); nan where a resample holds nothing."""

    ratios: NDArray[np.float64]

    def interval(self, engine: int) -> Interval | None:
        """Where the ratio of an engine lies."""
        return _interval(self.ratios[engine])

    def difference(self, engine: int, other: int) -> Interval | None:
        """Where the first engine's ratio less the other's lies."""
        return _interval(self.ratios[engine] - self.ratios[other])


def resample(parts: NDArray[np.int64], wholes: NDArray[np.int64]) -> Resampled | None:
    """The ratios sum(parts) / sum(wholes) on resamples of the units; None where these are too few.

    Both arrays have a row for every engine and a column for every unit, the same units in each row.
    """
    units = parts.shape[1]
    if units < LEAST_UNITS:
        return None
    with np.errstate(invalid="ignore", divide="ignore"):
        ratios = [(parts @ counts.T) / (wholes @ counts.T) for counts in _draws(units)]
    return Resampled(np.concatenate(ratios, axis=1))


def _draws(units: int) -> Iterator[NDArray[np.int64]]:
    """How often each unit is drawn, a row for every resample."""
    dice = np.random.default_rng(_SEED)
    for _ in range(RESAMPLES // _AT_ONCE):
        yield dice.multinomial(units, np.full(units, 1 / units), size=_AT_ONCE)


def _interval(values: NDArray[np.float64]) -> Interval | None:
    known = values[np.isfinite(values)]
    if not len(known):
        return None
    low, high = np.percentile(known, [2.5, 97.5])
    return Interval(float(low), float(high))
