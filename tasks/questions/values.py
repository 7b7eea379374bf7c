"""Parameter values from text, by the types a header may name."""

from __future__ import annotations

import math
from datetime import date
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from tasks.questions.question import ParameterType, Value

_LARGEST_INTEGER: Final = 2**31 - 1
_BOOLEANS: Final = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}

EXPECTED: Final[dict[ParameterType, str]] = {
    "varchar": "text",
    "varchar[]": "texts separated by semicolons",
    "integer": "a whole number such as 20",
    "double": "a number such as 1.5",
    "boolean": "true or false",
    "date": "a date such as 2026-03-02",
}
"""What to write for each type, for messages."""


def cast(kind: ParameterType, text: str) -> Value:
    """The value that a text stands for.

    Raises:
        ValueError: the text is no value of this type.
    """
    return _CASTS[kind](text)


def _integer(text: str) -> int:
    number = int(text)
    if abs(number) > _LARGEST_INTEGER:
        raise ValueError("out of range")
    return number


def _double(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("not finite")
    return number


def _boolean(text: str) -> bool:
    word = text.strip().lower()
    if word not in _BOOLEANS:
        raise ValueError("neither true nor false")
    return _BOOLEANS[word]


def _date(text: str) -> date:
    return date.fromisoformat(text.strip())


def _texts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(";") if part.strip())


_CASTS: Final[dict[ParameterType, Callable[[str], Value]]] = {
    "varchar": str,
    "varchar[]": _texts,
    "integer": _integer,
    "double": _double,
    "boolean": _boolean,
    "date": _date,
}
