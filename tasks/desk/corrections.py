"""Corrections: what people's decisions about a call amount to, finding by finding. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tasks.desk.decisions import Decided
    from tasks.schemas import Finding


@dataclass(frozen=True, slots=True)
class Correction:
    """What becomes of one finding."""

    finding_id: str
    verdict: Literal["confirmed", "rejected"]
    finding: Finding | None = None
    """What a person marked; None for a finding that is the detector's."""


def of_call(decided: Sequence[Decided]) -> list[Correction]:
    """One correction a finding, in the order of their ids.

    While a second opinion is awaited or two people differ, what takes words out counts at once, and what
    brings words back waits.
    """
    raise NotImplementedError
