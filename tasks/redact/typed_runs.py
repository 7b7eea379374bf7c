"""Digit and letter runs, named by what announces them, by their check digits, or by their sheer length."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

from tasks.redact import checksums, lexicon
from tasks.redact.amounts import is_amount
from tasks.redact.candidates import Candidate
from tasks.redact.card_talk import card_talk, is_code
from tasks.redact.expectations import NEAR, expectations, names_a_thing
from tasks.redact.growth import grow
from tasks.redact.run_chains import chained, goes_on
from tasks.redact.run_forms import densest, is_bridged, is_told
from tasks.redact.shapes import SHAPES, fits
from tasks.redact.wordlists import word_set

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tasks.redact.runs import Run
    from tasks.redact.script import Script

LOOSE = frozenset({"NUMBER", "EMAIL", "UPI_ID", "USERNAME"})
"""Their cues say so little that only digits told one by one count."""
BRIEF = frozenset({"ADDRESS", "SORT_CODE", "CARD_EXPIRY", "DOB"})
"""A value, or a part of one, may be a number like "forty one"."""
PREFIXED = word_set("prefixed")
"""May begin with letters that were said as a word ("r e f", written "ref")."""
MANY_NUMBERS, MANY_AMOUNTS = 2, 6
"""So many digits more before numbers like "forty two" in a row are taken for one value; prices need more."""
TOLD_FIRST = 3
"""So many digits one by one open no price, whatever comes after: "one eight nine fifty five sixty three"."""
EVERY_NUMBER = 5
"""Rules whose fallback is below this mean every number, prices too."""
WRITTEN_CODE = 5
"""A word of letters and digits with fewer digits is more often the name of a product."""
FEWEST_TELLING = 4
"""So many digits and letters has a run whose form alone says anything."""
NEARLY_LONG = 6
"""So many digits one by one, but for one of them perhaps, are more than a price."""
FEWEST = 2
"""One digit or letter by itself is no value, unless it goes on with one."""
OURS = word_set("ours")
REACHING = word_set("reaching")
POSTCODE = re.compile(r"^(?:[a-z]{1,2}\d[a-z\d]?\d[a-z]{2}|[a-z]\d[a-z]\d[a-z]\d)$")
"""A British or a Canadian postcode."""
BARE_DATE = re.compile(r"^(?:0[1-9]|1[0-2]|[12]\d|3[01])(?:0[1-9]|1[0-2]|[12]\d|3[01])(?:19\d\d|20[01]\d)$")
"""Day and month, either first, and a year in which somebody may be born."""
MODEL_YEAR = re.compile(r"^(?:19|20)\d\d$")
PLATE = re.compile(r"^[a-z]{2}\d{2}[a-z]{3}$")
"""A British vehicle registration."""


def find_typed_runs(script: Script, runs: Sequence[Run], fallback_digits: int) -> list[Candidate]:
    """The runs that are personal data."""
    found: list[Candidate | None] = []
    cards = card_talk(script, runs)
    for index, run in enumerate(runs):
        before = found[-1] if found else None
        if before is not None and not goes_on(script, runs, index, before):
            before = None
        named = _name(script, runs, index, before, fallback_digits)
        if named is None and cards.says and is_code(script, run, cards):
            named = _candidate(script, run, "CARD_CVV", 0.6, "after-card")
        found.append(named)
    _name_beginnings(script, runs, found)
    typed = [(run, one) for run, one in zip(runs, found, strict=True) if one is not None]
    return [*(one for _, one in typed), *cards.grouped, *grow(script, typed)]


def _name_beginnings(script: Script, runs: Sequence[Run], found: list[Candidate | None]) -> None:
    """What a named run goes on with is the beginning of its value: "twenty one" ... "oh zero one"."""
    for at in range(len(runs) - 1, 0, -1):
        after, before = found[at], runs[at - 1]
        if after is not None and runs[at].follows and found[at - 1] is None and not before.quantity:
            found[at - 1] = _candidate(script, before, after.entity, after.score, after.reason)


def _name(
    script: Script, runs: Sequence[Run], index: int, before: Candidate | None, fallback_digits: int
) -> Candidate | None:
    run = runs[index]
    alone = before is None and run.digits + run.letters < FEWEST and not run.follows
    if alone or (run.quantity and (run.digits < 7 or run.letters)):
        return _beginning(script, run) if alone and run.letters else None
    if not run.letters and checksums.card(run.value):
        return _candidate(script, run, "CARD_NUMBER", 1.0, "luhn")
    if run.letters and POSTCODE.match(run.value):
        return _candidate(script, run, "POSTAL_CODE", 0.8, "postcode")
    if _is_model(script, run) if run.letters else _is_ours(script, run):
        return None
    if before is not None:
        return _candidate(script, run, before.entity, before.score, before.reason)
    return _cued(script, run) or _long(script, runs, index, fallback_digits)


def _beginning(script: Script, run: Run) -> Candidate | None:
    """The first letter of what is announced, where the turn ends with it: "the reference is w"."""
    index = script.say_of[run.first]
    cue = next((cue for cue in script.cues[index] if cue.end == run.first), None)
    if cue is None or run.end < script.says[index].end or cue.entity not in SHAPES:
        return None
    return _candidate(script, run, cue.entity, 0.6, f"cue:{cue.entity}")


def _cued(script: Script, run: Run) -> Candidate | None:
    for distance, entity in expectations(script, run.first, run.end, firm=run.dictated and run.digits > 3):
        near = distance < NEAR
        if not run.dictated and (
            entity in LOOSE
            or is_amount(script, run.first, run.end)
            or (run.digits < 3 and distance and entity not in BRIEF)
        ):
            continue
        if entity in checksums.CHECKS or fits(entity, run, near=near):
            if not fits(entity, run, near=near):
                continue
            sure = entity in checksums.CHECKS and _checked(entity, run)
            score = 0.99 if sure else 0.9 if near else 0.8
            return _candidate(script, run, entity, score, f"cue:{entity}")
    return None


def _checked(entity: str, run: Run) -> bool:
    try:
        return checksums.CHECKS[entity](run.value)
    except ValueError:
        return False


def _long(script: Script, runs: Sequence[Run], index: int, fallback_digits: int) -> Candidate | None:
    """A run that is long enough to be redacted without anything that announces it."""
    run = runs[index]
    if _is_counting(run.value):
        return None
    whole = chained(runs, index)
    if (run.digits > 1 or run.follows) and _is_long(script, whole, fallback_digits):
        digits = sum(part.digits for part in whole)
        return _candidate(script, run, _by_length(run, digits), 0.55, "long-run")
    return _odd(script, runs, index)


def _is_long(script: Script, whole: Sequence[Run], fallback_digits: int) -> bool:
    """Whether so many digits are dictated; prices in a row ("two forty six eighteen") are long as well."""
    if sum([len(run.value) for run in whole]) < fallback_digits:
        return False
    digits = sum(run.digits for run in whole)
    dense = sum(densest(script, run) for run in whole)
    if fallback_digits < EVERY_NUMBER:
        return digits >= fallback_digits
    opens = script.tokens[whole[0].first : whole[0].first + TOLD_FIRST]
    if 2 * sum(run.singles for run in whole) < digits and not all(token.single for token in opens):
        first, end = whole[0].first, whole[-1].end
        scaled = any(word in lexicon.SCALES for word in script.cores[first:end])
        prices = scaled or is_amount(script, first, end)
        return dense >= fallback_digits + (MANY_AMOUNTS if prices else MANY_NUMBERS)
    return dense >= fallback_digits or digits >= fallback_digits + 3


def _odd(script: Script, runs: Sequence[Run], index: int) -> Candidate | None:
    """A run whose form alone says that it identifies something."""
    form = next(_forms(script, runs, index), None)
    if form is None or names_a_thing(script, runs[index].first):
        return None
    return _candidate(script, runs[index], *form)


def _forms(script: Script, runs: Sequence[Run], index: int) -> Iterator[tuple[str, float, str]]:
    """What the form of a run may make of it, the surest first: entity, score and reason."""
    run = runs[index]
    told = is_told(script, run)
    if len(run.value) < FEWEST_TELLING and not told:
        return
    if run.digits >= FEWEST_TELLING and _is_dotted(script, run):
        yield "IP_ADDRESS", 0.6, "dotted"
    if run.letters and PLATE.match(run.value):
        yield "VEHICLE_REG", 0.6, "plate"
    if _is_code(script, run):
        yield "ACCOUNT_ID", 0.5, "letters-and-digits"
    if told and not run.quantity:
        yield "NUMBER", 0.45, "told"
    single = run.singles >= NEARLY_LONG - 1 and not run.letters
    if run.digits == NEARLY_LONG and single and not is_bridged(script, run):
        yield "NUMBER", 0.45, "long-run"
    telling = len(run.value) if run.letters and run.digits else run.digits
    if min(run.singles, telling) >= FEWEST_TELLING and _is_repeated(script, runs, index):
        yield "NUMBER", 0.45, "repeated"
    if BARE_DATE.match(run.value) and _is_whole_answer(script, run):
        yield "DOB", 0.5, "bare-date"
    if run.letters > FEWEST_TELLING and not run.digits and run.end - run.first >= FEWEST_TELLING:
        yield "SPELLED", 0.45, "spelled"


def _is_whole_answer(script: Script, run: Run) -> bool:
    """Whether hardly anything else is said."""
    say = script.span(run.first)
    return say.end - say.first - (run.end - run.first) <= 2


def _is_dotted(script: Script, run: Run) -> bool:
    """Whether it has the dots of an internet address; one "point" alone is that of a decimal number."""
    said = script.cores[run.first : run.end]
    return said.count("dot") > 1 or said.count("dot") + said.count("point") > 2


def _is_code(script: Script, run: Run) -> bool:
    """Letters and digits as in the number of an order."""
    mixed = run.letters > 0 and run.digits >= 2 and len(run.value) >= 6
    return mixed and (run.singles > 0 or run.digits >= WRITTEN_CODE) and not is_bridged(script, run)


def _is_repeated(script: Script, runs: Sequence[Run], index: int) -> bool:
    """Whether the other speaker says the same digits: they are being confirmed, so they are somebody's."""
    run, who = runs[index], script.span(runs[index].first).who
    return any(other.value == run.value and script.span(other.first).who != who for other in runs)


def _by_length(run: Run, digits: int) -> str:
    if run.letters:
        return "NUMBER"
    return {9: "US_SSN", 10: "PHONE", 11: "PHONE", 15: "CARD_NUMBER", 16: "CARD_NUMBER"}.get(digits, "NUMBER")


def _is_counting(value: str) -> bool:
    """Whether a value only counts, "one two three four five": a line being tested."""
    return len(value) > 3 and value in "01234567891011121314151617181920" and value[0] in "01"


def _is_model(script: Script, run: Run) -> bool:
    """Whether a year of letters and digits is that of a thing: "a 2014 F-150", "my 2019 CX-5"."""
    first = run.first + 1 if script.cores[run.first] == "a" else run.first
    named = script.prev(first) in {"a", "my", "the", "his", "her", "our", "their"}
    return named and bool(MODEL_YEAR.match(script.cores[first])) and run.end - first <= 3


def _is_ours(script: Script, run: Run) -> bool:
    """A firm's own number: "you can reach us at ...", said by its agent or by nobody knows whom."""
    say = script.span(run.first)
    if say.who == "customer":
        return False
    before = script.cores[max(say.first, run.first - 8) : run.first]
    if say.who == "agent":
        return not OURS.isdisjoint(before)
    return any(verb in REACHING and core == "us" for verb, core in itertools.pairwise(before))


def _candidate(script: Script, run: Run, entity: str, score: float, reason: str) -> Candidate:
    first, end = run.first, run.end
    before = script.prev(first)
    if before in {"plus", "hash"} or (entity in PREFIXED and _is_prefix(script, first - 1)):
        first -= 1
    return Candidate(first, end, entity, score, reason)


def _is_prefix(script: Script, at: int) -> bool:
    core = script.cores[at] if at >= script.span(at + 1).first else ""
    plain = core in lexicon.LINKS or core in lexicon.CORRECTIONS or core in lexicon.BACK_CHANNEL
    if not 2 <= len(core) <= 5 or not core.isalpha() or plain:
        return False
    opens = at == script.span(at).first or script.prev(at) in {"is", "was", "it's", "number"}
    reading = script.tokens[at].name
    return script.words[at].strip(".,").isupper() or opens or not (reading.common or reading.first)
