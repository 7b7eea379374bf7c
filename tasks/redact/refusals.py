"""Answers that give nothing away: refusals, counter-questions, and plain yes or no."""

from __future__ import annotations

from tasks.redact import lexicon
from tasks.redact.script import Say, Script

_OPENINGS = frozenset(
    tuple(phrase.split())
    for phrase in (
        "why", "i don't", "i do not", "i'd rather", "i would rather", "what", "which", "can i", "can you", "could i",
        "could you", "hang on", "hold on", "one sec", "one second", "one moment", "just a", "give me a", "let me",
        "is there", "is that", "do you", "do i", "no i don't", "no i", "not sure", "i'm not", "i am not", "i can't",
        "i cannot", "i haven't", "i never", "i forgot", "i lost", "i have no", "i need to", "i want to", "how do",
        "how come", "how much", "how many", "how long", "are you", "does it", "did you", "where do", "where is",
        "sorry what", "i think i", "i already", "you already", "you have", "you guys", "it should be", "there is no",
        "there's no", "we don't", "we didn't", "nobody", "none", "never mind", "no thanks", "no thank", "not really",
        "i was just", "i just", "that would be great", "sounds good", "thank you so", "thanks so", "nothing",
    )
)  # fmt: skip
_EMPTY = lexicon.BACK_CHANNEL | frozenset(
    "no nope not it's it is that's that was yes i am do does course of definitely absolutely so much very nice day "
    "have bye hello hi hey wait hold on just minute a there be will would did you too welcome problem worries "
    "both neither either the same as before still um well oh i see don't know see yet later and for me my".split()
) - set(lexicon.DIGITS)


def refuses(script: Script, say: Say) -> bool:
    """Whether a saying answers an identity question without telling anything."""
    cores = script.cores[say.first : say.end]
    while cores and cores[0] in {"um", "uh", "well", "oh", "sorry", "yeah", "no", "so", "okay", "but"} and len(cores) > 1:
        cores = cores[1:]
    if any(tuple(cores[:length]) in _OPENINGS for length in (4, 3, 2, 1)):
        return True
    return all(core in _EMPTY for core in cores)
