"""What the form of a run says of it: one thing or two, told digit by digit or not."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from tasks.redact import lexicon
from tasks.redact.run_words import names_part
from tasks.redact.spoken_numbers import digits_of

if TYPE_CHECKING:
    from tasks.redact.runs import Run
    from tasks.redact.script import Script

TOLD = 4
"""So many digits one by one are hardly ever anything but an identifier."""

_WITHIN_TOLD = lexicon.WITHIN | lexicon.SOUNDS_LIKE
_NO_BRIDGE = lexicon.LINKS | lexicon.CORRECTIONS | lexicon.SOUNDS_LIKE | lexicon.LIKE_WORDS


def is_told(script: Script, run: Run) -> bool:
    """Whether it is four digits or more, every one by itself and nothing between: "two two oh seven"."""
    return TOLD <= len(run.words) == run.words[-1] - run.first + 1 and all(
        atom.kind in {"digit", "zero", "repeat"} or (atom.kind == "written" and len(atom.value) == 1)
        for at in run.words
        for atom in script.tokens[at].atoms
    )


def is_bridged(script: Script, run: Run) -> bool:
    """Whether words stand inside that are neither digits nor fillers, or an "and": it may be two things."""
    if run.end - run.first == len(run.words):
        return False
    between = set(range(run.first, run.end)).difference(run.words)
    return any(script.cores[at] == "and" or script.cores[at] not in _NO_BRIDGE for at in between)


def densest(script: Script, run: Run) -> int:
    """Digits and letters in the longest stretch without a word that may part two things ("and", "at")."""
    words = run.words
    cuts = [place for place in range(1, len(words)) if _parts(script, words[place - 1], words[place])]
    if not cuts:
        return len(run.value)
    edges = itertools.pairwise([0, *cuts, len(words)])
    parts = ([atom for at in words[first:end] for atom in script.tokens[at].atoms] for first, end in edges)
    return max(len(digits_of(part)) for part in parts)


def _parts(script: Script, before: int, at: int) -> bool:
    if at - before == 1:
        return False
    told = script.tokens[before].single and script.tokens[at].single
    within = _WITHIN_TOLD if told else lexicon.WITHIN
    gap = script.cores[before + 1 : at]
    return not (within.issuperset(gap) or names_part(gap))
