"""Where a call is about a card: what is told there by itself is its expiry date or its security code."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tasks.redact.grouped_digits import find_grouped_digits
from tasks.redact.questions import asks_quantity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tasks.redact.candidates import Candidate
    from tasks.redact.runs import Run
    from tasks.redact.script import Script

CARD_DIGITS = 12
"""So many digits told by one speaker, in one breath or the next, are a card's, or most of one."""
NEXT_PART = 2
"""The next part of a card number comes so many turns later: once the other speaker has said "okay"."""
AFTER_NUMBER = 8
"""So many turns after a card number at most its date and its code are told."""
AFTER_CUE = 4
"""And so many after somebody has only spoken of a card's number, date or code."""
CODE = range(3, 5)
"""So many digits a security code has."""
HARDLY_ANY = 1
"""An answer with so few words besides a number like "six hundred and twelve" is no price."""
FEW = 10
"""What is asked for by itself is answered with so few words besides."""


class CardTalk(NamedTuple):
    """Where a card is talked about."""

    ends: list[int]
    """The words behind card numbers."""
    says: frozenset[int]
    """What is said soon after one, or after words that announce one."""
    grouped: list[Candidate]
    """Long numbers that were written as amounts are, most of them cards'."""


def card_talk(script: Script, runs: Sequence[Run]) -> CardTalk:
    """Where a card is talked about in a call."""
    if script.card_talk is None:
        script.card_talk = _card_talk(script, runs)
    return script.card_talk


def _card_talk(script: Script, runs: Sequence[Run]) -> CardTalk:
    grouped = list(find_grouped_digits(script))
    ends = [*_card_ends(script, runs), *(one.end for one in grouped)]
    says = {script.say_of[end - 1] + later for end in ends for later in range(AFTER_NUMBER + 1)}
    for index in script.announcing:
        if any(cue.entity.startswith("CARD_") for cue in script.cues[index]):
            says.update(range(index, index + AFTER_CUE + 1))
    return CardTalk(ends, frozenset(says), grouped)


def _card_ends(script: Script, runs: Sequence[Run]) -> list[int]:
    """Where a card number has been told: behind its twelfth digit, and behind each later part."""
    ends: list[int] = []
    digits, before = 0, None
    for run in runs:
        if run.letters or run.quantity or not run.dictated:
            continue
        goes_on = (
            before is not None
            and script.span(before.first).who == script.span(run.first).who
            and script.say_of[run.first] - script.say_of[before.first] <= NEXT_PART
        )
        digits = run.digits + (digits if goes_on else 0)
        before = run
        if digits >= CARD_DIGITS:
            ends.append(run.end)
    return ends


def is_told_alone(script: Script, first: int, end: int, talk: CardTalk) -> bool:
    """Whether words[first:end] are told by themselves where a card is talked about."""
    index = script.say_of[first]
    say = script.says[index]
    return (
        index in talk.says
        and say.end - say.first - (end - first) <= FEW
        and not (index and asks_quantity(script, index - 1))
    )


def is_code(script: Script, run: Run, talk: CardTalk) -> bool:
    """Whether three or four digits where a card is talked about are its security code."""
    if run.letters or run.digits not in CODE or not is_told_alone(script, run.first, run.end, talk):
        return False
    say = script.span(run.first)
    return (run.dictated and not run.quantity) or say.end - say.first - (run.end - run.first) <= HARDLY_ANY
