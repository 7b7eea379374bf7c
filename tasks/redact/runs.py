"""Runs: the stretches of a conversation in which digits or letters are being read out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tasks.redact import lexicon
from tasks.redact.amounts import is_quantity
from tasks.redact.questions import asks_quantity
from tasks.redact.run_words import exemplifies, is_solid, names_part
from tasks.redact.spoken_numbers import count_digits, digits_of, singles_of
from tasks.redact.tokens import NUMERIC, Atom, Token

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tasks.redact.script import Script

MAX_LINKS = 7
"""So many fillers and corrections may stand between two parts of one value."""
MAX_MISHEARD = 3
"""So many words in a row may be misheard digits, between digits that were told one by one."""
MAX_PROMPT = 10
"""So many words may the other speaker say in between ("uh huh, next four")."""

_GAP = lexicon.LINKS | lexicon.CORRECTIONS
_ANSWERED_GAP = lexicon.LINKS | (lexicon.BACK_CHANNEL - set(lexicon.DIGITS))
"""Where nobody knows who speaks, the other's "right" and "got it" stand between the digits."""
_MISHEARD_GAP = lexicon.LINKS | lexicon.SOUNDS_LIKE


class Run(NamedTuple):
    """Digits and letters at words[first:end], one speaker, one breath."""

    first: int
    end: int
    words: Sequence[int]
    """Those of its words that are digits and letters, without what is said in between."""
    value: str
    digits: int
    letters: int
    singles: int
    """Digits said one by one, or written; the "one" of "ninety one" and of "one hundred" is none."""
    quantity: bool
    """An amount, a count, a time, or the name of a thing."""
    follows: bool
    """Goes on with the run before it, across what the other speaker says in between."""

    @property
    def dictated(self) -> bool:
        """Said digit by digit or spelled, at least in part, as nobody says an amount."""
        return self.letters > 0 or self.singles > 3 or 2 * self.singles >= self.digits


def find_runs(script: Script) -> list[Run]:
    """All runs of a conversation, in order."""
    tokens, cued = script.tokens, script.cued
    solid = [at for at in script.value_like if at not in cued and (tokens[at].sure or is_solid(script, at))]
    runs: list[Run] = []
    start = 0
    for at in range(1, len(solid) + 1):
        if at == len(solid) or not _joined(script, solid, start, at):
            runs.append(_run(script, solid[start:at], runs[-1] if runs else None))
            start = at
    return runs


def _joined(script: Script, solid: Sequence[int], start: int, at: int) -> bool:  # noqa: PLR0911  (one line per case)
    """Whether the solid word at solid[at] goes on with the run that began at solid[start]."""
    before, here = solid[at - 1], solid[at]
    if here - before > MAX_LINKS + 1 or script.say_of[before] != script.say_of[here]:
        return False
    if here - before == 1:
        return True
    gap = script.cores[before + 1 : here]
    if script.is_sealed(before + 1, here):
        return False
    if _is_like(gap, script.cores[before], script.cores[here]) or _is_example(gap, script.tokens[before]):
        return True
    if _GAP.issuperset(gap) or names_part(gap):
        return not _counts(script, before)
    told = len(gap) <= MAX_MISHEARD and script.tokens[before].single and script.tokens[here].single
    if told and (_MISHEARD_GAP.issuperset(gap) or _ANSWERED_GAP.issuperset(gap)):
        return True
    return len(gap) == 1 and _may_be_misheard(script, solid, start, at)


def _counts(script: Script, at: int) -> bool:
    return script.next(at) in lexicon.UNITS


def _is_like(gap: Sequence[str], letter: str, after: str) -> bool:
    """Whether a gap is that of "b for bravo", where the example is a code word and so itself solid."""
    told = [word for word in gap if word not in lexicon.FILLERS]
    return len(told) <= 2 and after[:1] == letter[-1:] and lexicon.BEFORE_EXAMPLE.issuperset(told)


def _is_example(gap: Sequence[str], letter: Token) -> bool:
    """Whether a gap is that of "d as in david": the example word begins with the letter."""
    if letter.atoms[-1].kind != "letter":
        return False
    words = [word for word in gap if word not in lexicon.BEFORE_EXAMPLE and word not in lexicon.LINKS]
    return len(words) == 1 and exemplifies(words[0], letter.atoms[-1].value) and len(gap) <= 5


def _may_be_misheard(script: Script, solid: Sequence[int], start: int, at: int) -> bool:
    """One foreign word inside a dictation: a digit that the engine took for a word."""
    word = script.cores[solid[at] - 1]
    if word in lexicon.UNITS or word == "or" or script.in_cue(solid[at] - 1):
        return False
    if word in lexicon.SOUNDS_LIKE:
        return True
    goes_on = at + 1 < len(solid) and solid[at + 1] == solid[at] + 1
    return goes_on and at - start >= 2 and script.say_of[solid[start]] == script.say_of[solid[at]]


def _run(script: Script, solid: Sequence[int], before: Run | None) -> Run:
    """The run of these words, where `before` is the run before it."""
    first, end = solid[0], _with_example(script, solid[-1] + 1)
    atoms: Sequence[Atom]
    if end - first == 1:  # as many numbers in talk are
        token = script.tokens[first]
        atoms, value, singles = token.atoms, token.value, token.singles
    else:
        atoms = [atom for at in solid for atom in script.tokens[at].atoms]
        value, singles = digits_of(_with_letter_o(script, solid, atoms)), singles_of(atoms)
    digits = count_digits(value)
    return Run(
        first,
        end,
        solid,
        value,
        digits,
        len(value) - digits,
        singles,
        is_quantity(script, first, end, atoms),
        before is not None and _follows(script, before.end, first),
    )


def _with_letter_o(script: Script, solid: Sequence[int], atoms: Sequence[Atom]) -> Sequence[Atom]:
    """In a spelling "o" is a letter, among digits it is a zero."""
    if "o" not in script.cores[solid[0] : solid[-1] + 1]:
        return atoms
    letters = sum(atom.kind in {"letter", "code", "letters"} for atom in atoms)
    others = sum(atom.kind in NUMERIC for atom in atoms) - sum(script.cores[at] == "o" for at in solid)
    if letters <= others:
        return atoms
    return [
        Atom("letter", "o") if script.cores[at] == "o" else atom
        for at in solid
        for atom in script.tokens[at].atoms
    ]


def _with_example(script: Script, end: int) -> int:
    """The end of a run with the example after its last letter ("... a as in apple")."""
    letter = script.tokens[end - 1].atoms[-1]
    if letter.kind != "letter" or script.next(end - 1) not in lexicon.BEFORE_EXAMPLE:
        return end
    for steps in (2, 3):
        between = [script.next(end - 1, step) for step in range(1, steps)]
        if exemplifies(script.next(end - 1, steps), letter.value) and lexicon.BEFORE_EXAMPLE.issuperset(
            between
        ):
            return end + steps
    return end


def _follows(script: Script, end: int, first: int) -> bool:
    """Whether what begins at a word goes on with words[:end] across a short prompt of the other speaker."""
    said, saying = script.say_of[end - 1], script.say_of[first]
    if said == saying or saying - said > 4 or script.says[said].who != script.says[saying].who:
        return False
    between = range(script.says[said].end, script.says[saying].first)
    if len(between) > MAX_PROMPT:
        return False
    lead = script.cores[script.says[saying].first : first]
    tail = script.cores[end : script.says[said].end]
    if not all(_GAP.issuperset(words) or names_part(words) for words in (lead, tail)):
        return False
    asked = range(said + 1, saying)
    prompted = any(script.cues[say] or asks_quantity(script, say) for say in asked)
    return not prompted and not script.is_sealed(between.start, between.stop)
