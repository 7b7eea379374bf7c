"""Finding words within one call, as people type them: a phrase within a turn."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tasks.read_call import Reading

_IGNORED: Final = re.compile(r"[^\w\[\]]|_")
_MOST: Final = 500


def found_words(reading: Reading, phrase: str) -> list[list[int]]:
    """The word indexes of each place where the phrase is said; the last word may be only begun."""
    wanted = [token for word in phrase.split() if (token := _token(word))]
    if not wanted:
        return []
    found: list[list[int]] = []
    for turn in reading.turns:
        tokens = [(token, word.number) for word in turn.words if (token := _token(word.text))]
        for at in range(len(tokens) - len(wanted) + 1):
            here = tokens[at : at + len(wanted)]
            same = all(token == asked for (token, _), asked in zip(here[:-1], wanted[:-1], strict=True))
            if same and here[-1][0].startswith(wanted[-1]):
                found.append([index for _, index in here])
    return found[:_MOST]


def _token(word: str) -> str:
    return _IGNORED.sub("", word.casefold())
