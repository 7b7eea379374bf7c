"""Words out of what OpenAI-shaped answers give instead: bare words, tokens, pieces of words."""

from __future__ import annotations

import re
from itertools import accumulate
from statistics import fmean
from typing import TYPE_CHECKING, Final

from tasks.engines.reading import from_log

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_BARE: Final = re.compile(r"[\W_]+")
_LOOK_AHEAD: Final = 4


def punctuated(words: Sequence[str], text: str) -> list[str]:
    """The words as the text writes them: "beach" becomes "beach," where the text has it so.

    whisper-1 gives its words without punctuation. A word that the text does not have there stays as it is.
    """
    tokens = text.split()
    bare = [_bare(token) for token in tokens]
    written, at = [], 0
    for word in words:
        ahead = bare[at : at + _LOOK_AHEAD]
        place = at + ahead.index(_bare(word)) if _bare(word) in ahead else None
        written.append(word.strip() if place is None else tokens[place])
        at = at if place is None else place + 1
    return written


def token_confidences(tokens: Sequence[tuple[str, float]], text: str) -> list[float] | None:
    """For each word of the text the probability of its tokens; None if the tokens do not make up the text.

    It is their geometric mean, so that long words do not look doubtful for being long.
    """
    whole = "".join(piece for piece, _ in tokens)
    if whole.split() != text.split():
        return None
    starts = [0, *accumulate(len(piece) for piece, _ in tokens)]
    owners = [
        [
            logprob
            for (_, logprob), start, end in _spans(tokens, starts)
            if start < word.end() and end > word.start()
        ]
        for word in re.finditer(r"\S+", whole)
    ]
    return [from_log(fmean(logprobs)) or 0.0 for logprobs in owners]


def joined(pieces: Iterable[tuple[str, int]]) -> list[tuple[str, list[int]]]:
    """Words and the numbers of their pieces: a piece without a space before it belongs to the word before.

    whisper.cpp's server lists tokens (" don", "'t", ".") and, with them, marks like "[_TT_50]".
    """
    words: list[tuple[str, list[int]]] = []
    for text, number in pieces:
        if text.strip().startswith("[_") or not text.strip():
            continue
        if words and not text[0].isspace():
            words[-1] = (words[-1][0] + text.rstrip(), [*words[-1][1], number])
        else:
            words.append((text.strip(), [number]))
    return words


def _bare(word: str) -> str:
    return _BARE.sub("", word).casefold()


def _spans(
    tokens: Sequence[tuple[str, float]], starts: Sequence[int]
) -> Iterable[tuple[tuple[str, float], int, int]]:
    return zip(tokens, starts, starts[1:], strict=False)
