"""Words around names: what introduces one, what is never one, and how a name ends."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from tasks.redact.wordlists import phrase_set, word_set

if TYPE_CHECKING:
    from collections.abc import Iterable

NEVER = word_set("never")
TITLES = word_set("titles")
SHORT_TITLES = word_set("short_titles")
PARTICLES = word_set("particles")


def _by_last_words(phrases: Iterable[tuple[str, ...]]) -> dict[tuple[str, ...], list[list[str]]]:
    """Phrases by their last two words, or the only one."""
    by_last: dict[tuple[str, ...], list[list[str]]] = defaultdict(list)
    for phrase in phrases:
        by_last[phrase[-2:]].append(list(phrase))
    return dict(by_last)


STRONG = _by_last_words(phrase_set("strong_introductions"))
"""What is followed by a name, however ordinary the word is."""
VERBS = word_set("verbs")
"""After "will" or "may" one of these makes it a verb, though some are last names, too."""
WEAK = _by_last_words(phrase_set("weak_introductions"))
"""What is followed by a name where the word can be one."""
GREETINGS = word_set("greetings")
RELATIONS = word_set("relations")
NAME_VERBS = word_set("name_verbs")
"""After one of these an everyday word that was a name before is one again ("faith called again")."""
PERSON_VERBS = word_set("person_verbs")
"""Only persons do these ("mark called")."""
TELLING = word_set("telling")
"""And only to persons these are done ("tell grace")."""
AUXILIARIES = frozenset({"will", "may", "can", "don", "art"})
ARTICLES = frozenset({"the", "a", "an", "any", "some", "every", "each", "this", "no"})
HERE = frozenset({"here", "speaking", "calling"})
COMPANY = word_set("company")
SURELY_COMPANY = word_set("surely_company")
"""Even a listed name before one of these is the firm's: "howard valley national bank"."""
NO_NAME_BEFORE = word_set("no_name_before")
"""After one of these it is an ordinary word ("we hope it works")."""

I_AM = frozenset({"i'm", "it's", "that's", "that'd"})
INTRODUCING = frozenset({"is", "you", "named", "called", "back", "am"}).union(
    (last for *_, last in (*STRONG, *WEAK)), GREETINGS, RELATIONS, I_AM
)
"""The last words of everything that introduces a name."""
