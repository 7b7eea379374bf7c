"""What looks like a name, and where one ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tasks.redact import lexicon, places
from tasks.redact.name_words import (
    AUXILIARIES,
    COMPANY,
    NEVER,
    PARTICLES,
    SHORT_TITLES,
    SURELY_COMPANY,
    TITLES,
    VERBS,
)

if TYPE_CHECKING:
    from tasks.redact.script import Script

MAX_NAMES = 4
LONGEST_ABBREVIATION = 4
SUBJECTS = frozenset({"i", "you", "we", "he", "she", "it", "they"})


_JOINTS = str.maketrans("", "", "'-.")


_WORDLIKE = frozenset({"word", "code", "letters", "letter", "mark", "filler"})


def looks_like_name(script: Script, at: int, *, bold: bool) -> bool:
    """Whether a word by itself is taken for a name: listed, everyday where introduced, or a capital."""
    token = script.tokens[at]
    if token.sealed or token.core in NEVER or not is_wordlike(script, at):
        return False
    if token.name.first:
        return True
    if token.core in places.KNOWN or token.core in lexicon.MONTHS:
        return False
    if token.name.everyday:
        return bold or followed_by_last_name(script, at)
    if is_capital(script, at):
        listed = token.name.last and (not token.name.common or is_capital(script, at + 1))
        return listed or not (token.name.common or _is_abbreviated(script, at))
    plain = token.core.removesuffix("'s").isalpha()
    return bold and not token.name.common and plain and len(token.core) > 3


def _is_abbreviated(script: Script, at: int) -> bool:
    """Whether a word is a few capitals: "IP"."""
    return script.words[at].isupper() and len(script.cores[at]) <= LONGEST_ABBREVIATION


def is_wordlike(script: Script, at: int) -> bool:
    """Whether a word is made of letters, one that has no other reading as a digit or a date."""
    token = script.tokens[at]
    letters = token.core.translate(_JOINTS)
    return len(token.core) > 1 and letters.isalpha() and token.atoms[0].kind in _WORDLIKE


def is_capital(script: Script, at: int) -> bool:
    """Capital, and not because a sentence begins."""
    if at >= len(script.tokens) or not script.tokens[at].capital:
        return False
    return at > script.span(at).first and not script.tokens[at - 1].closes


def followed_by_last_name(script: Script, at: int) -> bool:
    """Whether the next word, without a pause between, is a plain last name."""
    if not script.next(at) or script.tokens[at].pauses:
        return False
    reading = script.tokens[at + 1].name
    return (reading.last and not reading.common) or (is_capital(script, at + 1) and not reading.common)


def is_company(script: Script, first: int, end: int) -> bool:
    """Whether words name a firm, as what follows says: "this is zelmart customer care"."""
    if script.next(end - 1) in SURELY_COMPANY:
        return True
    return not script.tokens[first].name.first and any(
        core in COMPANY for core in (script.cores[end - 1], script.next(end - 1), script.next(end - 1, 2))
    )


def name_end(script: Script, first: int, limit: int, *, bold: bool) -> int:
    """The end of the name that begins at a word; where introduced boldly, ordinary words count too."""
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
        if core.endswith("'s"):
            break
        if script.tokens[at - 1].closes and not _is_abbreviation(script, at - 1):
            break
    return last


def _continues(script: Script, first: int, at: int, *, bold: bool) -> bool:  # noqa: PLR0911  (one line per case)
    token = script.tokens[at]
    if token.sealed or token.core in NEVER or token.core.endswith("n't"):
        return False
    if len(token.core) == 1:
        if all(len(script.next(at, steps)) == 1 for steps in (1, 2)):
            return False
        return token.core.isalpha() and token.core != "i" and (bold or at > first)
    if not is_wordlike(script, at) or (at > first and _is_verb(script, at)):
        return False
    if token.core in PARTICLES or token.core in TITLES:
        after = script.next(at)
        return (bool(after) and after not in NEVER) or (at > first and token.name.everyday)
    if at == first:
        return bold or looks_like_name(script, at, bold=True)
    reading = token.name
    if reading.first or not reading.common or token.core == script.cores[at - 1]:
        return not script.tokens[at - 1].closes or reading.first
    if bold and not script.tokens[at].pauses and is_unlisted(script, at + 1):
        return True
    return is_capital(script, at) or ((reading.last or reading.everyday or bold) and _ends_name(script, at))


def is_unlisted(script: Script, at: int) -> bool:
    """Whether a word in the same breath is a last name, or in no list of ordinary words."""
    return bool(script.next(at - 1)) and (script.tokens[at].name.last or is_unknown(script, at))


def _is_verb(script: Script, at: int) -> bool:
    """Whether "may" or "will" opens what is asked or done next: "sanjay may i have your name"."""
    after = script.next(at)
    return script.cores[at] in AUXILIARIES and (after in VERBS or after in SUBJECTS)


def _ends_name(script: Script, at: int) -> bool:
    """An everyday word behind a first name is a last name where the sentence then ends or turns."""
    after = script.next(at)
    listed = script.tokens[at].name.last or script.tokens[at].name.everyday
    if script.tokens[at].pauses or not after or (listed and (after in NEVER or len(after) == 1)):
        return True
    return listed and (script.tokens[at + 1].name.last or not script.tokens[at + 1].name.common)


def _is_abbreviation(script: Script, at: int) -> bool:
    return script.cores[at] in SHORT_TITLES or len(script.cores[at]) == 1


def is_plain(script: Script, at: int) -> bool:
    """Whether a word is an ordinary one and in no list of names."""
    reading = script.tokens[at].name
    return reading.common and not (reading.everyday or reading.last)


def is_unknown(script: Script, at: int) -> bool:
    """Whether a word is in no list of ordinary words: it may be a name that no list knows."""
    token = script.tokens[at]
    known = token.name.common or token.core in lexicon.LINKS or token.core in lexicon.CORRECTIONS
    return (
        not known
        and token.atoms[0].kind == "word"
        and len(token.core) > 2
        and not _is_contraction(token.core)
    )


def _is_contraction(core: str) -> bool:
    return "'" in core and len(core.rpartition("'")[2]) <= 2
