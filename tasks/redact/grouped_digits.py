"""Long numbers that an engine wrote with commas, as amounts are: "4,111 1,111 1,111 1,111"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tasks.redact.candidates import Candidate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tasks.redact.script import Script

FEWEST_DIGITS = 7
_GROUPED = re.compile(r"^\d{1,3}(?:,\d{3})+$")


def find_grouped_digits(script: Script) -> Iterator[Candidate]:
    """Such a number, with the digits beside it; amounts never stand side by side without a pause."""
    end = 0
    for at in script.where([core for core in script.said if "," in core and _GROUPED.match(core)]):
        if at < end:
            continue
        first, end = at, at + 1
        while _goes_on(script, first - 1):
            first -= 1
        while _goes_on(script, end - 1):
            end += 1
        digits = sum(char.isdigit() for core in script.cores[first:end] for char in core)
        if end - first > 1 and digits >= FEWEST_DIGITS:
            yield Candidate(first, end, "NUMBER", 0.6, "grouped")


def _goes_on(script: Script, at: int) -> bool:
    """Whether two words of written digits stand side by side."""
    if at < 0 or not script.next(at) or script.tokens[at].pauses:
        return False
    return all(
        _GROUPED.match(script.cores[word]) or script.tokens[word].atoms[0].kind == "written"
        for word in (at, at + 1)
    )
