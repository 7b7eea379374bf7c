"""Numbers, spoken or written, as their single digits: "forty two" and "42" are both 4 2."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from text_to_num import find_numbers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_SCALES: Final = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_REPEATS: Final = {"double": 2, "triple": 3}
_DIGIT_WORDS: Final = frozenset("zero one two three four five six seven eight nine".split())


@dataclass(frozen=True, slots=True)
class Token:
    """A word or digit to compare, made from words[first_word:end_word] of what was given.

    `digit` marks digits that somebody would write down; the one of "this one" is none.
    """

    text: str
    first_word: int
    end_word: int
    digit: bool = False


@dataclass(frozen=True, slots=True)
class _Number:
    """A number read from tokens: its digits, and whether it could be no number at all ("one", "second")."""

    digits: str
    first_word: int
    end_word: int
    doubtful: bool = False
    scale: int | None = None
    """1000 where it begins with the word "thousand": what stands before may belong to it."""


def with_digits(tokens: Sequence[Token], language: str = "en") -> list[Token]:
    """The same tokens with a token for every digit in place of every number."""
    said = _repeated(_zeros(tokens)) if language == "en" else list(tokens)
    items = _scaled(_read(said, language)) if can_read(language) else _written(said)
    return [token for place, item in enumerate(items) for token in _tokens(items, place, item)]


@lru_cache
def can_read(language: str) -> bool:
    """Whether spoken numbers of a language are understood."""
    try:
        find_numbers([], language, 0)
    except ValueError:
        return False
    return True


class _Said:
    """A token as text2num wants it."""

    def __init__(self, text: str, *, apart: bool) -> None:
        self._text, self._apart = text, apart

    def text(self) -> str:
        return self._text

    def nt_separated(self, _: object) -> bool:
        return self._apart

    def not_a_number_part(self) -> bool:
        return False


def _zeros(tokens: Sequence[Token]) -> list[Token]:
    """After a number "oh" is a zero."""
    zeroed: list[Token] = []
    for token in tokens:
        after_number = bool(zeroed) and _is_number(zeroed[-1].text)
        zeroed.append(replace(token, text="zero") if token.text in ("oh", "o") and after_number else token)
    return zeroed


@lru_cache(maxsize=10_000)
def _is_number(text: str) -> bool:
    return text.isdecimal() or bool(find_numbers([_Said(text, apart=False)], "en", 0))


def _repeated(tokens: Sequence[Token]) -> list[Token]:
    """What is said twice: "double five" is five five."""
    result: list[Token] = []
    at = 0
    while at < len(tokens):
        times = _REPEATS.get(tokens[at].text, 1)
        after = tokens[at + 1] if times > 1 and at + 1 < len(tokens) else None
        if after and (after.text in _DIGIT_WORDS or (after.text.isdecimal() and len(after.text) == 1)):
            result += [replace(after, first_word=tokens[at].first_word)] * times
            at += 2
        else:
            result.append(tokens[at])
            at += 1
    return result


def _read(tokens: Sequence[Token], language: str) -> list[Token | _Number]:
    """Tokens with the numbers among them read."""
    said = [_Said(token.text, apart=_begins_digits(tokens, at)) for at, token in enumerate(tokens)]
    items: list[Token | _Number] = []
    at = 0
    for found in find_numbers(said, language, 0):
        items += _written(tokens[at : found.start])
        first, last = tokens[found.start], tokens[found.end - 1]
        alone = found.end - found.start == 1 and (found.is_ordinal or first.text == "one")
        digits, scale = _digits(found.text), _SCALES.get(first.text)
        items.append(_Number(digits, first.first_word, last.end_word, alone, scale))
        at = found.end
    return [*items, *_written(tokens[at:])]


def _begins_digits(tokens: Sequence[Token], at: int) -> bool:
    """Single digits after a round number: "eight hundred five five five" is not 805 and two more."""
    after_scale = at > 0 and tokens[at - 1].text in _SCALES
    return (
        after_scale
        and all(token.text in _DIGIT_WORDS for token in tokens[at : at + 2])
        and at + 1 < len(tokens)
    )


def _digits(written: str) -> str:
    return "".join(sign for sign in written if sign.isdecimal() or sign == ".")


def _written(tokens: Sequence[Token]) -> list[Token | _Number]:
    return [
        _Number(token.text, token.first_word, token.end_word, token.text == "1")
        if token.text.isdecimal()
        else token
        for token in tokens
    ]


def _scaled(items: Sequence[Token | _Number]) -> list[Token | _Number]:
    """Numbers such as "5 million" and "one point five million" multiplied out; "a hundred" is 100."""
    result: list[Token | _Number] = []
    for item in items:
        if isinstance(item, _Number) and item.scale is not None:
            result.append(_multiplied(result, item, item.scale))
        else:
            result.append(item)
    return result


def _multiplied(before: list[Token | _Number], number: _Number, scale: int) -> _Number:
    """The number with what stands before its scale word; that is taken off `before`."""
    if before and isinstance(before[-1], Token) and before[-1].text == "a":
        return replace(number, first_word=before.pop().first_word)
    factor = _factor(before)
    if factor is None:
        return number
    value = factor * scale + (Decimal(number.digits) - scale)
    digits = str(int(value)) if value == value.to_integral_value() else str(value)
    return _Number(digits, before.pop().first_word, number.end_word)


def _factor(before: list[Token | _Number]) -> Decimal | None:
    """The number that ends what was read so far, a decimal taken together."""
    if not before or not isinstance(before[-1], _Number):
        return None
    point = before[-2] if len(before) > 2 else None
    whole = before[-3] if len(before) > 2 else None
    if isinstance(point, Token) and point.text == "point" and isinstance(whole, _Number):
        digits = f"{whole.digits}.{before[-1].digits}"
        before[-3:] = [_Number(digits, whole.first_word, before[-1].end_word)]
        return Decimal(digits)
    return Decimal(before[-1].digits)


def _tokens(items: Sequence[Token | _Number], place: int, item: Token | _Number) -> Iterator[Token]:
    if isinstance(item, Token):
        yield item
        return
    beside = (*items[max(place - 1, 0) : place], *items[place + 1 : place + 2])
    digit = not item.doubtful or any(isinstance(other, _Number) for other in beside)
    for sign in item.digits:
        yield Token("point" if sign == "." else sign, item.first_word, item.end_word, digit)
