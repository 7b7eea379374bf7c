"""Words of addresses: streets, states, units, and names of places that are no names of persons."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from tasks.redact.wordlists import word_set

if TYPE_CHECKING:
    from collections.abc import Sequence

CITIES_PATH = Path(__file__).with_name("cities.txt")

STREETS = word_set("streets")
"""What a street is called; most are ordinary words, and count only after a number and a name."""
PLAIN_STREETS = word_set("plain_streets")
"""These are hardly ever anything else."""
HOUSES = word_set("houses")
"""What a house with a name of its own is called."""
STREET_NAMES = word_set("street_names")
"""Ordinary words after which streets are named."""
NOT_IN_NAMES = word_set("not_in_names")
"""No word of a street's name, between the number and "street"."""
UNITS = word_set("places_units")
DIRECTIONS = word_set("directions")
HEADINGS = frozenset(word for word in DIRECTIONS if len(word) > 2)
SURE_UNITS = frozenset({"apartment", "apt", "unit", "flat", "suite", "ste", "lot", "trailer"})
FORMAL = STREETS | HEADINGS | SURE_UNITS | {"box"}
"""Without one of these nothing has the form of an address."""
STATES = word_set("states")
CITIES = word_set("cities")
COUNTRIES = word_set("countries")
KNOWN = STATES | CITIES | COUNTRIES
"""Names of places that are hardly ever names of persons."""


@lru_cache(maxsize=1)
def _city_names() -> dict[str, list[tuple[str, ...]]]:
    """The cities of cities.txt by their first word, the longest name first."""
    by_first: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for line in CITIES_PATH.read_text(encoding="utf-8").splitlines():
        words = tuple(line.split())
        by_first[words[0]].append(words)
    return {first: sorted(names, key=len, reverse=True) for first, names in by_first.items()}


def city_length(cores: Sequence[str], at: int, end: int) -> int:
    """How many words of the name of a city stand at a word, 0 where it is none."""
    for name in _city_names().get(cores[at], ()):
        if at + len(name) <= end and tuple(cores[at : at + len(name)]) == name:
            return len(name)
    return 1 if cores[at] in CITIES else 0
