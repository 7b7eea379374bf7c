"""Finding words within one call, as people type them: a phrase within a turn."""

from __future__ import annotations

import re
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
    heard = list(said)
    token_of = {word: _token(word) for word in {word for _, _, word in heard}}
    ends = {token for token in token_of.values() if token.startswith(wanted[-1])}
    placed = [(turn, index, token) for turn, index, word in heard if (token := token_of[word])]
    tokens = [token for _, _, token in placed]
    last = len(wanted) - 1
    found = [
        placed[at : at + len(wanted)]
        for at, token in enumerate(tokens[last:])
        if token in ends and tokens[at : at + last] == wanted[:-1]
    ]
    within = [run for run in found if run[0][0] == run[-1][0]]
    return [(run[0][0], [index for _, index, _ in run]) for run in within[:_MOST]]


def _token(word: str) -> str:
    return _IGNORED.sub("", word.casefold())
