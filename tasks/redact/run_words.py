"""Which words are surely parts of a number or a spelling, and which only in company."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tasks.redact import lexicon
from tasks.redact.tokens import NUMERIC, UNSURE
from tasks.redact.wordlists import word_set

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tasks.redact.script import Script

ONE_AS_WORD = word_set("one_as_word")
"""After one of these "one" counts nothing: "the new one is ..."."""
PER = {unit for unit in lexicon.UNITS if len(unit) > 1} | {"night", "piece", "head", "person", "gallon"}
"""Behind "a": "one eighty nine a night"."""
SHORT_LETTERS = frozenset("aio")
HOLDING = word_set("holding")
"""Behind "i" these make a phrase of it, also where digits come before: "two two six three, i think"."""
TIMES = 5
"""A number of so many digits is no side of a thing."""
PARTS = word_set("parts")
_BEFORE_PART = lexicon.LINKS | lexicon.ORDINALS.keys() | {"last", "other"}


def is_solid(script: Script, at: int) -> bool:  # noqa: PLR0911  (one line per case)
    """Surely part of a number or a spelling: words like "a", "oh" and "mike" need company.

    The word must not belong to a phrase that announces a value.
    """
    token = script.tokens[at]
    if token.sure:
        return True
    if token.core in {"a", "i"} and is_just_a_word(script, at):
        return False
    if token.core == "one" and script.prev(at) in ONE_AS_WORD and not _beside_value(script, at):
        return False
    kinds = token.kinds
    if not kinds & UNSURE:
        return True
    if _is_half_of_day(script, at):
        return False
    company = _company(script, at)
    if "letter" in kinds and token.core not in SHORT_LETTERS:
        return token.core != "x" or not _is_times(script, at)
    if "zero" in kinds and _is_alone(script, at):
        return True
    if "letter" in kinds or "zero" in kinds:
        return bool(company & {"digit", "zero", "tens", "teen", "written", "letter", "mixed", "repeat"})
    if "letters" in kinds:
        return bool(company & {"written", "mixed"}) and not script.in_cue(at)
    return bool(company - {"word", "filler", "mark"})


def _beside_value(script: Script, at: int) -> bool:
    """Whether digits or letters follow without a pause."""
    return bool(script.next(at)) and script.tokens[at + 1].value_like and not script.tokens[at].pauses


def _is_times(script: Script, at: int) -> bool:
    """Whether "x" stands between the sides of a thing: "20 x 25 x 1"."""
    sides = [side for side in (script.prev(at), script.next(at)) if side.isdecimal() and len(side) < TIMES]
    return len(sides) > 1 and max(map(len, sides)) > 1


def _is_alone(script: Script, at: int) -> bool:
    """Whether nothing else is said in the breath: "oh" is then a digit, where digits are being told."""
    say = script.span(at)
    others = [core for word, core in enumerate(script.cores[say.first : say.end], say.first) if word != at]
    return script.say_of[at] > 1 and len(others) <= 2 and all(core in lexicon.FILLERS for core in others)


def is_just_a_word(script: Script, at: int) -> bool:
    """Whether "a" or "i" stands among words, or "a" before a count ("a two thousand nineteen trailer")."""
    before = script.tokens[max(0, at - 1)]
    after = script.tokens[min(at + 1, len(script.tokens) - 1)]
    if not (before.value_like or after.value_like) and script.next(at) not in lexicon.LIKE_WORDS:
        return True
    if script.cores[at] == "i":
        return script.next(at) in HOLDING
    if script.next(at) in PER:
        return True
    return _counts_behind(script, at) and script.prev(at).isalpha() and not script.tokens[at - 1].value_like


def _counts_behind(script: Script, at: int) -> bool:
    """Whether a number that is no single digit follows."""
    return (
        script.next(at, 2) in lexicon.SCALES
        or script.next(at) in lexicon.TENS
        or script.next(at) in lexicon.TEENS
    )


def _is_half_of_day(script: Script, at: int) -> bool:
    """Whether it belongs to "nine thirty a m": a time, unless more letters or digits follow."""
    core = script.cores[at]
    if core == "m" and script.prev(at) in {"a", "p"}:
        at -= 1
    elif core not in {"a", "p"} or script.next(at) != "m":
        return False
    before = script.tokens[at - 1].atoms[-1].kind if script.prev(at) else "word"
    after = script.next(at, 2)
    return before in NUMERIC | {"amount"} and not (after and script.tokens[at + 2].value_like)


def _company(script: Script, at: int) -> set[str]:
    """The kinds of what stands beside a word; of "a" and "i" side by side, of what stands beside both."""
    say = script.span(at)
    near = [other for other in (at - 1, at + 1) if say.first <= other < say.end]
    if script.cores[at] in {"a", "i"}:
        near = [2 * other - at if script.cores[other] in {"a", "i"} else other for other in near]
    company: set[str] = {"letter"} if _is_spelling_example(script, at) else set()
    return company.union(*(script.tokens[other].kinds for other in near if say.first <= other < say.end))


def _is_spelling_example(script: Script, at: int) -> bool:
    """Whether an example follows, "a as in apple": the letter is one, however short."""
    if script.next(at) not in lexicon.BEFORE_EXAMPLE:
        return False
    for steps in (2, 3):
        word = script.next(at, steps)
        between = [script.next(at, step) for step in range(1, steps)]
        if exemplifies(word, script.cores[at]) and lexicon.BEFORE_EXAMPLE.issuperset(between):
            return True
    return False


def names_part(gap: Sequence[str]) -> bool:
    """Whether what is said between two parts of a value only counts them: "that's the first bit"."""
    return gap[-1] in PARTS and _BEFORE_PART.issuperset(gap[:-1])


def exemplifies(word: str, letter: str) -> bool:
    """Whether a word is an example for a letter, as "david" is for "d"."""
    return word[:1] == letter and len(word) > 2 and word not in lexicon.ARTICLES
