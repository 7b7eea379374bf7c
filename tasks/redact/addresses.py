"""Street addresses, boxes and the post codes after them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tasks.redact import lexicon, places
from tasks.redact.address_answers import find_told_places
from tasks.redact.address_tails import extended, find_post_codes, unit_end
from tasks.redact.candidates import Candidate
from tasks.redact.expectations import asked
from tasks.redact.name_forms import is_capital, is_unknown
from tasks.redact.questions import asks
from tasks.redact.refusals import refuses
from tasks.redact.spoken_numbers import digits_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tasks.redact.runs import Run
    from tasks.redact.script import Say, Script

BOX = frozenset({"post", "office", "box"})
NUMBERED = frozenset(
    {("office", "box"), ("county", "road"), ("county", "highway"), ("rural", "route"), ("market", "road")}
)
"""What a number makes an address: "county road 12"."""
NUMBERING = frozenset({"number", "no", "house"})
"""After one of these a number may stand apart from its street: "number twelve on bluebell lane"."""
MAX_NAME_WORDS = 4

_STREET_WORDS = places.DIRECTIONS | places.STREETS | places.HOUSES | places.UNITS
_NO_STREET = places.NOT_IN_NAMES | lexicon.UNITS | lexicon.LINKS


def find_addresses(script: Script, runs: Sequence[Run]) -> list[Candidate]:
    """Addresses by their form, then those that were asked for, then the post codes behind both."""
    found: list[Candidate] = []
    formal = {script.say_of[at] for at in script.where(places.FORMAL)}
    likely = formal | script.heeding
    houses = script.where(places.HOUSES)
    for index, say in enumerate(script.says):
        corrects = _corrects(script, index, found)
        if not corrects and index not in likely:
            continue
        wanted = corrects or _is_wanted(script, index)
        here = []
        if index in formal:
            here = [*_by_form(script, say, wanted=wanted), *_houses(script, say, houses)]
        if wanted:
            here += [*_announced(script, index, here), *_units(script, say)]
        if _is_answer(script, index):
            here += find_told_places(script, index)
        if here:
            found += extended(script, say, here)
    return [*found, *find_post_codes(script, runs, found)]


def _is_wanted(script: Script, index: int) -> bool:
    return "ADDRESS" in asked(script, index) or any(cue.entity == "ADDRESS" for cue in script.cues[index])


def _corrects(script: Script, index: int, found: Sequence[Candidate]) -> bool:
    """Whether an address was said just before: this may be the right one."""
    return bool(index and found) and script.say_of[found[-1].first] == index - 1


def _is_answer(script: Script, index: int) -> bool:
    return (
        "ADDRESS" in asked(script, index) and asks(script, index) and not refuses(script, script.says[index])
    )


def _by_form(script: Script, say: Say, *, wanted: bool) -> Iterator[Candidate]:
    taken = say.first
    for at in script.within(say, script.value_like):
        if at < taken:
            continue
        end = None
        if not script.tokens[at].number:
            end = _box_end(script, say, at)
        elif _ends_number(script, say, at):
            end = (
                _street_end(script, say, at, wanted=wanted)
                or _heading_end(script, say, at)
                or _unit_after(script, say, at)
                or _boxed_end(script, say, at)
            )
        if end is not None:
            yield Candidate(_number_start(script, say, at), end, "ADDRESS", 0.85, "street")
            taken = end


def _houses(script: Script, say: Say, houses: list[int]) -> Iterator[Candidate]:
    """A house with a name before a street, both without a number: "the old rectory church lane"."""
    for at in script.within(say, houses):
        first = at
        while first > say.first and at - first < MAX_NAME_WORDS and _is_name_word(script, first - 1):
            first -= 1
        near = range(at + 2, min(at + 5, say.end))
        street = next((word for word in near if script.cores[word] in places.PLAIN_STREETS), None)
        if street is not None and (first < at or script.prev(at) == "the"):
            yield Candidate(first, street + 1, "ADDRESS", 0.7, "house")


def _ends_number(script: Script, say: Say, at: int) -> bool:
    return script.tokens[at].number and not (at + 1 < say.end and script.tokens[at + 1].number)


def _number_start(script: Script, say: Say, at: int) -> int:
    """The start of the house number, or of the unit before it ("flat 3, 12 ...")."""
    first = at
    while first > say.first and (
        script.tokens[first - 1].number
        or (script.cores[first - 1] == "of" and first - 2 >= say.first and script.tokens[first - 2].number)
        or script.cores[first - 1] in places.UNITS | BOX
        or (script.tokens[first - 1].value_like and script.prev(first - 1) in places.UNITS)
    ):
        first -= 1
    if script.cores[max(say.first, first - 4) : first] == ["farm", "to", "market", "road"]:
        return first - 4
    return first - 2 if (script.prev(first, 2), script.prev(first)) in NUMBERED else first


def _box_end(script: Script, say: Say, at: int) -> int | None:
    """The end of "p o box four ten", "PO Box 12"."""
    if "box" not in script.said:
        return None
    box = at + 2 if tuple(script.cores[at : at + 2]) in {("p", "o"), ("post", "office")} else at + 1
    if box >= say.end or script.cores[box] != "box":
        return None
    end = box + 1
    while end < say.end and script.tokens[end].number:
        end += 1
    return end if end > box + 1 else None


def _boxed_end(script: Script, say: Say, at: int) -> int | None:
    """The end of a number behind "box" or a country road: "post office box one ninety", "county road 12"."""
    first = at
    while first > say.first and script.tokens[first].number:
        first -= 1
    return at + 1 if (script.prev(first), script.cores[first]) in NUMBERED else None


def _street_end(script: Script, say: Say, at: int, *, wanted: bool) -> int | None:
    """The end of "<number> <name> street" whose number ends at this word, or of "seven the crescent"."""
    if script.next(at) == "the" and script.next(at, 2) in places.PLAIN_STREETS:
        return at + 3
    numbered = script.next(at) == "on" and script.cores[_number_start(script, say, at)] in NUMBERING
    start = at + 2 if numbered else at + 1
    for word in range(start, min(at + 2 + MAX_NAME_WORDS, say.end)):
        core = script.cores[word]
        named = word > at + 1 or core == "county"
        if core in places.STREETS and named and _is_street(script, at, word, wanted=wanted):
            return _street_tail(script, say, word + 1)
        if core in places.NOT_IN_NAMES or script.tokens[word].sealed or script.tokens[word - 1].closes:
            return None
    return None


def _heading_end(script: Script, say: Say, at: int) -> int | None:
    """The end of "<number> northwest grand": a heading and a name behind a number of three digits."""
    if at + 2 >= say.end or script.cores[at + 1] not in places.HEADINGS:
        return None
    name = script.tokens[at + 2]
    if name.sealed or name.value_like or not _is_long_number(script, say, at):
        return None
    return None if name.core in places.NOT_IN_NAMES or name.core in {"side", "bound", "end"} else at + 3


def _unit_after(script: Script, say: Say, at: int) -> int | None:
    """The start of the unit in "<number> fulton apartment nine"."""
    for word in (at + 2, at + 3):
        unit = word < say.end and script.cores[word] in places.SURE_UNITS and unit_end(script, say, word)
        if unit and _is_long_number(script, say, at):
            return word
        if word >= say.end or not _is_name_word(script, word - 1):
            return None
    return None


def _is_long_number(script: Script, say: Say, at: int) -> bool:
    """Whether the number that ends at a word has more than two digits."""
    atoms = [
        atom for word in range(_number_start(script, say, at), at + 1) for atom in script.tokens[word].atoms
    ]
    return len(digits_of(atoms)) > 2


def _is_street(script: Script, number: int, street: int, *, wanted: bool) -> bool:
    """Whether a doubtful word ("drive", "way") has an unusual name before it, or an address was asked for."""
    if wanted or script.cores[street] in places.PLAIN_STREETS:
        return script.cores[number] != "one" or wanted or street - number > 1
    name = [script.tokens[word] for word in range(number + 1, street)]
    return any(not token.name.common or token.capital or token.core in places.STREET_NAMES for token in name)


def _street_tail(script: Script, say: Say, at: int) -> int:
    """Past a second word for the street ("harbor view road"), a route's number and a direction."""
    while at < say.end and not script.tokens[at - 1].closes:
        core = script.cores[at]
        if (
            core not in places.STREETS
            and core not in places.DIRECTIONS
            and not (
                script.cores[at - 1] in {"highway", "road", "route", "county", "hwy"}
                and script.tokens[at].number
            )
        ):
            break
        at += 1
    return at


def _announced(script: Script, index: int, here: Sequence[Candidate]) -> Iterator[Candidate]:
    """A number with a name behind it, where an address is expected: "it's eight forty west pine"."""
    say = script.says[index]
    for at in script.within(say, script.value_like):
        taken = any(one.first <= at < one.end for one in here)
        if taken or not _ends_number(script, say, at):
            continue
        name = at + 1
        while script.next(name - 1) in lexicon.FILLERS:
            name += 1
        end = name
        while end < say.end and end - name < MAX_NAME_WORDS and _is_name_word(script, end):
            end += 1
        end = end if end > name else at + 1
        first = _number_start(script, say, at)
        start = first
        while end == at + 1 and start > say.first and _is_foreign_street(script, start - 1):
            start -= 1
        if end > at + 1 or start < first:
            yield Candidate(start, end, "ADDRESS", 0.7, "cue:ADDRESS")


def _units(script: Script, say: Say) -> Iterator[Candidate]:
    """A flat by itself, where an address is expected: "put apartment b on there"."""
    for at in range(say.first, say.end):
        end = unit_end(script, say, at) if script.cores[at] in places.SURE_UNITS else None
        if end is not None:
            yield Candidate(at, end, "ADDRESS", 0.7, "unit")


def _is_foreign_street(script: Script, at: int) -> bool:
    """A word of no list before the number, as streets are told in most of Europe: "kastanienallee twelve"."""
    token = script.tokens[at]
    return is_unknown(script, at) and not token.closes and at not in script.cued


def _is_unusual(script: Script, at: int) -> bool:
    return is_unknown(script, at) or is_capital(script, at)


def _is_name_word(script: Script, at: int) -> bool:
    token = script.tokens[at]
    if token.core in _STREET_WORDS:
        return True
    fresh = not script.tokens[at - 1].closes
    if token.core == "the":
        after = script.next(at)
        return (
            fresh
            and bool(after)
            and (after in places.STREETS or is_unknown(script, at + 1) or is_capital(script, at + 1))
        )
    if token.sealed or token.core in _NO_STREET:
        return False
    named = token.capital or not token.name.common or token.core in places.STREET_NAMES
    return fresh and (named or script.cores[at - 1] in places.DIRECTIONS)
