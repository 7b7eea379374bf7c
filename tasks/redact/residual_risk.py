"""How much personal data is probably left, from what was found and how well the detector was measured."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True, slots=True)
class ResidualRisk:
    """Entities that were probably missed: at best, at worst, and what the estimate rests on."""

    missed_at_best: float
    missed_at_worst: float
    basis: str

    def sentence(self) -> str:
        """The estimate for a person."""
        return (
            f"Probably missed: {self.missed_at_best:.1f} to {self.missed_at_worst:.1f} entities. {self.basis}"
        )


def residual_risk(found: int) -> ResidualRisk:
    """What was probably missed beside `found` entities: found * (1 - r) / r for the measured shares r."""
    measured = _measured()
    low, high = measured["leak_free"]["low"], measured["leak_free"]["high"]
    basis = (
        f"Basis: {low:.0%} to {high:.0%} of entities found in {measured['source']}; "
        f"not counted: {measured['not_counted']}."
    )
    return ResidualRisk(round(found * (1 - high) / high, 1), round(found * (1 - low) / low, 1), basis)


@lru_cache(maxsize=1)
def _measured() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("measured.yaml").read_text("utf-8"))
    return content
