"""Amounts, counts, times and measures: numbers that identify nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tasks.redact import lexicon
from tasks.redact.wordlists import word_set

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tasks.redact.script import Script
    from tasks.redact.tokens import Atom

MONEY = word_set("money")
"""What is followed by an amount: "the balance was ...", "charged ..."."""
ROUGHLY = word_set("roughly")
"""Nobody says these before the digits of an identifier."""
LABELS = lexicon.LABELS_BEFORE - lexicon.SOUNDS_LIKE
SHARES = frozenset(
    {"a", "an", "per", "each", "apiece", "off", "plus", "total", "left", "altogether", "every"}
)
"""What follows a price or a count: "eighty five a month", "thirty off"."""
REACH = 8
"""A word about money counts so many words before the number."""


def is_quantity(script: Script, first: int, end: int, atoms: Sequence[Atom]) -> bool:
    """Whether a number surely counts or measures something, or names a thing, by the words beside it."""
    after, before = script.next(end - 1), script.prev(first)
    if after in lexicon.UNITS or (after in {"a", "p"} and script.next(end - 1, 2) == "m"):
        return True
    if before in LABELS or before in ROUGHLY or after in {"point", "hundred", "thousand"}:
        return True
    if before and script.tokens[first - 1].atoms[0].kind == "amount":
        return True
    if end - first == 1:
        return False
    said = script.cores[first:end]
    if (said.count("point") == 1 and "dot" not in said) or "by" in said:
        return True
    return (before == "a" or "and" in said) and _is_round(atoms)


def _is_round(atoms: Sequence[Atom]) -> bool:
    """Whether it is hundreds or thousands, and not much more."""
    kinds = [atom.kind for atom in atoms if atom.kind not in {"word", "filler", "mark"}]
    return "scale" in kinds and len(kinds) <= 5


def is_amount(script: Script, first: int, end: int) -> bool:
    """Whether a number that was not told digit by digit is an amount, to judge by what is said around it."""
    after = script.next(end - 1)
    if script.prev(first) in {"a", "an"}:
        return True
    if after in SHARES and len(script.next(end - 1, 2)) != 1:
        return True
    at = first - 1
    while at >= max(script.span(first).first, first - REACH) and not script.in_cue(at):
        if script.cores[at] in MONEY:
            return True
        at -= 1
    return False
