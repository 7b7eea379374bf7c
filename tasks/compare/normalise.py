"""The normaliser: what counts as the same word. Both sides of every comparison go through it.

Lower case; no punctuation, no noise marks (`[noise]`, `<unk>`, `%hesitation`), no fillers (uh, um, hmm, mm);
hyphens separate words; contractions stay as they are; numbers, spoken or written, become single digits
(`numbers`); money and percent signs become words; a few spellings that sound alike become one.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from tasks.compare.numbers import Token, with_digits

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

STATED: Final = (
    "Compared in lower case, without punctuation, noise marks and fillers (uh, um, hmm, mm); hyphens "
    "separate words, contractions stay as they are; every number counts as its single digits, spoken or "
    "written."
)

_MARK: Final = re.compile(r"\[[^\[\]]*\]|<[^<>]*>|\{[^{}]*\}|%[a-z]\w*")
_FILLERS: Final = frozenset("uh um uhm erm hm hmm mm mmm mhm".split())
_ALIKE: Final = {
    ("ok",): "okay",
    ("o", "k"): "okay",
    ("all", "right"): "alright",
    ("e", "mail"): "email",
    ("mr",): "mister",
    ("mrs",): "missus",
    ("dr",): "doctor",
    ("p", "m"): "pm",
    ("a", "m"): "am",
    ("wi", "fi"): "wifi",
}
_MONEY: Final = {"$": ("dollar", "cent"), "£": ("pound", "penny"), "€": ("euro", "cent")}
_PLURALS: Final = {"penny": "pence"}
_AMOUNT: Final = re.compile(
    r"(?P<sign>[$£€])\s?(?P<whole>\d[\d,]*)(?:\.(?P<part>\d\d)(?!\d))?(?P<rest>\.\d+)?"
    r"(?P<scale>\s(?:hundred|thousand|million|billion)\b)?"
)
_CLOCK: Final = re.compile(r"\b(\d{1,2}):(\d\d)\b")
_PIECE: Final = re.compile(r"\d+(?:,\d{3})+(?!\d)|\d+|[^\W\d_]+(?:'[^\W\d_]+)*")
_ORDINAL: Final = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b")
_LETTERS: Final = re.compile(r"\b(?:[a-z]\.){2,}")


def normalise(words: Sequence[str], language: str = "en") -> list[Token]:
    """The tokens to compare, each with the words it came from.

    A language whose spoken numbers cannot be read keeps them as words.
    """
    plain = [_plain(word) for word in words]
    ends = list(accumulate(len(word) + 1 for word in plain))
    text = _MARK.sub(lambda mark: " " * len(mark.group()), " ".join(plain))
    pieces = [
        Token(said, bisect_right(ends, start), bisect_right(ends, end - 1) + 1)
        for said, start, end in _pieces(text)
        if said not in _FILLERS
    ]
    return with_digits(_one_spelling(pieces), language)


def _plain(word: str) -> str:
    return unicodedata.normalize("NFKC", word).lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")


def _pieces(text: str) -> Iterator[tuple[str, int, int]]:
    """Every word and number of a text with the characters it stands on."""
    at = 0
    for amount in _AMOUNT.finditer(text):
        yield from _simple(text, at, amount.start())
        for said in _spoken_amount(amount):
            yield said, amount.start(), amount.end()
        at = amount.end()
    yield from _simple(text, at, len(text))


def _simple(text: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    # Replacements keep the length, so that places in the text stay true.
    part = _CLOCK.sub(lambda time: f"{time[1]} {'  ' if time[2] == '00' else time[2]}", text[start:end])
    part = _LETTERS.sub(lambda said: said.group().replace(".", "").ljust(len(said.group())), part)
    part = _ORDINAL.sub("  ", part)
    for piece in re.finditer(rf"{_PIECE.pattern}|(?<=\d)\.(?=\d)|(?<!\w)\.(?=\d)|%|&", part):
        said = {".": "point", "%": "percent", "&": "and"}.get(piece.group(), piece.group())
        yield said.replace(",", ""), start + piece.start(), start + piece.end()


def _spoken_amount(amount: re.Match[str]) -> Iterator[str]:
    """An amount as it is read out: "5 dollars and 50 cents", "1 point 5 million dollars"."""
    unit, small = _MONEY[amount["sign"]]
    whole, rest, scale = amount["whole"].replace(",", ""), amount["rest"], amount["scale"]
    yield whole
    fraction = rest[1:] if rest else amount["part"] if scale else None
    if fraction:
        yield from ("point", fraction)
    if scale:
        yield scale.strip()
    yield unit if whole == "1" and not scale else f"{unit}s"
    part = amount["part"]
    if part and part != "00" and not scale and not rest:
        yield from ("and", part, small if part == "01" else _PLURALS.get(small, f"{small}s"))


def _one_spelling(pieces: Sequence[Token]) -> list[Token]:
    same: list[Token] = []
    at = 0
    while at < len(pieces):
        for length in (2, 1):
            said = _ALIKE.get(tuple(piece.text for piece in pieces[at : at + length]))
            if said:
                break
        last = pieces[min(at + length, len(pieces)) - 1]
        same.append(
            Token(
                said or pieces[at].text, pieces[at].first_word, last.end_word if said else pieces[at].end_word
            )
        )
        at += length if said else 1
    return same
