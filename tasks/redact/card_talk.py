"""What follows a card number in a call: its expiry date and its security code, however they are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tasks.redact.questions import asks_quantity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tasks.redact.runs import Run
    from tasks.redact.script import Say, Script

CARD_DIGITS = 12
"""So many digits told by one speaker, in one breath or the next, are a card's, or most of one."""
NEXT_PART = 2
"""The next part of a card number comes so many turns later: once the other speaker has said "okay"."""
CARD_TALK = 8
"""So many turns later at most its date and its code are told."""
CODE = range(3, 5)
"""So many digits a security code has."""
SHORT = 8
"""A code is asked for by itself: the answer has few words besides."""


def card_ends(script: Script, runs: Sequence[Run]) -> list[int]:
    """Where a card number has been told, as words: behind its twelfth digit, and behind each later part."""
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


def follows_card(script: Script, first: int, end: int, cards: Sequence[int]) -> bool:
    """Whether words[first:end] are told by themselves, by the speaker of a card number, soon after it."""
    say, here = script.span(first), script.say_of[first]
    if say.end - say.first - (end - first) > SHORT or (here and _asks_other(script, script.says[here - 1])):
        return False
    return any(
        0 < here - script.say_of[card - 1] <= CARD_TALK and script.span(card - 1).who == say.who
        for card in cards
    )


def _asks_other(script: Script, say: Say) -> bool:
    """Whether an amount or a time is asked for."""
    return asks_quantity(script, say) or "time" in script.cores[say.first : say.end]


def is_code(script: Script, run: Run, cards: Sequence[int]) -> bool:
    """Whether three or four digits soon after a card number are its security code."""
    told = run.digits in CODE and run.dictated and not run.letters and not run.quantity
    return told and follows_card(script, run.first, run.end, cards)
