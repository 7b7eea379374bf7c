"""The allow list: values that are never redacted, digits compared as digits however they are said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tasks.redact.spoken_numbers import digits_of
from tasks.redact.tokens import read_word

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tasks.redact.candidates import Candidate
    from tasks.redact.runs import Run
    from tasks.redact.script import Script

FEWEST_DIGITS = 3
"""An entry with fewer digits is compared as words."""


@dataclass(frozen=True, slots=True)
class AllowList:
    """What the rules allow: numbers as digits, everything else as words."""

    numbers: frozenset[str]
    phrases: frozenset[tuple[str, ...]]

    def words(self, script: Script, runs: Sequence[Run]) -> set[int]:
        """The words of a call that are allowed values."""
        allowed = {word for run in runs if run.value in self.numbers for word in range(run.first, run.end)}
        for phrase in self.phrases:
            for at in script.where(phrase[:1]):
                if tuple(script.cores[at : at + len(phrase)]) == phrase:
                    allowed |= set(range(at, at + len(phrase)))
        return allowed


def build_allow_list(entries: Iterable[str]) -> AllowList:
    """The allow list of a set of rules."""
    numbers: set[str] = set()
    phrases: set[tuple[str, ...]] = set()
    for entry in entries:
        tokens = [read_word(word) for word in entry.split()]
        digits = digits_of([atom for token in tokens for atom in token.atoms])
        if len(digits) >= FEWEST_DIGITS and all(token.value_like for token in tokens):
            numbers.add(digits)
        elif tokens:
            phrases.add(tuple(token.core for token in tokens))
    return AllowList(frozenset(numbers), frozenset(phrases))


def without(candidates: Iterable[Candidate], allowed: set[int]) -> Iterator[Candidate]:
    """The candidates less the allowed words; one that they cut in two becomes two."""
    if not allowed:
        yield from candidates
        return
    for candidate in candidates:
        first = candidate.first
        for word in range(candidate.first, candidate.end + 1):
            if word == candidate.end or word in allowed:
                if word > first:
                    yield candidate._replace(first=first, end=word)
                first = word + 1
