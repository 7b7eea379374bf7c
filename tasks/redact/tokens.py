"""One word of a transcript, read once: its parts as digits and letters, and what it may belong to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

from tasks.redact import lexicon
from tasks.redact.gazetteer import NO_NAME, NameReading, read_name
from tasks.redact.spoken_numbers import count_digits, digits_of, singles_of

Kind = Literal[
    "digit", "zero", "teen", "tens", "scale", "repeat", "written", "amount", "ordinal",
    "letter", "letters", "mixed", "code", "date", "mark", "filler", "word",
]  # fmt: skip

DatePart = Literal["", "month", "ordinal", "number", "written"]

NUMERIC: frozenset[Kind] = frozenset({"digit", "zero", "teen", "tens", "scale", "repeat", "written"})
UNSURE: frozenset[Kind] = frozenset({"letter", "letters", "zero", "code", "repeat"})
SPELLING: frozenset[Kind] = frozenset({"letter", "letters", "mixed", "code"})

_EDGES = "#\"'()[]<>\u00bf\u00a1\u201c\u201d\u2018\u2019.,;:!?\u2026*-"
"""Punctuation and quotes as engines write them; Whisper cuts "555-0199" into "555" and "-0199"."""
_DASHES = re.compile(r"[-\u2010-\u2015]")
_MONEY = re.compile(r"^[$£€₹]\d|^\d[\d.,]*[%$£€]$")
_AMOUNT = re.compile(
    r"^(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?"  # 12,500
    r"|\d{1,4}\.\d{1,2}"  # 19.99
    r"|\d{1,2}:\d{2}(?:[ap]m)?"  # 8:30
    r"|\d+(?:am|pm|k|gb|mb)"
    r"|\d+(?:x\d+){1,2}"  # 16x25x4
    r"|(?:\d\d)?\d\ds)$"  # the 1990s
)
_DATE = re.compile(
    r"^(?:\d{1,2}([/.-])\d{1,2}\1(?:\d{4}|\d{2})|\d{4}([/.-])\d{1,2}\2\d{1,2}|\d{1,2}/(?:\d{4}|\d{2}))$"
)
_WRITTEN = re.compile(r"^\+?\(?\d(?:[\d()./,+:-]*\d)?\)?$")
_ORDINAL = re.compile(r"^(\d{1,2})(?:st|nd|rd|th)$")
_SPELT = re.compile(r"^(?:[a-z][-.]){1,}[a-z0-9]$")
_GLUED = re.compile(r"^[\w.-]*\w(?:gmail|yahoo|hotmail|outlook|icloud|aol|comcast)\.(?:com?|net)\b")
_MIXED = re.compile(r"^(?=.*\d)[a-z0-9][a-z0-9/._-]*$")
_HARDWARE = re.compile(r"^[0-9a-f]{2}(?::[0-9a-f]{2}){3,}$")
"""An address of a network card."""
_REDACTED = re.compile(r"^\W*\[[A-Z][A-Z0-9_]*(?:_[0-9a-f]{12})?\]\W*$")


class Atom(NamedTuple):
    """One spoken part of a word: "twenty-two" has two."""

    kind: Kind
    value: str


@dataclass(frozen=True, slots=True)
class Token:
    """How a word can be read, whatever stands around it."""

    core: str
    """Lower case, without the punctuation around it."""
    atoms: tuple[Atom, ...]
    kinds: frozenset[Kind]
    """The kinds of its atoms."""
    value_like: bool
    """Holds a digit or a letter that may be part of a number or a spelling."""
    value: str
    """Its digits and letters by themselves."""
    digits: int
    """So many of these are digits."""
    singles: int
    """So many digits of the word are said by themselves, or written."""
    sure: bool
    """Needs no company to be read as a part of a number, as "oh", "a", "one" and "mike" do."""
    number: bool
    """Is a number, or part of one, without letters said one by one."""
    single: bool
    """Is one digit, or digits that are written."""
    date_part: DatePart
    """Which part of a date it may be."""
    marked: bool
    """Any of what is said above or below may hold of it, so that some detector looks again."""
    at_sign: bool
    """Is "at", holds an "@", or is an address whose sign was not heard: "jane.doegmail.com"."""
    closes: bool
    """A sentence ends after it."""
    pauses: bool
    """Some punctuation follows it."""
    capital: bool
    sealed: bool
    """Already redacted."""
    name: NameReading
    """What a list of names and words knows of it."""


_SEALED = Token(
    core="[]",
    atoms=(Atom("word", "[]"),),
    kinds=frozenset({"word"}),
    value_like=False,
    value="",
    digits=0,
    singles=0,
    sure=False,
    number=False,
    single=False,
    date_part="",
    marked=True,
    at_sign=False,
    closes=False,
    pauses=True,
    capital=False,
    sealed=True,
    name=NO_NAME,
)


@lru_cache(maxsize=100_000)
def read_word(text: str) -> Token:
    """The token of one written word; the same for the same text."""
    if _REDACTED.match(text):
        return _SEALED
    lowered = text.lower().replace("\u2019", "'")
    core = lowered.strip(_EDGES) or lowered
    atoms = _read(core, text.strip(_EDGES))
    kinds = frozenset(atom.kind for atom in atoms)
    value_like = bool(kinds & (NUMERIC | SPELLING))
    value = digits_of(atoms) if value_like else ""
    date_part = _date_part(core, kinds)
    at_sign = core == "at" or "@" in core or bool(_GLUED.search(core))
    name = read_name(core)
    last = text[-1:]
    return Token(
        core=core,
        atoms=atoms,
        kinds=kinds,
        value_like=value_like,
        value=value,
        digits=count_digits(value),
        singles=singles_of(atoms),
        sure=core not in {"a", "i", "one"} and (len(atoms) > 1 or not kinds & UNSURE),
        number=bool(kinds & (NUMERIC | {"mixed"})) and "letter" not in kinds,
        single=kinds <= {"digit", "zero", "repeat", "written"},
        date_part=date_part,
        marked=value_like or bool(date_part) or at_sign or name.first or name.everyday,
        at_sign=at_sign,
        closes=last in tuple(".?!…"),
        pauses=last in tuple(".?!…,;:"),
        capital=text.lstrip(_EDGES)[:1].isupper(),
        sealed=False,
        name=name,
    )


def _date_part(core: str, kinds: frozenset[Kind]) -> DatePart:
    if core in lexicon.MONTHS:
        return "month"
    if "ordinal" in kinds:
        return "ordinal"
    if kinds == {"date"}:
        return "written"
    return "number" if kinds <= NUMERIC else ""


def _read(core: str, original: str) -> tuple[Atom, ...]:  # noqa: PLR0911  (one line per reading)
    if core[:1].isdigit() or core[:1] in "+($£€₹":
        return _read_written(core)
    if core in {"a.m", "p.m"}:
        return (Atom("word", core),)
    whole = _read_part(core)
    if whole is not None:
        return (whole,)
    if _SPELT.match(core):
        return tuple(Atom("letter", letter) for letter in core if letter.isalnum())
    parts = [_read_part(part) for part in _DASHES.split(core) if part]
    if len(parts) > 1 and all(part is not None and part.kind != "filler" for part in parts):
        return tuple(part for part in parts if part is not None)
    if _MIXED.match(core):
        return (Atom("mixed", re.sub(r"[^a-z0-9]", "", core)),)
    if core in {"po", "p.o"}:
        return (Atom("letter", "p"), Atom("letter", "o"))
    if original.isupper() and 2 <= len(core) <= 6 and core.isalpha():
        return (Atom("letters", core),)
    return (Atom("word", core),)


def _measures(core: str) -> bool:
    """Whether a unit is written in one word with its number: "14-inch", "16gb", "six-digit"."""
    unit = core.lstrip("0123456789.,").removeprefix("-")
    return unit == "digit" or (len(unit) > 1 and unit in lexicon.UNITS)


def _read_written(core: str) -> tuple[Atom, ...]:
    ordinal = _ORDINAL.match(core)
    if ordinal:
        return (Atom("ordinal", ordinal[1]),)
    if _DATE.match(core) and _is_on_calendar(core):
        return (Atom("date", core),)
    if _MONEY.match(core) or _AMOUNT.match(core):
        return (Atom("amount", core),)
    if _WRITTEN.match(core):
        return (Atom("written", re.sub(r"\D", "", core)),)
    if (_MIXED.match(core) or _HARDWARE.match(core)) and not _measures(core):
        return (Atom("mixed", re.sub(r"[^a-z0-9]", "", core)),)
    return (Atom("word", core),)


def _is_on_calendar(core: str) -> bool:
    """Whether one part can be a month and the others a day and a year; "20-45-45" is no date."""
    parts = [int(part) for part in re.split(r"\D", core)]
    return any(0 < part <= 12 for part in parts)


def _read_part(part: str) -> Atom | None:  # noqa: PLR0911  (one line per reading)
    for kind, table in _TABLES:
        if part in table:
            return Atom(kind, table[part])
    if part in lexicon.ZEROS:
        return Atom("zero", "0")
    if part in lexicon.SCALES:
        return Atom("scale", part)
    if part in lexicon.REPEATS:
        return Atom("repeat", part)
    if len(part) == 1 and part.isalpha():
        return Atom("letter", part)
    if part in lexicon.FILLERS:
        return Atom("filler", part)
    if part.isdigit():
        return Atom("written", part)
    return None


_TABLES: tuple[tuple[Kind, dict[str, str]], ...] = (
    ("digit", lexicon.DIGITS),
    ("teen", lexicon.TEENS),
    ("tens", lexicon.TENS),
    ("ordinal", lexicon.ORDINALS),
    ("code", lexicon.CODE_WORDS),
    ("mark", lexicon.MARKS),
)
