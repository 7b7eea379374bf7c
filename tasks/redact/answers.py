"""Whole answers: secrets, and what recognisers make of spelled or dictated answers to identity questions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tasks.redact import lexicon
from tasks.redact.candidates import Candidate
from tasks.redact.expectations import asked
from tasks.redact.name_words import NEVER
from tasks.redact.questions import ASKING, asks
from tasks.redact.refusals import refuses
from tasks.redact.run_words import is_just_a_word
from tasks.redact.wordlists import word_set

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tasks.redact.runs import Run
    from tasks.redact.script import Say, Script

SECRETS = ("PASSWORD", "SECURITY_ANSWER", "USERNAME", "PIN", "OTP")
CARRIERS = word_set("carriers")
CLOSERS = word_set("closers")
CONNECTIVES = word_set("connectives")
NO_VALUE = word_set("no_value")
"""A password is not announced before one of these: "my password is not working"."""
MAY_BE_DIGIT = frozenset({"oh", "to", "all", "for", "one", "are"})
DIGITS_ONLY = frozenset({"PIN", "OTP"})
"""A sentence without a digit or a letter, heard or misheard, tells none of these."""
SPELLING = frozenset({"spell", "spelled", "spelt", "spelling", "spells"})
CHANGING = frozenset({"change", "changed", "set", "reset", "update", "updated", "make", "made"})
WRITTEN = lexicon.MARKS.keys() | word_set("written")
"""How a letter is written, and signs: "capital m", "exclamation mark"."""
TURNING = word_set("turning")
LONGEST_SECRET = 8
LONGEST_ANSWER = 24
_SHORT = 5

_SMALL_TALK = lexicon.SMALL_TALK | CARRIERS
_MISHEARD = lexicon.SOUNDS_LIKE - lexicon.WORDS_OF_THEIR_OWN


def find_answers(script: Script, runs: Sequence[Run]) -> list[Candidate]:  # noqa: ARG001  (detectors share one call)
    """Secrets that are told or asked for, and answers that are mostly letters, digits or unusual words."""
    found: list[Candidate] = []
    for index in sorted(script.heeding):
        say = script.says[index]
        found += _told(script, index)
        wanted = asked(script, index)
        if not wanted or not asks(script, index) or refuses(script, say):
            continue
        secret = next((entity for entity in wanted if entity in SECRETS), "")
        found += _secret_answer(script, say, secret) if secret else _window(script, index, wanted[0])
    return found


def _told(script: Script, index: int) -> Iterator[Candidate]:
    """The value in "the password is marigold": what follows the connective, up to the end of the phrase."""
    say = script.says[index]
    for cue in script.cues[index]:
        if cue.entity not in SECRETS:
            continue
        first = _value_start(script, say, cue.end)
        end = _value_end(script, say, first) if first is not None else 0
        if first is not None and end > first:
            yield Candidate(first, end, cue.entity, 0.8, f"cue:{cue.entity}")


def _value_start(script: Script, say: Say, at: int) -> int | None:
    joined = script.cores[at - 1] in CONNECTIVES or script.cores[at - 1].endswith("'s")
    joined = joined or _is_only_told(script, say, at)
    for word in range(at, min(at + 4, say.end)):
        core = script.cores[word]
        if core in CONNECTIVES or (core == "to" and _is_changed(script, at)):
            joined = True
        elif joined and core not in lexicon.FILLERS:
            bare = core in NO_VALUE or script.tokens[word].sealed
            return None if bare else word
    return None


def _is_changed(script: Script, at: int) -> bool:
    """Whether the phrase that ends here says that a secret was changed: "i set my password to ..."."""
    return any(script.prev(at, steps) in CHANGING for steps in range(2, 6))


def _is_only_told(script: Script, say: Say, at: int) -> bool:
    """Whether nothing but a cue and a value with digits is said: "user name blue heron seven"."""
    opens = all(word in script.cued or script.cores[word] in CARRIERS for word in range(say.first, at))
    return opens and say.end - at <= _SHORT and any(token.number for token in script.tokens[at : say.end])


def _value_end(script: Script, say: Say, first: int) -> int:
    cued = {cue.first for cue in script.cues[script.say_of[first]]}
    for at in range(first, min(first + LONGEST_SECRET, say.end)):
        stops = at in cued or (
            script.cores[at] in {"and", "but", "then", "so", "because", "if", "can", "i"} and at > first
        )
        if stops or script.tokens[at].sealed:
            return at
        if script.tokens[at].closes or (script.tokens[at].pauses and not _goes_on(script, at)):
            return at + 1
    return min(first + LONGEST_SECRET, say.end)


def _goes_on(script: Script, at: int) -> bool:
    """Whether a secret goes on across a comma: with a digit, a sign, or how a letter is written."""
    after = script.next(at)
    return (
        script.tokens[at].value_like or after in WRITTEN or bool(after and script.tokens[at + 1].value_like)
    )


def _trimmed(script: Script, say: Say) -> tuple[int, int]:
    """The answer without "yes, it's" before and "thank you" behind."""
    first, end = say.first, say.end
    while first < end and script.cores[first] in CARRIERS and not _may_be_digit(script, first, end):
        first += 1
    while end > first and script.cores[end - 1] in CLOSERS:
        end -= 1
    return first, end


def _may_be_digit(script: Script, at: int, end: int) -> bool:
    """Whether "oh", "for" or "to" is a digit: another, or what may be one, comes next."""
    if script.cores[at] not in MAY_BE_DIGIT or at + 1 >= end:
        return False
    return script.tokens[at + 1].value_like or script.cores[at + 1] in lexicon.SOUNDS_LIKE


def _secret_answer(script: Script, say: Say, entity: str) -> Iterator[Candidate]:
    first, end = _trimmed(script, say)
    if say.end - say.first > 16 or any(script.tokens[at].sealed for at in range(say.first, say.end)):
        return
    said = script.cores[first:end]
    if end - first > _SHORT and entity in DIGITS_ONLY and not _may_be_told(script, first, end):
        return
    if say.who == "agent" and not ASKING.isdisjoint(said) and _wants_change(script, say):
        return
    if first < end:
        yield Candidate(first, end, entity, 0.8, "answer-window")
        for cue in script.cues[script.say_of[first]]:  # "... and the password is ..."
            if cue.entity in SECRETS and first < cue.end < end:
                yield Candidate(cue.end, end, cue.entity, 0.8, "answer-window")


def _may_be_told(script: Script, first: int, end: int) -> bool:
    """Whether any of words[first:end] is a digit or a letter, or what an engine writes for a misheard one."""
    return any(script.tokens[at].value_like or script.cores[at] in _MISHEARD for at in range(first, end))


def _wants_change(script: Script, say: Say) -> bool:
    """Whether a secret is to be changed: the question that comes back asks for the new one."""
    before = script.says[script.say_of[say.first] - 1]
    return not CHANGING.isdisjoint(script.cores[before.first : before.end])


def _window(script: Script, index: int, entity: str) -> Iterator[Candidate]:
    say = script.says[index]
    first, end = _trimmed(script, say)
    length = end - first
    if not 0 < length <= LONGEST_ANSWER or any(script.tokens[at].sealed for at in range(say.first, say.end)):
        return
    if (
        _spells(script, index)
        and sum(script.tokens[at].atoms[0].kind == "letter" for at in range(first, end)) > 2
    ):
        yield Candidate(first, end, entity, 0.55, "answer-window")
        return
    sounding = _sounding(script, first, end)
    if sounding:
        yield Candidate(min(sounding), max(sounding) + 1, entity, 0.55, "answer-window")
    told = sum(_tells(script, at) for at in range(first, end))
    odd = sum(_is_odd(script, at) for at in range(first, end)) if length <= _SHORT else 0
    if told == 1 and not odd and _lone_digit(script, first, end):
        return
    mostly = told >= 2 and told * 3 >= length
    bare = length <= 2 and entity in _OPEN and say.end - say.first <= 4
    if bare:
        yield Candidate(first, end, entity, 0.5, "answer-window")
    if (
        mostly
        or (length <= _SHORT and (told or (odd and entity in _OPEN)))
        or (length <= 4 and odd == length)
    ):
        for piece in _pieces(script, first, end, entity):
            yield Candidate(*piece, entity, 0.55, "answer-window")


def _pieces(script: Script, first: int, end: int, entity: str) -> Iterator[tuple[int, int]]:
    """The answer without its cues ("sort code ... account ..."), each from its first odd word to its last."""
    start = first
    for at in range(first, end + 1):
        apart = at < end and (script.cores[at] in CARRIERS if entity == "PERSON" else _turns(script, at))
        if at < end and at not in script.cued and not apart:
            continue
        telling = [word for word in range(start, at) if _tells(script, word) or _is_odd(script, word)]
        if telling:
            roomy = at - start <= 4 and entity != "PERSON"
            yield _edges(script, start, at) if roomy else (telling[0], telling[-1] + 1)
        start = at + 1


def _spells(script: Script, index: int) -> bool:
    """Whether the speaker was asked to spell something."""
    say = script.says[index - 1]
    return any(core in SPELLING for core in script.cores[say.first : say.end])


def _sounding(script: Script, first: int, end: int) -> list[int]:
    """The longest row of words that are digits or letters, or may be misheard ones: "for for ate won"."""
    rows: list[list[int]] = [[]]
    for at in range(first, end):
        if script.tokens[at].value_like or script.cores[at] in lexicon.SOUNDS_LIKE:
            rows[-1].append(at)
        elif script.cores[at] not in lexicon.FILLERS:
            rows.append([])
    row = max(rows, key=len)
    sure = sum(script.cores[at] not in lexicon.WORDS_OF_THEIR_OWN for at in row)
    return row if len(row) > 2 and sure > 1 and 2 * sure >= len(row) else []


def _turns(script: Script, at: int) -> bool:
    """Whether an answer goes on to something else here: "and it's ...", "or my ..."."""
    return script.cores[at] in {"and", "or"} and script.next(at) in TURNING


def _edges(script: Script, first: int, end: int) -> tuple[int, int]:
    """All of a short piece but the small words at its ends."""
    small = CARRIERS | CLOSERS | lexicon.LINKS | NEVER
    while first < end - 1 and script.cores[first] in small and not _tells(script, first):
        first += 1
    behind = CLOSERS | lexicon.LINKS | lexicon.CORRECTIONS
    while end - 1 > first and script.cores[end - 1] in behind and not _tells(script, end - 1):
        end -= 1
    return first, end


_OPEN = word_set("open")
"""Their values hold words that are neither digits nor letters."""


def _tells(script: Script, at: int) -> bool:
    token = script.tokens[at]
    if token.core in {"a", "i"} and is_just_a_word(script, at):
        return False
    return token.value_like or token.core in lexicon.MONTHS or token.atoms[0].kind in {"ordinal", "date"}


def _lone_digit(script: Script, first: int, end: int) -> bool:
    """Whether all that is told is one digit, a count or an hour."""
    atoms = [atom for at in range(first, end) if _tells(script, at) for atom in script.tokens[at].atoms]
    return len(atoms) == 1 and atoms[0].kind in {"digit", "zero", "teen"}


def _is_odd(script: Script, at: int) -> bool:
    """No ordinary word, or one that is written for a misheard digit or letter."""
    token = script.tokens[at]
    if token.core in lexicon.SOUNDS_LIKE:
        say = script.span(at)
        return any(say.first <= near < say.end and _tells(script, near) for near in (at - 1, at + 1))
    return not token.name.common and token.core not in _SMALL_TALK and "'" not in token.core
