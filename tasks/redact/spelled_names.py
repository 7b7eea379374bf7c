"""Names of persons that are spelled, or begin with initials."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tasks.redact import lexicon
from tasks.redact.candidates import Candidate
from tasks.redact.name_forms import is_company
from tasks.redact.tokens import NUMERIC

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tasks.redact.runs import Run
    from tasks.redact.script import Script

MAX_INITIALS = 3


def find_spelled(script: Script, runs: Sequence[Run], found: Sequence[Candidate]) -> Iterator[Candidate]:
    """Letters directly behind a name, or up to three words later: its spelling."""
    ends = {candidate.end for candidate in found}
    known = {script.cores[candidate.first] for candidate in found}
    for run in runs:
        if run.digits or run.letters < 2:
            continue
        named = run.first if run.value in known else _spells_word_before(script, run)
        if named:
            yield Candidate(named, run.end, "PERSON", 0.75, "spelling")
            continue
        for gap in range(4):
            at = run.first - gap
            if (
                at in ends
                and script.say_of[at - 1] == script.say_of[run.first]
                and _plain_gap(script, at, run.first)
            ):
                yield Candidate(run.first, run.end, "PERSON", 0.8, "spelling")
                break


def find_initials(script: Script, runs: Sequence[Run]) -> Iterator[Candidate]:
    """Letters before a last name: "j p morrison"."""
    for run in runs:
        if run.digits or run.letters > MAX_INITIALS or not script.next(run.end - 1):
            continue
        reading = script.tokens[run.end].name
        if reading.last and not reading.common and not is_company(script, run.first, run.end + 1):
            yield Candidate(run.first, run.end + 1, "PERSON", 0.7, "initials")


def _spells_word_before(script: Script, run: Run) -> int:
    """Where the word stands that a run spells, up to four words before it; 0 where there is none."""
    for at in range(run.first - 1, max(script.span(run.first).first, run.first - 4) - 1, -1):
        core = script.cores[at]
        if run.letters > 2 and (core == run.value or (len(run.value) > 3 and core.startswith(run.value))):
            return at
    return 0


def _plain_gap(script: Script, first: int, end: int) -> bool:
    fine = lexicon.LINKS | {"spelled", "spelt", "s", "with", "first", "last"}
    return all(script.cores[at] in fine for at in range(first, end)) and not any(
        atom.kind in NUMERIC for at in range(first, end) for atom in script.tokens[at].atoms
    )
