"""Ceilings: money is set aside before a request goes, so that those in flight cannot pass them together."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from tasks.errors import OverBudget

if TYPE_CHECKING:
    from collections.abc import Iterator


class Purse(Protocol):
    """What several workers spend in a month together."""

    def take(self, usd: float, ceiling_usd: float) -> bool:
        """Set money aside, unless all of it together would pass the ceiling."""

    def add(self, usd: float) -> None:
        """Count what was spent anyway; less than nothing is given back."""


@dataclass(slots=True)
class Budget:
    """What a run may still spend, USD. Shared by all its requests; None stands for no ceiling."""

    per_run_usd: float | None = None
    per_month_usd: float | None = None
    month_before_usd: float = 0.0
    """Spent in this month before this run."""
    run_usd: float = 0.0
    """Spent or set aside in this run."""
    purse: Purse | None = None
    """Where the month is counted for all workers; without one, this run's own count is what there is."""

    @contextmanager
    def holding(self, usd: float) -> Iterator[None]:
        """Set the price of a request aside; what failed inside is given back.

        Raises:
            OverBudget: the request would pass a ceiling. What costs nothing always goes.
        """
        if usd > 0:
            self._check(usd)
        self.run_usd += usd
        try:
            yield
        except BaseException:
            self._count(-usd)
            raise

    def lost(self, usd: float) -> None:
        """Count what the vendor may charge for answers that got lost: a ceiling errs on the safe side."""
        self._count(usd)

    def _count(self, usd: float) -> None:
        self.run_usd += usd
        if self.purse:
            self.purse.add(usd)

    def _check(self, usd: float) -> None:
        wanted = self.run_usd + usd
        if self.per_run_usd is not None and wanted > self.per_run_usd:
            raise OverBudget(
                f"the ceiling of {self.per_run_usd:g} USD per run is reached; the next run goes on"
            )
        if self.per_month_usd is not None and not self._within_month(usd, self.per_month_usd):
            raise OverBudget(
                f"the ceiling of {self.per_month_usd:g} USD per month is reached; "
                "raise CALLARCHIVE_MAX_USD_PER_MONTH or wait for the next month (UTC)"
            )

    def _within_month(self, usd: float, ceiling_usd: float) -> bool:
        if self.purse:
            return self.purse.take(usd, ceiling_usd)
        return self.month_before_usd + self.run_usd + usd <= ceiling_usd
