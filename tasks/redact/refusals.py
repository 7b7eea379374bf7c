"""Answers that give nothing away: refusals, counter-questions, and plain yes or no."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tasks.redact import lexicon
from tasks.redact.wordlists import phrase_set, word_set

if TYPE_CHECKING:
    from tasks.redact.script import Say, Script

_OPENINGS = phrase_set("refusal_openings")
_EMPTY = (lexicon.BACK_CHANNEL | word_set("empty_answers")) - set(lexicon.DIGITS)
TOLD = 2
"""So many numbers are an answer, however it begins: "let me see oh four one"."""
_LEADING = frozenset({"um", "uh", "well", "oh", "sorry", "yeah", "no", "so", "okay", "but"})


def refuses(script: Script, say: Say) -> bool:
    """Whether a saying answers an identity question without telling anything."""
    if sum(script.tokens[at].number for at in script.within(say, script.value_like)) >= TOLD:
        return False
    cores = script.cores[say.first : say.end]
    while cores and cores[0] in _LEADING and len(cores) > 1:
        cores = cores[1:]
    if any(tuple(cores[:length]) in _OPENINGS for length in (4, 3, 2, 1)):
        return True
    return all(core in _EMPTY for core in cores)
