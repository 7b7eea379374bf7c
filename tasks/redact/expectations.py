"""What a value must be, to judge by what has been said and asked around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tasks.redact import lexicon
from tasks.redact.questions import ASKING, asks_quantity, is_question
from tasks.redact.refusals import refuses
from tasks.redact.script import ANSWERED
from tasks.redact.wordlists import word_set

if TYPE_CHECKING:
    from tasks.redact.cues import Cue
    from tasks.redact.script import Say, Script

NOTHING = "NONE"
"""The entity of phrases that only sound like cues."""
BELONGING = word_set("belonging")
"""What may stand between a value and a cue behind it."""
WEAK = word_set("weak_cues")
"""One of these alone is a cue in a short question, or directly before the value: else it is just a word."""
VERBS = frozenset({"is", "was", "are"})
REQUESTING = word_set("requesting")
REQUEST = 7
"""So many words before the cue may a customer's request begin."""
AGAIN = word_set("again")
"""With one of these a question only wants the answer to the one before once more."""
LONGEST_PROMPT = 4
SHORT = 6
SAME_BREATH = 16
"""A cue reaches so many words ahead in the same breath."""
WEAK_REACH = 5
LOOK_AHEAD = 5
"""And a value so many words ahead to a cue after it ("... is my card number")."""
WINDOW = 3
"""A question is answered within so many turns of the speaker who was asked."""


class Expectation(NamedTuple):
    """An announced entity; the smaller the distance the surer."""

    distance: int
    entity: str


NEAR = 30
"""Beyond this distance the announcement is two or more turns back."""


def expectations(script: Script, first: int, end: int, *, firm: bool) -> list[Expectation]:
    """What is expected at words[first:end], the nearest first.

    A firm value is one that hardly answers anything else: it may come after a refusal, or another question.
    """
    here = script.say_of[first], firm
    if here not in script.told_before:
        script.told_before[here] = sorted(_before(script, script.say_of[first], firm=firm))
    told_here = _in_breath(script, first, end, firm=firm) if script.cues[here[0]] else []
    return sorted([*told_here, *script.told_before[here]]) if told_here else script.told_before[here]


def asked(script: Script, index: int) -> list[str]:
    """The entities that says[index] answers, the last one asked first; empty where nobody asked."""
    if index not in script.answering:
        return []
    if index not in script.asked:
        script.asked[index] = _asked(script, index)
    return script.asked[index]


def _asked(script: Script, index: int) -> list[str]:
    for back in ANSWERED:
        before = index - back
        if before < 0:
            return []
        question, answer = script.says[before], script.says[index]
        if question.who is not None and question.who == answer.who:
            return []
        entities = [cue.entity for cue in reversed(_carried(script, before))]
        if entities:
            return entities
        if _asks_another(script, index - 1):
            return []
    return []


def _asks_another(script: Script, index: int) -> bool:
    """Whether something else is asked or told here, and the question before does not stand any more."""
    say = script.says[index]
    cores = script.cores[say.first : say.end]
    other = (not ASKING.isdisjoint(cores) or _is_new(script, say)) and AGAIN.isdisjoint(cores)
    return len(cores) > LONGEST_PROMPT or other or asks_quantity(script, index)


def _is_new(script: Script, say: Say) -> bool:
    """Whether it goes on to another question: "and the firmware?", but not "and it's june?"."""
    told = script.within(say, script.value_like) or script.within(say, script.dated)
    return script.cores[say.first] == "and" and script.words[say.end - 1].endswith("?") and not told


def _turns_away(script: Script, before: int, here: int) -> bool:
    """Whether the talk has left a question: it asked for an amount, was refused, or another one came."""
    if not script.cues[before]:
        say = script.says[before]
        return script.words[say.end - 1].endswith("?") or asks_quantity(script, before)
    return any(refuses(script, script.says[index]) for index in range(before + 1, here, 2))


def _carried(script: Script, index: int) -> list[Cue]:
    """The cues of says[index] that say what the next speaker will tell."""
    if index not in script.carried:
        told = [] if asks_quantity(script, index) else script.cues[index]
        script.carried[index] = [cue for cue in told if _carries(script, index, cue)]
    return script.carried[index]


def _left_open(script: Script, index: int) -> list[Cue]:
    """The cues of says[index] that its speaker may go on with: "... and my policy's um let me see".

    Where an agent ends with one, it is asked for.
    """
    carried, say = _carried(script, index), script.says[index]
    if say.who == "agent":
        return carried
    return [
        cue
        for cue in script.cues[index]
        if cue in carried
        or (cue.entity != NOTHING and lexicon.SMALL_TALK.issuperset(script.cores[cue.end : say.end]))
    ]


def _carries(script: Script, index: int, cue: Cue) -> bool:
    """Whether a cue says what the next speaker will tell: one everyday word only in a short question."""
    if cue.entity == NOTHING:
        return False
    say = script.says[index]
    if say.who == "customer" and index + 1 < len(script.says) and not _is_requested(script, cue):
        return False
    if _states(script, cue):
        return False
    return not _is_weak(script, cue) or say.end - say.first <= SHORT


def _is_weak(script: Script, cue: Cue) -> bool:
    return cue.end - cue.first == 1 and script.cores[cue.first] in WEAK


def _states(script: Script, cue: Cue) -> bool:
    """Whether a cue goes on in the same breath ("your case was opened on ..."): then it asks for nothing."""
    return script.cores[cue.end - 1] in VERBS and cue.end < script.span(cue.first).end


def _only_prompts(script: Script, index: int) -> bool:
    """Whether somebody says nothing but "okay" and "go ahead": the question still stands."""
    say = script.says[index]
    return say.end - say.first <= SHORT and lexicon.BACK_CHANNEL.issuperset(script.cores[say.first : say.end])


def _is_requested(script: Script, cue: Cue) -> bool:
    """Whether a customer asks for it and does not tell it; agents tell values only when they are asked to."""
    say = script.span(cue.first)
    if _is_told(script, cue):
        return False
    before = script.cores[max(say.first, cue.first - REQUEST) : cue.first + 1]
    short = say.end - say.first <= SHORT and cue.end == say.end
    return short or script.words[say.end - 1].endswith("?") or any(core in REQUESTING for core in before)


def _is_told(script: Script, cue: Cue) -> bool:
    """Whether a value follows at once; one number word is none: "what's the code one more time"."""
    told = script.tokens[cue.end : min(cue.end + 2, script.span(cue.first).end)]
    return bool(told) and (told[0].sealed or (told[0].number and (told[0].digits > 2 or told[-1].number)))


def names_a_thing(script: Script, first: int) -> bool:
    """Whether a number is the name of a thing: a model, an error, an item in a catalogue."""
    index = script.say_of[first]
    before = [cue for cue in script.cues[index] if cue.end <= first] or (
        script.cues[index - 1] if index else []
    )
    return bool(before) and before[-1].entity == NOTHING


def _in_breath(script: Script, first: int, end: int, *, firm: bool) -> list[Expectation]:
    found = []
    for cue in script.cues[script.say_of[first]]:
        if cue.entity == NOTHING:
            continue
        reach = WEAK_REACH if _is_weak(script, cue) else SAME_BREATH
        if cue.end <= first and first - cue.end < reach:
            found.append(Expectation(first - cue.end, cue.entity))
        elif 0 <= cue.first - end < LOOK_AHEAD and (firm or _belongs(script, end, cue.first)):
            found.append(Expectation(6 + cue.first - end, cue.entity))
    return found


def _belongs(script: Script, end: int, cue: int) -> bool:
    """Whether a cue behind a value is said of it: "... is my card number", "... that's the p i n"."""
    between = script.cores[end:cue]
    return (
        all(core in BELONGING or core in lexicon.LINKS for core in between)
        and not script.tokens[end - 1].closes
    )


def _before(script: Script, here: int, *, firm: bool) -> list[Expectation]:
    """What the turns before says[here] announce; the same for everything that is said in it."""
    found: list[Expectation] = []
    if not any(script.cues[max(0, here - 2 * WINDOW + 1) : here]):
        return found
    turns = 0
    for before in range(here - 1, max(-1, here - 2 * WINDOW), -1):
        say, asks = script.says[before], script.says[before].who != script.says[here].who
        if not firm and asks and _turns_away(script, before, here):
            break
        if script.cues[before] and (not asks or is_question(script, say)):
            carried = _carried(script, before) if asks else _left_open(script, before)
            found += [Expectation(16 + 10 * turns + (say.end - cue.end) // 3, cue.entity) for cue in carried]
            if found and asks:
                break
        turns += not _only_prompts(script, before)
    return found
