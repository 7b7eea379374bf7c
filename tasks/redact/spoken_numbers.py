"""Spoken numbers as the digits a listener would write down."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from tasks.redact.lexicon import DIGITS, REPEATS, TEENS, TENS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tasks.redact.tokens import Atom

_WORDS = {value: word for table in (DIGITS, TEENS, TENS) for word, value in reversed(table.items())}
LONGEST_PHRASE = 8
"""Nobody says a longer number in one phrase ("ninety nine thousand nine hundred and ninety nine")."""
_PLAIN = frozenset({"digit", "zero", "teen", "written", "letter", "letters", "mixed"})
"""Each is written by itself, as it is, unless something else is about."""
_PLAIN_OR_TENS = _PLAIN | {"tens"}
_SMALL = frozenset({"digit", "teen", "tens"})
_SAID_ALONE = frozenset({"digit", "zero", "repeat"})


def digits_of(atoms: Sequence[Atom]) -> str:
    """The digits and letters of a run of atoms: "four double one twenty two" is "41122"."""
    kinds = {kind for kind, _ in atoms}
    if kinds <= _PLAIN:
        return "".join([value for _, value in atoms])
    if kinds <= _PLAIN_OR_TENS:
        return _with_tens(atoms)
    written: list[str] = []
    at = 0
    while at < len(atoms):
        text, at = _read_one(atoms, at)
        written.append(text)
    return "".join(written)


def count_digits(value: str) -> int:
    """How many of its characters are digits."""
    return len(value) if value.isdigit() else sum(char.isdigit() for char in value)


def singles_of(atoms: Sequence[Atom]) -> int:
    """How many digits are said by themselves, or written: of "ninety one" and of "one hundred" none."""
    singles, before, alone = 0, "", 0
    for kind, value in atoms:
        if kind == "scale" and before == "digit":
            singles -= alone
        elif kind == "written":
            singles += len(value)
        elif kind in _SAID_ALONE:
            alone = 0 if before == "tens" and kind == "digit" and value != "0" else 1
            singles += alone
        before = kind
    return singles


def _with_tens(atoms: Sequence[Atom]) -> str:
    """Numbers below a hundred: "forty two one" is "421"."""
    written, before = "", ""
    for kind, value in atoms:
        in_tens = before == "tens" and kind == "digit" and value != "0"
        written = written[:-1] + value if in_tens else written + value
        before = kind
    return written


def _read_one(atoms: Sequence[Atom], at: int) -> tuple[str, int]:
    atom = atoms[at]
    if atom.kind == "repeat":
        return _repeated(atoms, at)
    if atom.kind in _SMALL:
        return _small_number(atoms, at)
    if atom.kind in {"zero", "written", "letter", "letters", "mixed"}:
        return atom.value, at + 1
    if atom.kind == "code":
        return atom.value[0], at + 1
    return "", at + 1


def _repeated(atoms: Sequence[Atom], at: int) -> tuple[str, int]:
    """Twice or thrice what follows, "double oh" is "00"; a repeat without anything to repeat is nothing."""
    if at + 1 == len(atoms):
        return "", at + 1
    text, after = _read_one(atoms, at + 1)
    return text[:1] * REPEATS[atoms[at].value] + text[1:], after


def _small_number(atoms: Sequence[Atom], at: int) -> tuple[str, int]:
    value, at = _below_hundred(atoms, at)
    if at < len(atoms) and atoms[at].kind == "scale":
        return _scaled(value, atoms, at)
    return str(value), at


def _below_hundred(atoms: Sequence[Atom], at: int) -> tuple[int, int]:
    value = int(atoms[at].value)
    if (
        atoms[at].kind == "tens"
        and at + 1 < len(atoms)
        and atoms[at + 1].kind == "digit"
        and atoms[at + 1].value != "0"
    ):
        return value + int(atoms[at + 1].value), at + 2
    return value, at + 1


def _scaled(value: int, atoms: Sequence[Atom], at: int) -> tuple[str, int]:
    """Hundreds and thousands: as long a phrase as text2num reads as one number ("two thousand four").

    After "hundred" a single digit is left alone: "eight hundred five five five" begins a telephone number.
    """
    if atoms[at].value == "hundred":
        return _hundreds(value, atoms, at)
    end = at + 1
    while end < min(len(atoms), at + LONGEST_PHRASE) and atoms[end].kind in _SMALL | {"scale"}:
        end += 1
    for stop in range(end, at, -1):
        number = _read_phrase(
            " ".join([*_said(value), *(_WORDS.get(atom.value, atom.value) for atom in atoms[at:stop])])
        )
        if number is not None:
            return number, stop
    return str(value), at + 1


def _hundreds(value: int, atoms: Sequence[Atom], at: int) -> tuple[str, int]:
    after = at + 1
    if after < len(atoms) and atoms[after].kind in {"tens", "teen"} and not _followed_by_number(atoms, after):
        rest, after = _below_hundred(atoms, after)
        return str(value * 100 + rest), after
    return str(value * 100), after


def _followed_by_number(atoms: Sequence[Atom], at: int) -> bool:
    _, after = _below_hundred(atoms, at)
    return after < len(atoms) and atoms[after].kind in _SMALL | {"zero", "repeat"}


def _said(value: int) -> list[str]:
    """A number below a hundred in words."""
    if str(value) in _WORDS:
        return [_WORDS[str(value)]]
    return [_WORDS[str(value // 10 * 10)], _WORDS[str(value % 10)]]


@lru_cache(maxsize=10_000)
def _read_phrase(phrase: str) -> str | None:
    from text_to_num import text2num  # noqa: PLC0415  (only calls with thousands in them pay for it)

    try:
        return str(text2num(phrase, "en"))
    except ValueError:
        return None
