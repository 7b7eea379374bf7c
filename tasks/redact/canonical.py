"""A value as it would be written down: the same however it was said, grouped or spelled."""

from __future__ import annotations

import re
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Final

from tasks.redact import lexicon
from tasks.redact.run_words import exemplifies
from tasks.redact.spoken_numbers import digits_of
from tasks.redact.tokens import NUMERIC, SPELLING, Atom, Token, read_word

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DATES: Final = frozenset({"DOB", "DATE", "CARD_EXPIRY"})
_SIGNED: Final = frozenset({"EMAIL", "UPI_ID", "USERNAME", "IP_ADDRESS", "MAC_ADDRESS"})
"""Their dots, dashes and at-signs are part of the value."""
WORDED: Final = frozenset({"PERSON", "ADDRESS"})
"""Their words count, not only the digits and letters among them."""
_SIGN: Final = re.compile(r"[a-z0-9][^a-z0-9'][a-z0-9]")
_NO_DIGIT: Final = re.compile(r"\D")
_DIGITS: Final = re.compile(r"\d+")
_MONTHS: Final = {
    name: f"{number:02}"
    for number, months in enumerate(
        "jan january,feb february,mar march,apr april,may,jun june,jul july,aug august,"
        "sep sept september,oct october,nov november,dec december".split(","),
        start=1,
    )
    for name in months.split()
}


def canonical_value(entity: str, texts: Sequence[str]) -> str:
    """The value that these words say: "four double one", "41-1" and "411" are all "411"; names in lower case.

    Dates become digits, the month first where it is named. Two different values may not be told apart where
    the words do not tell them apart; equal ones said in unusual ways may.
    """
    tokens = _without_examples([read_word(text) for text in texts])
    if entity in DATES:
        return "".join(_date_parts(tokens))
    if entity in _SIGNED:
        return "".join(_pieces(tokens, signs=True))
    if entity in WORDED or not any(token.value_like for token in tokens):
        return " ".join(_pieces(tokens, signs=False))
    return _written(tokens)


def _without_examples(tokens: Sequence[Token]) -> list[Token]:
    """The words less fillers, and less "as in david" after a "d"."""
    kept: list[Token] = []
    likened = False
    for token in tokens:
        if kept and likened and exemplifies(token.core, kept[-1].core[-1:]):
            likened = False
            continue
        if token.core in lexicon.BEFORE_EXAMPLE and kept and kept[-1].atoms[-1].kind == "letter":
            likened = True
            continue
        likened = False
        if token.core not in lexicon.FILLERS:
            kept.append(token)
    return kept


def _pieces(tokens: Sequence[Token], *, signs: bool) -> Iterator[str]:
    """Numbers and spellings as written, other words in lower case, spoken signs as signs."""
    for is_value, group in groupby(tokens, key=lambda token: _is_value(token, signs=signs)):
        same = list(group)
        if is_value:
            yield _written(same)
        else:
            yield from (_word(token, signs=signs) for token in same)


def _is_value(token: Token, *, signs: bool) -> bool:
    return token.value_like and not (signs and _SIGN.search(token.core))


def _word(token: Token, *, signs: bool) -> str:
    if signs:
        return lexicon.MARKS.get(token.core, token.core)
    return token.core.removesuffix("'s").replace("'", "")


def _written(tokens: Sequence[Token]) -> str:
    """Digits and letters: "12,500" may be part of a number, and "o" is a letter among letters."""
    kinds = [atom.kind for token in tokens if token.core != "o" for atom in token.atoms]
    is_spelling = sum(kind in SPELLING for kind in kinds) * 2 > len(kinds)
    return digits_of(
        [_atom(token, atom, is_spelling=is_spelling) for token in tokens for atom in token.atoms]
    )


def _atom(token: Token, atom: Atom, *, is_spelling: bool) -> Atom:
    if is_spelling and token.core == "o":
        return Atom("letter", "o")
    if atom.kind in {"amount", "date"}:
        return Atom("written", _NO_DIGIT.sub("", atom.value))
    return atom


def _date_parts(tokens: Sequence[Token]) -> Iterator[str]:
    atoms = [atom for token in tokens for atom in token.atoms]
    yield from (_MONTHS[atom.value] for atom in atoms if atom.value in _MONTHS)
    whole = [
        Atom("digit", atom.value) if atom.kind == "ordinal" and before.kind == "tens" else atom
        for before, atom in pairwise([Atom("word", ""), *atoms])  # "twenty first" is one number
    ]
    for is_spoken, group in groupby(whole, key=lambda atom: atom.kind in NUMERIC - {"written"}):
        same = list(group)
        parts = [digits_of(same)] if is_spoken else _DIGITS.findall(" ".join(atom.value for atom in same))
        yield from (part.zfill(2) for part in parts)
