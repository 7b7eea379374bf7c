"""What a detector believes it has found."""

from __future__ import annotations

from typing import NamedTuple


class Candidate(NamedTuple):
    """Personal data at words[first:end] of a conversation, within one breath of one speaker."""

    first: int
    end: int
    entity: str
    score: float
    reason: str
