"""Dates that say who somebody is: dates of birth, and when a card expires."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from tasks.redact import lexicon
from tasks.redact.candidates import Candidate
from tasks.redact.card_talk import card_talk, is_told_alone
from tasks.redact.expectations import NEAR, WINDOW, expectations
from tasks.redact.growth import behind_cue
from tasks.redact.shapes import SHAPES
from tasks.redact.spoken_numbers import digits_of
from tasks.redact.tokens import NUMERIC
from tasks.redact.wordlists import word_set

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from tasks.redact.card_talk import CardTalk
    from tasks.redact.runs import Run
    from tasks.redact.script import Script
    from tasks.redact.tokens import DatePart

DATED = frozenset({"DOB", "CARD_EXPIRY"})
INSIDE = word_set("inside")
FEWEST_DIGITS = 4
"""A date without a month's name has so many; fewer are counts."""
FAMILY = word_set("family")
MAX_NAMED = 6
"""So many words at most from "my son" to what is told of him."""
SHORTEST = 3
"""A month with its year has so many: "627"."""
SOON = 8
OLDEST, YOUNGEST = 1905, 2012
"""Years of birth of people who call; a later year without a cue is an appointment."""
_PAST_YEAR = re.compile(r"^(?:3[2-9]|[4-9]\d|19\d\d)$")
"""No day of a month, and no year to come: "march of ninety one"."""
_CARD_YEAR = re.compile(r"^(?:20)?(?:2[4-9]|[34]\d)$")
_EXPIRY = re.compile(r"^(?:0?[1-9]|1[0-2])(?:20)?(?:2[4-9]|[34]\d)$")
"""Month and year in digits."""
_YEAR = re.compile(r"(?<!\d)(19\d\d|20\d\d)(?!\d)|(?<=[/.-])(\d\d)$")


class Date(NamedTuple):
    """A date at words[first:end], or what may be one."""

    first: int
    end: int
    months: int
    ordinals: int
    numbers: int
    written: str
    """A date in digits ("02/17/1991"), or an empty string."""
    digits: str

    @property
    def is_plain(self) -> bool:
        """Surely a date: it has a month's name, or is written as one."""
        return bool(self.written) or (self.months > 0 and self.numbers + self.ordinals > 0)


def find_dates(script: Script, runs: Sequence[Run]) -> list[Candidate]:
    """Dates of birth, expiry dates, and plain dates and high ages for rules that redact those."""
    found: list[Candidate] = []
    cards = card_talk(script, runs)
    asking = cards.says | {
        near
        for index in script.announcing
        if any(cue.entity in DATED for cue in script.cues[index])
        for near in range(index, index + 2 * WINDOW)
    }
    for date in _dates(script, asking):
        entity = _announced(script, date) or _behind_card(script, date, cards)
        if entity:
            found.append(Candidate(_with_article(script, date), date.end, entity, 0.95, f"cue:{entity}"))
        elif _is_birth_date(date) or _is_of_family(script, date):
            found.append(Candidate(_with_article(script, date), date.end, "DOB", 0.6, "birth-year"))
        if date.is_plain:
            found.append(Candidate(date.first, date.end, "DATE", 0.7, "date"))
    return [*found, *_high_ages(script)]


def _dates(script: Script, asking: AbstractSet[int]) -> Iterator[Date]:
    """Stretches of numbers, ordinals and months in one breath; bare numbers only where dates are asked."""
    likely = asking | {script.say_of[at] for at in script.dated if script.tokens[at].date_part != "number"}
    dated = [at for at in script.dated if script.say_of[at] in likely]
    parts = {at: script.tokens[at].date_part for at in dated if not _is_everyday(script, at)}
    end = 0
    for at in parts:
        if at < end:
            continue
        end = _end(script, at, parts)
        told = [parts[word] for word in range(at, end) if word in parts]
        bare = told.count("number") == len(told)
        if not bare or (script.say_of[at] in asking and not _is_short(script, at, end)):
            yield _read(script, at, end, told)


def _is_short(script: Script, first: int, end: int) -> bool:
    """Whether it is one number that is shorter than any month with its year."""
    return end - first == 1 and len(script.tokens[first].value) < SHORTEST


def _is_everyday(script: Script, at: int) -> bool:
    """Whether a word is the "may" or "march" that is no month."""
    return script.cores[at] in lexicon.EVERYDAY_MONTHS and not _beside_number(script, at)


def _beside_number(script: Script, at: int) -> bool:
    """Whether a day or a year stands beside: only then are "may" and "march" months."""
    say = script.span(at)
    for other in (at - 2, at - 1, at + 1, at + 2):
        if not say.first <= other < say.end:
            continue
        kinds = script.tokens[other].kinds
        direct = abs(other - at) == 1 or script.cores[(other + at) // 2] in {"the", "of"}
        if direct and kinds & (NUMERIC | {"ordinal"}) and "letter" not in kinds:
            return True
    return False


def _end(script: Script, first: int, parts: Container[int]) -> int:
    last, at = first, first + 1
    while at < script.span(first).end:
        if at in parts:
            last = at
        elif not _stays_open(script, at, last):
            break
        at += 1
    return last + 1


def _stays_open(script: Script, at: int, last: int) -> bool:
    """Whether a date whose last part so far is words[last] may go on behind words[at]."""
    core = script.cores[at]
    if script.tokens[at - 1].closes and core not in lexicon.FILLERS:
        return False
    return core in INSIDE or (core in lexicon.CORRECTIONS and at - last <= 2)


def _read(script: Script, first: int, end: int, parts: Sequence[DatePart]) -> Date:
    tokens = script.tokens[first:end]
    written = " ".join([token.core for token in tokens if token.date_part == "written"])
    numeric = [atom for token in tokens for atom in token.atoms if atom.kind in NUMERIC]
    count = parts.count
    return Date(first, end, count("month"), count("ordinal"), count("number"), written, digits_of(numeric))


def _announced(script: Script, date: Date) -> str:
    """DOB or CARD_EXPIRY where the nearest announcement that a date fits is one.

    What looks like a date with dashes may be any other number: a sort code is written "20-04-15".
    """
    if not date.is_plain and (
        script.next(date.end - 1) in lexicon.UNITS or len(date.digits) + 3 * date.ordinals < FEWEST_DIGITS
    ):
        return ""
    for distance, entity in expectations(script, date.first, date.end, firm=date.is_plain):
        if entity in DATED and (distance < NEAR or date.is_plain):
            return entity
        if entity in SHAPES and "-" in date.written and distance < NEAR:
            return entity
        if entity in SHAPES and not date.is_plain and not date.ordinals:
            return ""
    return ""


def _behind_card(script: Script, date: Date, cards: CardTalk) -> str:
    """A date soon behind a card number is when it expires: "... and it goes to may 27"."""
    if script.say_of[date.first] not in cards.says:
        return ""
    say = script.span(date.first)
    near = any(say.first < end <= date.first < end + SOON for end in cards.ends)
    if near and (date.is_plain or date.ordinals or len(date.digits) == 4):
        return "CARD_EXPIRY"
    alone = _is_month_and_year(date) and is_told_alone(script, date.first, date.end, cards)
    return "CARD_EXPIRY" if alone else ""


def _is_month_and_year(date: Date) -> bool:
    """Whether it is no day but a month of years to come: "june twenty eight", "the sixth of 29", "0629"."""
    if date.months + date.ordinals == 1:
        return bool(_CARD_YEAR.match(date.digits))
    return bool(_EXPIRY.match(re.sub(r"\D", "", date.written) or date.digits))


def _with_article(script: Script, date: Date) -> int:
    first = behind_cue(script, date.first)
    if (script.prev(first, 2), script.prev(first)) == ("end", "of"):
        return first - 2
    return first - 1 if script.prev(first) == "the" else first


def _is_birth_date(date: Date) -> bool:
    """A whole date with the year of a grown person: hardly any other such date is told in a call."""
    if date.written:
        year = _YEAR.search(date.written)
        return bool(year and year[1] and OLDEST <= int(year[1]) <= YOUNGEST)
    if date.months and date.numbers == 1 and not date.ordinals and _PAST_YEAR.match(date.digits):
        return True
    if not (date.months or date.ordinals > 1) or date.numbers + date.ordinals < 2:
        return False
    return len(date.digits) >= 4 and OLDEST <= int(date.digits[-4:]) <= YOUNGEST


def _is_of_family(script: Script, date: Date) -> bool:
    """Whether a whole date comes right behind one of somebody's family, and their name."""
    if not date.is_plain or len(re.sub(r"\D", "", date.written) or date.digits) < FEWEST_DIGITS:
        return False
    before = range(max(script.span(date.first).first, date.first - MAX_NAMED), date.first)
    named = len(before) > 0 and not script.tokens[date.first - 1].name.common
    return named and any(script.cores[at] in FAMILY for at in before)


def _high_ages(script: Script) -> Iterator[Candidate]:
    """Ages over 89, which the HIPAA safe harbour counts as identifying."""
    for at in script.where(("year", "years")):
        if at and script.tokens[at - 1].date_part and script.next(at) == "old":
            first = at - 1
            while first - 1 >= script.span(at).first and script.tokens[first - 1].date_part == "number":
                first -= 1
            age = digits_of([atom for word in range(first, at) for atom in script.tokens[word].atoms])
            if age.isdigit() and 89 < int(age) < 125:
                yield Candidate(first, at, "AGE", 0.8, "age")
