"""Wrong values that are said beside the right one: "melanie not melody", "twelve instead of twenty"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tasks.redact.candidates import Candidate
from tasks.redact.name_words import NEVER
from tasks.redact.wordlists import phrase_set

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tasks.redact.runs import Run
    from tasks.redact.script import Script

CONTRASTS = phrase_set("contrasts")
LONGEST = max(map(len, CONTRASTS))
FAR = 3
"""So many words may stand between the value and the contrast."""


def find_contrasts(script: Script, runs: Sequence[Run], found: Sequence[Candidate]) -> Iterator[Candidate]:
    """The values that are set against one that was found, of the same kind."""
    starts = {run.first: run for run in runs}
    for candidate in found:
        at = _after_contrast(script, candidate.end)
        if at is None:
            continue
        if candidate.entity == "PERSON" and _may_be_name(script, at):
            yield Candidate(at, at + 1, "PERSON", 0.55, "contrast")
        elif candidate.entity != "PERSON" and at in starts:
            yield Candidate(at, starts[at].end, candidate.entity, 0.55, "contrast")


def _after_contrast(script: Script, end: int) -> int | None:
    """The word after "not", "instead of" and the like, soon behind words[:end] in the same breath."""
    limit = script.span(end - 1).end
    for at in range(end, min(end + FAR, limit)):
        for length in range(LONGEST, 0, -1):
            if tuple(script.cores[at : at + length]) in CONTRASTS and at + length < limit:
                return at + length
    return None


def _may_be_name(script: Script, at: int) -> bool:
    token = script.tokens[at]
    listed = token.name.first or token.name.everyday or token.name.last or token.capital
    return listed and token.core not in NEVER and not token.sealed
