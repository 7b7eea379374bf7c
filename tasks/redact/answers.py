"""Whole answers: secrets, and what recognisers make of spelled or dictated answers to identity questions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tasks.redact import lexicon
from tasks.redact.candidates import Candidate
from tasks.redact.expectations import asked
from tasks.redact.refusals import refuses
from tasks.redact.runs import Run
from tasks.redact.script import Say, Script

SECRETS = ("PASSWORD", "SECURITY_ANSWER", "USERNAME", "PIN", "OTP")
ASKING = frozenset(
    "what what's whats which who who's whose where where's when when's how can could may might would tell give read "
    "verify confirm need provide please spell repeat".split()
)
OPENING = frozenset("do does is are have will was were did any".split())
"""These make a question where a sentence begins with them."""
CARRIERS = frozenset(
    "it it's its is my the a an um uh er erm hmm yeah yes yep sure okay ok well so oh that's that'd that'll thats be "
    "that and name i'm im hi hey hello this here there hers his would should of for with password passcode login "
    "username answer i think believe was were born in on at like to you said say says let me see alright right hers "
    "theirs ours mine you're ready got one no problem can use sorry those these are they they're them we we're he "
    "he's she she's him does do have has mom mum dad mother father wife husband son daughter".split()
)
CLOSERS = frozenset("please thanks thank okay ok sir ma'am madam right yeah yes you".split())
CONNECTIVES = frozenset("is was are be it's as says said reads should".split())
NO_VALUE = frozenset(
    "not wrong incorrect expired locked working reset required invalid correct too being going still the same on in a "
    "an my your for to fine good okay needed what that there here ready case just about supposed asking something "
    "saved changed updated different disabled now blank no yes missing really already never always also getting "
    "set stored sent weak strong hard easy gone lost so how".split()
)
"""A password is not announced before one of these: "my password is not working"."""
LONGEST_SECRET = 8
LONGEST_ANSWER = 24
_SHORT = 5


def find_answers(script: Script, runs: Sequence[Run]) -> list[Candidate]:  # noqa: ARG001  (every detector is given the runs)
    """Secrets that are told or asked for, and answers that are mostly letters, digits or unusual words."""
    found: list[Candidate] = []
    for index, say in enumerate(script.says):
        found += _told(script, index)
        wanted = asked(script, index) if _asks(script, index) else []
        if not wanted or refuses(script, say):
            continue
        secret = next((entity for entity in wanted if entity in SECRETS), "")
        found += _secret_answer(script, say, secret) if secret else _window(script, index, wanted[0])
    return found


def _asks(script: Script, index: int) -> bool:
    """Whether what was said before is a question, an order, or short enough to be one ("and your last name")."""
    for back in (1, 3):
        if index - back < 0:
            return False
        say = script.says[index - back]
        if script.cues[index - back]:
            return _is_question(script, say)
    return False


def _is_question(script: Script, say: Say) -> bool:
    cores = script.cores[max(say.first, say.end - 30) : say.end]
    if script.words[say.end - 1].endswith("?") or any(core in ASKING for core in cores):
        return True
    start = [core for core in cores[:3] if core not in lexicon.LINKS]
    plain = not any(core == "not" or core.endswith("n't") for core in cores)
    return bool(start and start[0] in OPENING) or (say.end - say.first <= 9 and plain)  # noqa: PLR2004


def _told(script: Script, index: int) -> Iterator[Candidate]:
    """"the password is bluebird": what follows the connective, up to the end of the phrase."""
    say = script.says[index]
    for cue in script.cues[index]:
        if cue.entity not in SECRETS:
            continue
        first = _value_start(script, say, cue.end)
        end = _value_end(script, say, first) if first is not None else 0
        if first is not None and end > first:
            yield Candidate(first, end, cue.entity, 0.8, f"cue:{cue.entity}")


def _value_start(script: Script, say: Say, at: int) -> int | None:
    joined = script.cores[at - 1] in CONNECTIVES
    for word in range(at, min(at + 4, say.end)):
        core = script.cores[word]
        if core in CONNECTIVES:
            joined = True
        elif joined and core not in lexicon.FILLERS:
            bare = core in NO_VALUE or script.tokens[word].sealed
            return None if bare else word
    return None


def _value_end(script: Script, say: Say, first: int) -> int:
    cued = {cue.first for cue in script.cues[script.say_of[first]]}
    for at in range(first, min(first + LONGEST_SECRET, say.end)):
        stops = at in cued or (script.cores[at] in {"and", "but", "then", "so", "because", "if", "can", "i"} and at > first)
        if stops or script.tokens[at].sealed:
            return at
        if script.tokens[at].closes or (script.tokens[at].pauses and not script.tokens[at].value_like):
            return at + 1
    return min(first + LONGEST_SECRET, say.end)


def _trimmed(script: Script, say: Say) -> tuple[int, int]:
    """The answer without "yes, it's" before and "thank you" behind."""
    first, end = say.first, say.end
    while first < end and script.cores[first] in CARRIERS:
        first += 1
    while end > first and script.cores[end - 1] in CLOSERS:
        end -= 1
    return first, end


def _secret_answer(script: Script, say: Say, entity: str) -> Iterator[Candidate]:
    first, end = _trimmed(script, say)
    if say.end - say.first > 16 or any(script.tokens[at].sealed for at in range(say.first, say.end)):  # noqa: PLR2004
        return
    if first < end:
        yield Candidate(first, end, entity, 0.8, "answer-window")


def _window(script: Script, index: int, entity: str) -> Iterator[Candidate]:
    say = script.says[index]
    first, end = _trimmed(script, say)
    length = end - first
    if not 0 < length <= LONGEST_ANSWER or any(script.tokens[at].sealed for at in range(say.first, say.end)):
        return
    told = sum(_tells(script, at) for at in range(first, end))
    odd = sum(_is_odd(script, at) for at in range(first, end))
    mostly = told >= 2 and told * 3 >= length  # noqa: PLR2004
    if mostly or (length <= _SHORT and (told or (odd and entity in _OPEN))) or (length <= 4 and odd == length):  # noqa: PLR2004
        for piece in _pieces(script, index, first, end, entity):
            yield Candidate(*piece, entity, 0.55, "answer-window")


def _pieces(script: Script, index: int, first: int, end: int, entity: str) -> Iterator[tuple[int, int]]:
    """The answer without its cues ("sort code ... account number ..."), each piece from its first to its last odd word."""
    cued = {at for cue in script.cues[index] for at in range(cue.first, cue.end)}
    start = first
    for at in range(first, end + 1):
        apart = entity == "PERSON" and at < end and script.cores[at] in CARRIERS
        if at < end and at not in cued and not apart:
            continue
        telling = [word for word in range(start, at) if _tells(script, word) or _is_odd(script, word)]
        if telling and at - start <= 4 and entity != "PERSON":  # noqa: PLR2004
            yield start, at
        elif telling:
            yield telling[0], telling[-1] + 1
        start = at + 1


_OPEN = frozenset("PERSON POSTAL_CODE ADDRESS EMAIL UPI_ID".split())
"""Their values hold words that are neither digits nor letters."""


def _tells(script: Script, at: int) -> bool:
    token = script.tokens[at]
    return token.value_like or token.core in lexicon.MONTHS or token.atoms[0].kind in {"ordinal", "date"}


def _is_odd(script: Script, at: int) -> bool:
    """No ordinary word, or one that is written for a misheard digit or letter."""
    token = script.tokens[at]
    if token.core in lexicon.SOUNDS_LIKE:
        say = script.span(at)
        return any(say.first <= near < say.end and _tells(script, near) for near in (at - 1, at + 1))
    plain = lexicon.LINKS | lexicon.CORRECTIONS | lexicon.BACK_CHANNEL | CARRIERS
    return not token.name.common and token.core not in plain and "'" not in token.core
