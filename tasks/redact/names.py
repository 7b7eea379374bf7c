"""Names of persons: introduced, answered, spelled, or known from lists."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from tasks.redact import lexicon, places
from tasks.redact.candidates import Candidate
from tasks.redact.expectations import asked
from tasks.redact.gazetteer import NO_NAME
from tasks.redact.name_forms import (
    followed_by_last_name,
    is_capital,
    is_company,
    is_plain,
    is_unknown,
    is_wordlike,
    looks_like_name,
    name_end,
)
from tasks.redact.name_words import (
    ARTICLES,
    AUXILIARIES,
    GREETINGS,
    HERE,
    I_AM,
    INTRODUCING,
    NAME_VERBS,
    NEVER,
    NO_NAME_BEFORE,
    PERSON_VERBS,
    RELATIONS,
    SHORT_TITLES,
    STRONG,
    TELLING,
    TITLES,
    VERBS,
    WEAK,
)
from tasks.redact.refusals import refuses
from tasks.redact.tokens import NUMERIC

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tasks.redact.runs import Run
    from tasks.redact.script import Say, Script


ALSO_WORDS = TITLES - SHORT_TITLES - {"doctor", "professor", "miss", "reverend"}
"""Titles that are said without a name, too ("yes sir recharge is done"): a listed name must follow."""
MAX_INITIALS = 3
AVAILABLE = frozenset({"there", "available", "around", "home"})
SAID = frozenset({"is", "was", "now", "uh", "um", "used", "to", "be", "says"})
"""What may stand between a cue and the name."""
LONGEST_OPENING = 7
LONGEST_PHRASE = 5
_NO_NAME = AUXILIARIES | NEVER
_THIS_IS = frozenset({("this", "is"), ("it", "is"), ("here", "is")})


def find_names(script: Script, runs: Sequence[Run]) -> list[Candidate]:
    """Names by what introduces them, as answers to "who", and by lists; each with the spelling behind it."""
    found = [
        *_introduced(script),
        *_announced(script),
        *_asked_for(script),
        *_opening(script),
        *_titled(script),
        *_known(script),
        *_told(script),
    ]
    for index, say in enumerate(script.says):
        if index in script.answering and "PERSON" in asked(script, index) and not refuses(script, say):
            found += _answered(script, say)
    return [*found, *_spelled(script, runs, found), *_beside(script, found), *_initials(script, runs)]


def _initials(script: Script, runs: Sequence[Run]) -> Iterator[Candidate]:
    """Letters before a last name: "j p morrison"."""
    for run in runs:
        if run.digits or run.letters > MAX_INITIALS or not script.next(run.end - 1):
            continue
        reading = script.tokens[run.end].name
        if reading.last and not reading.common and not is_company(script, run.first, run.end + 1):
            yield Candidate(run.first, run.end + 1, "PERSON", 0.7, "initials")


def _beside(script: Script, found: Sequence[Candidate]) -> Iterator[Candidate]:
    """An everyday name that is said in one breath with another: "mike or sandy"."""
    for one in found:
        at = one.end + 1
        if script.next(one.end - 1) not in {"and", "or"} or not script.next(one.end - 1, 2):
            continue
        if script.tokens[at].name.everyday and script.cores[at] not in _NO_NAME:
            yield Candidate(at, at + 1, "PERSON", 0.55, "beside")


def _introduced(script: Script) -> Iterator[Candidate]:
    for before in script.places(INTRODUCING):
        at, limit = before + 1, script.span(before).end
        if at == limit or script.cores[at] in NEVER:
            continue
        strength = _introduction(script, at)
        if strength == "strong":
            end = name_end(script, at, limit, bold=True)
        elif strength and not _is_auxiliary(script, at) and _is_introduced(script, at, strength):
            end = name_end(script, at, limit, bold=False)
        else:
            continue
        if end > at and not (strength != "strong" and is_company(script, at, end)):
            yield Candidate(
                at, end, "PERSON", 0.9 if strength == "strong" else 0.75, f"introduced:{strength}"
            )


def _announced(script: Script) -> Iterator[Candidate]:
    """What may be a name right behind words that announce one: "under the surname haverkamp"."""
    for behind in [cue.end for cue in chain.from_iterable(script.cues) if cue.entity == "PERSON"]:
        at = behind
        while script.next(at - 1) in SAID:
            at += 1
        if not script.next(at - 1) or script.tokens[at - 1].closes:
            continue
        if looks_like_name(script, at, bold=False) or is_unknown(script, at) or _is_listed(script, at):
            end = name_end(script, at, script.span(at).end, bold=False)
            yield Candidate(at, max(end, at + 1), "PERSON", 0.7, "cue:PERSON")


def _introduction(script: Script, at: int) -> str:
    """How strongly the words before this one say that a name follows: strong, weak, faint or not ("")."""
    if _ends_in(script, at, STRONG) and not script.tokens[at - 1].closes:
        return "strong"
    before, second = script.cores[at - 1], script.prev(at, 2)
    slot = _ends_in(script, at, WEAK) and _fills_slot(script, at)
    if slot or (second, before) in _THIS_IS or before in GREETINGS or (before == "you" and second == "thank"):
        return "weak"
    if (
        before in {"called", "named"}
        or before in RELATIONS
        or (before in {"is", "was", "named"} and second in RELATIONS)
    ):
        return "weak"
    if before == "back" and second == "welcome":
        return "weak"
    if before in I_AM or (before == "am" and second == "i") or script.prev(at, 3) == "behalf":
        return "faint"
    return ""


def _ends_in(script: Script, at: int, phrases: Mapping[tuple[str, ...], Sequence[list[str]]]) -> bool:
    """Whether one of the phrases ends before a word, in the same breath."""
    last = script.cores[at - 1]
    alike = phrases.get((script.prev(at, 2), last))
    if alike is None:
        return (last,) in phrases
    said = script.cores[max(script.span(at).first, at - LONGEST_PHRASE) : at]
    return (last,) in phrases or any(said[-len(phrase) :] == phrase for phrase in alike)


def _is_introduced(script: Script, at: int, strength: str) -> bool:
    if looks_like_name(script, at, bold=strength == "weak") or _is_me(script, at):
        return True
    reading = script.tokens[at].name
    if reading.everyday:
        return _is_last_name(script, at + 1) and bool(script.next(at)) and _fills_slot(script, at + 1)
    return reading.last and not reading.common and _phrase_ends(script, at)


def _is_last_name(script: Script, at: int) -> bool:
    return at < len(script.tokens) and script.tokens[at].name.last


def _phrase_ends(script: Script, at: int) -> bool:
    after = script.next(at)
    return not after or script.tokens[at].pauses or after in NEVER


def _is_auxiliary(script: Script, at: int) -> bool:
    """Whether it is the verb in "my husband will call"."""
    after = script.next(at)
    verb = script.cores[at] in AUXILIARIES and bool(after) and not script.tokens[at].pauses
    if not verb or after in HERE | {"from", "and", "with", script.cores[at]}:
        return False
    return after in VERBS or not script.tokens[at + 1].name.last


def _fills_slot(script: Script, at: int) -> bool:
    """Whether an everyday name is nothing but one here: the phrase ends behind it, or goes on as one."""
    reading = script.tokens[at].name
    if not reading.everyday:
        return reading.first or reading.last or script.prev(at) in {"to", "with", "for"}
    return _phrase_ends(script, at) or _is_last_name(script, at + 1)


def _is_me(script: Script, at: int) -> bool:
    """Whether a word of no list ends a phrase ("i'm oduya from billing") or is spelled ("hix with an x")."""
    after = script.next(at)
    if after == "with" and script.next(at, 2) in {"a", "an", "one", "two"}:
        return is_unknown(script, at)
    ends = not after or script.tokens[at].pauses or after in {"from", "with", "calling", "here", "and"}
    plain = script.cores[at].endswith(("ing", "ed", "ly"))
    return script.prev(at) == "i'm" and ends and not plain and is_unknown(script, at)


def _asked_for(script: Script) -> Iterator[Candidate]:
    """Who is asked for at the beginning: "is this joy", "is joy available"."""
    for say in script.says:
        if script.cores[say.first] != "is":
            continue
        at = say.first + (2 if script.next(say.first) == "this" else 1)
        if at >= say.end or not (at == say.first + 2 or script.next(at) in AVAILABLE):
            continue
        if looks_like_name(script, at, bold=True):
            yield Candidate(at, name_end(script, at, say.end, bold=False), "PERSON", 0.7, "asked")


def _opening(script: Script) -> Iterator[Candidate]:
    """Who says at the beginning that it is them: "olu adebayo here"."""
    for here in script.places(HERE):
        say, first = script.span(here), here
        if here - say.first >= LONGEST_OPENING:
            continue
        while first > say.first and _may_be_called(script, first - 1, whole=first - 1 == say.first):
            first -= 1
        if first < here:
            yield Candidate(first, here, "PERSON", 0.7, "introduced:here")


def _may_be_called(script: Script, at: int, *, whole: bool) -> bool:
    """Whether a word may be a name before "here"; an everyday one only where nothing is said before it."""
    token = script.tokens[at]
    if token.pauses or token.sealed or token.core in NEVER or not is_wordlike(script, at):
        return False
    before = script.tokens[at - 1].name if not whole else NO_NAME
    listed = token.name.first or (token.name.last and (not token.name.common or before.everyday))
    return listed or is_unknown(script, at) or is_capital(script, at) or (whole and token.name.everyday)


def _titled(script: Script) -> Iterator[Candidate]:
    for at in script.places(TITLES):
        title, limit = script.cores[at], script.span(at).end
        if at + 1 >= limit or script.tokens[at + 1].sealed:
            continue
        sure = (
            title in SHORT_TITLES
            or _is_initial(script, at + 1)
            or (
                _is_listed(script, at + 1)
                if title in ALSO_WORDS
                else looks_like_name(script, at + 1, bold=True)
            )
        )
        bold = title in SHORT_TITLES or _is_initial(script, at + 1)
        end = name_end(script, at + 1, limit, bold=bold) if sure else at + 1
        if end > at + 1:
            yield Candidate(at, end, "PERSON", 0.85, "title")


def _is_initial(script: Script, at: int) -> bool:
    core = script.cores[at]
    return len(core) == 1 and core.isalpha() and core not in {"a", "i"}


def _is_listed(script: Script, at: int) -> bool:
    reading = script.tokens[at].name
    return reading.first or (reading.last and not reading.common) or is_capital(script, at)


def _known(script: Script) -> Iterator[Candidate]:
    """Listed first names: with a last name behind, or alone where they are hardly ever anything else."""
    taken = 0
    for at in script.marked:
        reading = script.tokens[at].name
        if not (reading.first or reading.everyday) or at < taken or script.in_cue(at):
            continue
        unit = script.cores[at] in lexicon.UNITS and script.tokens[at - 1].number
        if script.cores[at] in NEVER or not is_wordlike(script, at) or unit or _is_a_thing(script, at):
            continue
        if (reading.everyday or reading.mostly_last) and _acts(script, at):
            yield Candidate(at, at + 1, "PERSON", 0.6, "acts")
        end = (
            name_end(script, at, script.span(at).end, bold=False)
            if reading.first or followed_by_last_name(script, at)
            else at
        )
        if end - at > 1 and is_company(script, at, end):
            taken = end
            continue
        if end - at > 1:
            yield Candidate(at, end, "PERSON", 0.7, "listed")
        elif end - at == 1 and _stands_alone(script, at):
            yield Candidate(at, end, "PERSON", 0.55, "listed-first")
        taken = end


def _is_a_thing(script: Script, at: int) -> bool:
    """Whether a rare name stands behind an article, as an abbreviation or a brand does: "the emi"."""
    token = script.tokens[at]
    return token.name.mostly_last and not token.capital and script.prev(at) in ARTICLES


def _acts(script: Script, at: int) -> bool:
    """Whether an everyday word does what only persons do, or is told: "tell grace that mark called"."""
    if script.cores[at] in AUXILIARIES or (script.prev(at) in NO_NAME_BEFORE and script.prev(at) != "that"):
        return False
    if script.next(at) in {"in", "from", "at"} and script.next(at, 3) in PERSON_VERBS:
        return True
    told_of = script.prev(at) in PERSON_VERBS and script.next(at) in NAME_VERBS
    return told_of or script.next(at) in PERSON_VERBS or script.prev(at) in TELLING


def _told(script: Script) -> Iterator[Candidate]:
    """Who is told or asked something, where a capital shows that it is somebody: "tell Piet that ..."."""
    for before in script.places(TELLING):
        at = before + 1
        if script.next(before) and is_capital(script, at) and looks_like_name(script, at, bold=False):
            yield Candidate(at, name_end(script, at, script.span(at).end, bold=False), "PERSON", 0.6, "told")


def _stands_alone(script: Script, at: int) -> bool:
    """A plain first name by itself; in text with capitals it must have one."""
    core = script.cores[at]
    if script.tokens[at].name.mostly_last or core in lexicon.MONTHS or len(core) < 3:
        return False
    if core in places.KNOWN:
        return False
    cased = script.tokens[script.span(at).first].capital
    return script.tokens[at].capital or not cased


def _answered(script: Script, say: Say) -> Iterator[Candidate]:
    """The names in an answer to "who": ordinary words count where the answer is little else."""
    short = say.end - say.first <= 8
    if say.end - say.first == 1 and len(script.cores[say.first]) == 1:
        yield Candidate(say.first, say.end, "PERSON", 0.6, "answer")
    at = say.first
    while at < say.end:
        brief = _phrase_end(script, say, at) - at <= 3
        bold = short and _opens(script, say, at) and (brief or not is_plain(script, at))
        if (
            script.cores[at].removesuffix("'s") in NEVER
            or not is_wordlike(script, at)
            or not (bold or looks_like_name(script, at, bold=True) or is_unknown(script, at))
        ):
            at += 1
            continue
        end = name_end(script, at, say.end, bold=bold or is_unknown(script, at))
        if end > at:
            yield Candidate(at, end, "PERSON", 0.8, "answer")
        at = max(end, at + 1)


def _phrase_end(script: Script, say: Say, at: int) -> int:
    """The end of the sentence at a word."""
    return next((word + 1 for word in range(at, say.end) if script.tokens[word].closes), say.end)


def _opens(script: Script, say: Say, at: int) -> bool:
    """Nothing but "yes, it's" and the like before."""
    return all(
        core in NEVER or core in lexicon.LINKS or core in TITLES for core in script.cores[say.first : at]
    )


def _spelled(script: Script, runs: Sequence[Run], found: Sequence[Candidate]) -> Iterator[Candidate]:
    """Letters directly behind a name, or up to three words later: its spelling."""
    ends = {candidate.end for candidate in found}
    known = {script.cores[candidate.first] for candidate in found}
    for run in runs:
        if run.digits or run.letters < 2:
            continue
        named = run.first if run.value in known else _spells_word_before(script, run)
        if named:
            yield Candidate(named, run.end, "PERSON", 0.75, "spelling")
            continue
        for gap in range(4):
            at = run.first - gap
            if (
                at in ends
                and script.say_of[at - 1] == script.say_of[run.first]
                and _plain_gap(script, at, run.first)
            ):
                yield Candidate(run.first, run.end, "PERSON", 0.8, "spelling")
                break


def _spells_word_before(script: Script, run: Run) -> int:
    """Where the word stands that a run spells, up to four words before it; 0 where there is none."""
    for at in range(run.first - 1, max(script.span(run.first).first, run.first - 4) - 1, -1):
        core = script.cores[at]
        if run.letters > 2 and (core == run.value or (len(run.value) > 3 and core.startswith(run.value))):
            return at
    return 0


def _plain_gap(script: Script, first: int, end: int) -> bool:
    fine = lexicon.LINKS | {"spelled", "spelt", "s", "with", "first", "last"}
    return all(script.cores[at] in fine for at in range(first, end)) and not any(
        atom.kind in NUMERIC for at in range(first, end) for atom in script.tokens[at].atoms
    )
