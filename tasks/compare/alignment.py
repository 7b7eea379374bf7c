"""Which word of the reference is which word that was heard: the fewest edits, as jiwer finds them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import jiwer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Pair = tuple[int | None, int | None]
"""Places in the reference and in what was heard; None stands for a word that is missing or was added."""


def align(said: Sequence[str], heard: Sequence[str]) -> list[Pair]:
    """Every word of both sides once, in order. Words are compared as they are: normalise them before."""
    if not said:
        return [(None, place) for place in range(len(heard))]
    if not heard:
        return [(place, None) for place in range(len(said))]
    return list(_pairs(jiwer.process_words(" ".join(said), " ".join(heard)).alignments[0]))


def errors(said: Sequence[str], heard: Sequence[str]) -> int:
    """Words that are wrong, missing or added."""
    return sum(
        place is None or other is None or said[place] != heard[other] for place, other in align(said, heard)
    )


def _pairs(chunks: Sequence[jiwer.AlignmentChunk]) -> Iterator[Pair]:
    for chunk in chunks:
        said = range(chunk.ref_start_idx, chunk.ref_end_idx)
        heard = range(chunk.hyp_start_idx, chunk.hyp_end_idx)
        if chunk.type == "insert":
            yield from ((None, place) for place in heard)
        elif chunk.type == "delete":
            yield from ((place, None) for place in said)
        else:
            yield from zip(said, heard, strict=True)
