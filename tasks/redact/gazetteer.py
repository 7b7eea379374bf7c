"""What lists of names and of ordinary words know of a word."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

NAMES_DIR = Path(__file__).with_name("names")


class NameReading(NamedTuple):
    """Which lists a word is in."""

    first: bool = False
    """A first name, hardly ever anything else."""
    everyday: bool = False
    """A first name that is also an ordinary word or a place."""
    mostly_last: bool = False
    """A first name that is rare, or more often a last name: not taken for a person by itself."""
    last: bool = False
    """A last name, everyday words included."""
    common: bool = False
    """An ordinary word; never true of a plain first name."""


NO_NAME = NameReading()


@lru_cache(maxsize=1)
def _lists() -> dict[str, frozenset[str]]:
    return {
        path.stem: frozenset(path.read_text(encoding="utf-8").split()) for path in NAMES_DIR.glob("*.txt")
    }


def read_name(core: str) -> NameReading:
    """The reading of a lower-case word; "smith's" and both halves of "lopez-garcia" count as names."""
    lists = _lists()
    base = core.removesuffix("'s")
    if base in lists["common"] or base in lists["first_everyday"]:
        return NameReading(
            everyday=base in lists["first_everyday"], last=base in lists["last_everyday"], common=True
        )
    parts = base.split("-") if "-" in base else [base]
    return NameReading(
        first=all(part in lists["first"] for part in parts),
        mostly_last=base in lists["mostly_last"],
        last=all(part in lists["last"] or part in lists["last_everyday"] for part in parts),
    )
