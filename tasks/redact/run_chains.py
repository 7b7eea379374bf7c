"""Which runs are parts of one value, although something is said in between."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tasks.redact.shapes import USUAL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tasks.redact.candidates import Candidate
    from tasks.redact.runs import Run
    from tasks.redact.script import Script

MAX_APART = 3
"""So many words may stand between two parts of a value in one breath."""
LONGEST_MOMENT = 6
"""And so many where what comes then is all that the value lacks."""
REFERENCE = frozenset({"ref", "reference", "irn"})
"""Between a card of several persons and the number of one on it: "... one oh seven two ref one"."""


def chained(runs: Sequence[Run], index: int) -> list[Run]:
    """The run with all that it goes on with and that goes on with it."""
    first = index
    while runs[first].follows:
        first -= 1
    end = index + 1
    while end < len(runs) and runs[end].follows:
        end += 1
    return list(runs[first:end])


def goes_on(script: Script, runs: Sequence[Run], index: int, before: Candidate) -> bool:
    """Whether a run is the next part of the value before it, across what either speaker says."""
    if runs[index].follows:
        return True
    if script.say_of[before.first] != script.say_of[runs[index].first]:
        return False
    return _is_near(script, before, runs[index]) or _completes(runs, index, before)


def _is_near(script: Script, before: Candidate, run: Run) -> bool:
    """Whether hardly anything stands between: "starts with ... and ends in ..."."""
    gap = range(before.end, run.first)
    if len(gap) == 1 and script.cores[before.end] in REFERENCE:
        return True
    return len(gap) <= MAX_APART and not run.letters and run.singles > 1 and not any(map(script.in_cue, gap))


def _completes(runs: Sequence[Run], index: int, before: Candidate) -> bool:
    """Whether a run is just what the one before lacks, a moment later: "... <hold on the dog> one seven".

    That is so where it has as many digits as are missing, or where somebody says both as one.
    """
    begun, run = runs[index - 1], runs[index]
    if run.first - before.end > LONGEST_MOMENT or run.letters or not 1 < run.digits == run.singles:
        return False
    lacks = USUAL.get(before.entity, 0) - begun.digits
    return run.digits == lacks or any(other.value == begun.value + run.value for other in runs)
