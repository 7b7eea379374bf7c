"""Finding words within one call, as people type them: a phrase within a turn."""

from __future__ import annotations

import re
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_IGNORED: Final = re.compile(r"[^\w\[\]]|_")
_MOST: Final = 500


def found_words(said: Iterable[tuple[int, int, str]], phrase: str) -> list[tuple[int, list[int]]]:
    """Turn and word indexes of each place where the phrase is said; its last word may be only begun.

    `said` is the turn, the index and the text of every word.
    """
    wanted = [token for word in phrase.split() if (token := _token(word))]
    if not wanted:
        return []
    found: list[tuple[int, list[int]]] = []
    for turn, words in groupby(said, key=itemgetter(0)):
        placed = [(token, index) for _, index, word in words if (token := _token(word))]
        tokens, indexes = [token for token, _ in placed], [index for _, index in placed]
        for at in range(len(tokens) - len(wanted) + 1):
            end = at + len(wanted)
            if tokens[end - 1].startswith(wanted[-1]) and tokens[at : end - 1] == wanted[:-1]:
                found.append((turn, indexes[at:end]))
    return found[:_MOST]


def _token(word: str) -> str:
    return _IGNORED.sub("", word.casefold())
