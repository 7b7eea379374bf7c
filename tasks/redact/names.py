"""Names of persons: introduced, answered, spelled, or known from lists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tasks.redact import lexicon, places
from tasks.redact.candidates import Candidate
from tasks.redact.expectations import asked
from tasks.redact.name_words import (
    GREETINGS,
    NEVER,
    PARTICLES,
    RELATIONS,
    SHORT_TITLES,
    STRONG_INTRODUCTIONS,
    TITLES,
)
from tasks.redact.refusals import refuses
from tasks.redact.runs import Run
from tasks.redact.script import Say, Script
from tasks.redact.tokens import NUMERIC

MAX_NAMES = 4
"""First, middle and last name, and one more."""
_STRONG = frozenset(tuple(phrase.split()) for phrase in STRONG_INTRODUCTIONS)
_STRONG_LAST = frozenset(phrase[-1] for phrase in _STRONG)
_THIS_IS = frozenset({("this", "is"), ("it", "is"), ("here", "is")})
_I_AM = frozenset({"i'm", "it's", "that's", "that'd"})


def find_names(script: Script, runs: Sequence[Run]) -> list[Candidate]:
    """Names by what introduces them, as answers to "who", and by lists; each with the spelling behind it."""
    found: list[Candidate] = []
    for index, say in enumerate(script.says):
        wanted = "PERSON" in asked(script, index) and not refuses(script, say)
        here = [*_introduced(script, say), *_titled(script, say), *_known(script, say)]
        if wanted:
            here += _answered(script, say)
        found += here
    return [*found, *_spelled(script, runs, found)]


def _introduced(script: Script, say: Say) -> Iterator[Candidate]:
    for at in range(say.first + 1, say.end):
        strength = _introduction(script, at)
        if strength == "strong":
            end = _take(script, at, say.end, bold=True)
        elif strength and _looks_like_name(script, at, bold=strength == "weak"):
            end = _take(script, at, say.end, bold=False)
        else:
            continue
        if end > at:
            yield Candidate(at, end, "PERSON", 0.9 if strength == "strong" else 0.75, f"introduced:{strength}")


def _introduction(script: Script, at: int) -> str:
    """How strongly the words before this one say that a name follows: strong, weak, faint, or an empty string."""
    before, second, third = script.prev(at), script.prev(at, 2), script.prev(at, 3)
    if before in _STRONG_LAST and not script.tokens[at - 1].closes:
        for length in (4, 3, 2, 1):
            if tuple(script.prev(at, steps) for steps in range(length, 0, -1)) in _STRONG:
                return "strong"
    if (second, before) in _THIS_IS or before in GREETINGS or (before == "you" and second == "thank"):
        return "weak"
    if before in RELATIONS or (before in {"is", "named"} and second in RELATIONS):
        return "weak"
    if before == "back" and second == "welcome":
        return "weak"
    if before in _I_AM or (before == "am" and second == "i") or third == "behalf":
        return "faint"
    return ""


def _looks_like_name(script: Script, at: int, *, bold: bool) -> bool:
    """Whether a word by itself is taken for a name: a listed one, an everyday one where introduced, or a capital."""
    token = script.tokens[at]
    if token.sealed or token.core in NEVER or not _is_wordlike(script, at):
        return False
    if token.name.first:
        return True
    if token.core in places.STATES | places.CITIES | places.COUNTRIES or token.core in lexicon.MONTHS:
        return False
    if token.name.everyday:
        return bold or _followed_by_last_name(script, at)
    if _is_capital(script, at):
        return not token.name.common or (token.name.last and _is_capital(script, at + 1))
    return bold and not token.name.common and token.core.isalpha() and len(token.core) > 3  # noqa: PLR2004


def _is_wordlike(script: Script, at: int) -> bool:
    token = script.tokens[at]
    return token.core.replace("'", "").replace("-", "").replace(".", "").isalpha() and token.atoms[0].kind in {
        "word", "code", "letters", "letter", "mark", "filler",
    } and len(token.core) > 1  # fmt: skip


def _is_capital(script: Script, at: int) -> bool:
    """Capital, and not because a sentence begins."""
    if at >= len(script.tokens) or not script.tokens[at].capital:
        return False
    return at > script.span(at).first and not script.tokens[at - 1].closes


def _followed_by_last_name(script: Script, at: int) -> bool:
    if not script.next(at) or script.tokens[at].pauses:
        return False
    reading = script.tokens[at + 1].name
    return (reading.last and not reading.common) or (_is_capital(script, at + 1) and not reading.common)


def _take(script: Script, first: int, limit: int, *, bold: bool) -> int:
    """The end of the name that begins at a word; where introduced boldly, ordinary words count as names too."""
    at, last = first, first
    while at < min(limit, first + MAX_NAMES + 1):
        core = script.cores[at]
        if core in lexicon.FILLERS and at > first:
            at += 1
            continue
        if not _continues(script, first, at, bold=bold):
            break
        at += 1
        last = at
        if script.tokens[at - 1].closes and not _is_abbreviation(script, at - 1):
            break
    return last


def _continues(script: Script, first: int, at: int, *, bold: bool) -> bool:
    token = script.tokens[at]
    if token.sealed or token.core in NEVER:
        return False
    if len(token.core) == 1:
        if all(len(script.next(at, steps)) == 1 for steps in (1, 2)):
            return False
        return token.core.isalpha() and token.core not in {"i"} and (bold or at > first)
    if not _is_wordlike(script, at):
        return False
    if token.core in PARTICLES | TITLES:
        return at + 1 < len(script.tokens) and script.next(at) not in NEVER
    if at == first:
        return bold or _looks_like_name(script, at, bold=True)
    reading = token.name
    if reading.first or not reading.common or token.core == script.cores[at - 1]:
        return not script.tokens[at - 1].closes or reading.first
    return _is_capital(script, at) or ((reading.last or reading.everyday or bold) and _ends_name(script, at))


def _ends_name(script: Script, at: int) -> bool:
    """An everyday word behind a first name is a last name where the sentence then ends or turns."""
    after = script.next(at)
    listed = script.tokens[at].name.last or script.tokens[at].name.everyday
    return script.tokens[at].pauses or not after or (listed and (after in NEVER or len(after) == 1))


def _is_abbreviation(script: Script, at: int) -> bool:
    return script.cores[at] in SHORT_TITLES or len(script.cores[at]) == 1


def _titled(script: Script, say: Say) -> Iterator[Candidate]:
    for at in range(say.first, say.end - 1):
        title = script.cores[at]
        if title not in TITLES or script.tokens[at + 1].sealed:
            continue
        sure = title in SHORT_TITLES or _looks_like_name(script, at + 1, bold=True)
        end = _take(script, at + 1, say.end, bold=title in SHORT_TITLES) if sure else at + 1
        if end > at + 1:
            yield Candidate(at if title in SHORT_TITLES else at + 1, end, "PERSON", 0.85, "title")


def _known(script: Script, say: Say) -> Iterator[Candidate]:
    """Listed first names: with a last name behind, or alone where they are hardly ever anything else."""
    at = say.first
    while at < say.end:
        reading = script.tokens[at].name
        if not (reading.first or reading.everyday) or script.cores[at] in NEVER or not _is_wordlike(script, at):
            at += 1
            continue
        end = _take(script, at, say.end, bold=False) if reading.first or _followed_by_last_name(script, at) else at
        if end - at > 1:
            yield Candidate(at, end, "PERSON", 0.7, "listed")
        elif end - at == 1 and _stands_alone(script, at):
            yield Candidate(at, end, "PERSON", 0.55, "listed-first")
        at = max(end, at + 1)


def _stands_alone(script: Script, at: int) -> bool:
    """A plain first name by itself; in text with capitals it must have one."""
    core = script.cores[at]
    if core in places.STATES | places.CITIES | places.COUNTRIES or core in lexicon.MONTHS or len(core) < 3:  # noqa: PLR2004
        return False
    cased = script.tokens[script.span(at).first].capital
    return script.tokens[at].capital or not cased


def _answered(script: Script, say: Say) -> Iterator[Candidate]:
    """The names in an answer to "who": ordinary words count where the answer is little else."""
    short = say.end - say.first <= 8  # noqa: PLR2004
    at = say.first
    while at < say.end:
        bold = short and _opens(script, say, at)
        if script.cores[at] in NEVER or not _is_wordlike(script, at) or not (
            bold or _looks_like_name(script, at, bold=True) or _is_unknown(script, at)
        ):
            at += 1
            continue
        end = _take(script, at, say.end, bold=bold or _is_unknown(script, at))
        if end > at:
            yield Candidate(at, end, "PERSON", 0.8, "answer")
        at = max(end, at + 1)


def _opens(script: Script, say: Say, at: int) -> bool:
    """Nothing but "yes, it's" and the like before."""
    return all(core in NEVER or core in lexicon.LINKS or core in TITLES for core in script.cores[say.first : at])


def _is_unknown(script: Script, at: int) -> bool:
    token = script.tokens[at]
    known = token.name.common or token.core in lexicon.LINKS or token.core in lexicon.CORRECTIONS
    return not known and token.atoms[0].kind == "word" and len(token.core) > 2 and "'" not in token.core  # noqa: PLR2004


def _spelled(script: Script, runs: Sequence[Run], found: Sequence[Candidate]) -> Iterator[Candidate]:
    """Letters directly behind a name, or up to three words later: its spelling."""
    ends = {candidate.end for candidate in found}
    for run in runs:
        if run.digits or run.letters < 2:  # noqa: PLR2004
            continue
        named = _spells_word_before(script, run)
        if named:
            yield Candidate(named, run.end, "PERSON", 0.75, "spelling")
            continue
        for gap in range(4):
            at = run.first - gap
            if at in ends and script.say_of[at - 1] == script.say_of[run.first] and _plain_gap(script, at, run.first):
                yield Candidate(run.first, run.end, "PERSON", 0.8, "spelling")
                break


def _spells_word_before(script: Script, run: Run) -> int:
    """Where the word stands that a run spells, up to four words before it; 0 where there is none."""
    for at in range(run.first - 1, max(script.span(run.first).first, run.first - 4) - 1, -1):
        core = script.cores[at]
        if run.letters > 2 and (core == run.value or (len(run.value) > 3 and core.startswith(run.value))):  # noqa: PLR2004
            return at
    return 0


def _plain_gap(script: Script, first: int, end: int) -> bool:
    fine = lexicon.LINKS | {"spelled", "spelt", "s", "with", "first", "last"}
    return all(script.cores[at] in fine for at in range(first, end)) and not any(
        atom.kind in NUMERIC for at in range(first, end) for atom in script.tokens[at].atoms
    )
