"""Finding words within one call, as people type them: a phrase within a turn."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_IGNORED: Final = re.compile(r"[^\w\[\]]|_")
_MOST: Final = 500


def found_words(turns: Sequence[int], texts: Sequence[str], phrase: str) -> list[tuple[int, list[int]]]:
    """Turn and word indexes of each place where the phrase is said; its last word may be only begun.

    Given are the turn and the text of every word.
    """
    wanted = [token for word in phrase.split() if (token := _token(word))]
    if not wanted:
        return []
    token_of = {text: _token(text) for text in set(texts)}
    ends = {token for token in token_of.values() if token.startswith(wanted[-1])}
    indexes = [index for index, text in enumerate(texts) if token_of[text]]
    tokens = [token_of[texts[index]] for index in indexes]
    last = len(wanted) - 1
    found = [
        indexes[at : at + len(wanted)]
        for at, token in enumerate(tokens[last:])
        if token in ends and tokens[at : at + last] == wanted[:-1]
    ]
    within = [run for run in found if turns[run[0]] == turns[run[-1]]]
    return [(turns[run[0]], run) for run in within[:_MOST]]


def _token(word: str) -> str:
    return _IGNORED.sub("", word.casefold())
