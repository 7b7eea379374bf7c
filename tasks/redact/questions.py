"""Whether something that was said asks for something."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tasks.redact import lexicon
from tasks.redact.wordlists import word_set

if TYPE_CHECKING:
    from tasks.redact.script import Say, Script

ASKING = word_set("asking")
OPENING = word_set("opening")
"""These make a question where a sentence begins with them."""


def asks(script: Script, index: int) -> bool:
    """Whether what was said before is a question, an order, or short ("and your last name")."""
    for back in (1, 3):
        if index - back < 0:
            return False
        say = script.says[index - back]
        if script.cues[index - back]:
            return is_question(script, say)
    return False


def is_question(script: Script, say: Say) -> bool:
    """Whether it is a question, an order, or short and no denial."""
    cores = script.cores[max(say.first, say.end - 30) : say.end]
    if script.words[say.end - 1].endswith("?") or any(core in ASKING for core in cores):
        return True
    start = [core for core in cores[:3] if core not in lexicon.LINKS]
    plain = not any(core == "not" or core.endswith("n't") for core in cores)
    return bool(start and start[0] in OPENING) or (say.end - say.first <= 9 and plain)
