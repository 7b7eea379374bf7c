"""The lists of words that the detectors know, read from one file."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import yaml

WORDS_PATH = Path(__file__).with_name("words.yaml")


@lru_cache(maxsize=1)
def _lists() -> dict[str, str]:
    written: dict[str, str] = yaml.safe_load(WORDS_PATH.read_text(encoding="utf-8"))
    return written


def word_set(name: str) -> frozenset[str]:
    """The words of a list, lower case."""
    return frozenset(_lists()[name].split())


def word_list(name: str) -> tuple[str, ...]:
    """The words of a list in their order: numbers from the smallest."""
    return tuple(_lists()[name].split())


def phrase_set(name: str) -> frozenset[tuple[str, ...]]:
    """The phrases of a list, each as its words."""
    return frozenset(tuple(phrase.split()) for phrase in _lists()[name].split(","))
