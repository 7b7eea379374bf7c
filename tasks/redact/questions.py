"""Whether something that was said asks for something."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from tasks.redact import lexicon
from tasks.redact.wordlists import word_set

if TYPE_CHECKING:
    from tasks.redact.script import Say, Script

ASKING = word_set("asking")
QUANTITIES = word_set("quantities")
OPENING = word_set("opening")
"""These make a question where a sentence begins with them."""
_COUNTING = frozenset({"amount", "how", "time"})


def asks(script: Script, index: int) -> bool:
    """Whether what was said before is a question, an order, or short ("and your last name")."""
    for back in (1, 3):
        if index - back < 0:
            return False
        say = script.says[index - back]
        if script.cues[index - back]:
            return is_question(script, say)
    return False


def asks_quantity(script: Script, index: int) -> bool:
    """Whether the last question in it wants an amount or a time: "and how much to pay off the phone"."""
    if script.counting is None:
        spoken = {script.say_of[at] for at in script.where(_COUNTING)}
        script.counting = frozenset(one for one in spoken if _counts(script, script.says[one]))
    return index in script.counting


def _counts(script: Script, say: Say) -> bool:
    cores = script.cores[max(say.first, say.end - 30) : say.end]
    if "amount" in cores[-2:]:
        return True
    return any(
        (first == "how" and second in QUANTITIES) or (first, second) == ("what", "time")
        for first, second in itertools.pairwise(cores)
    )


def is_question(script: Script, say: Say) -> bool:
    """Whether it is a question, an order, or short and no denial."""
    if say.first not in script.questions:
        script.questions[say.first] = _is_question(script, say)
    return script.questions[say.first]


def _is_question(script: Script, say: Say) -> bool:
    cores = script.cores[max(say.first, say.end - 30) : say.end]
    if script.words[say.end - 1].endswith("?") or not ASKING.isdisjoint(cores):
        return True
    start = [core for core in cores[:3] if core not in lexicon.LINKS]
    plain = not any(core == "not" or core.endswith("n't") for core in cores)
    short = 16 if _opens_with_cue(script, say) else 9
    if (start and start[0] in OPENING) or (say.end - say.first <= short and plain):
        return True
    return _ends_with_cue(script, say)


def _ends_with_cue(script: Script, say: Say) -> bool:
    """Whether what is wanted comes last: "thanks and then the second digit of your telephone pin"."""
    cues = script.cues[script.say_of[say.first]]
    return bool(cues) and cues[-1].end == say.end and "your" in script.cores[cues[-1].first - 4 : say.end]


def _opens_with_cue(script: Script, say: Say) -> bool:
    """Whether what is wanted comes first: "last four of the social for the primary on this plan"."""
    return any(cue.first - say.first <= 3 for cue in script.cues[script.say_of[say.first]])
