"""Where words that a person marked are in the call now: transcribed anew, they may have moved. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tasks.desk.verdicts import Span

NEAR_MS: Final = 250
"""Engines differ by as much about where the same word begins and ends."""


class TimedWord(NamedTuple):
    """A word of a call, by what tells that it is still the same."""

    turn: int
    start_ms: int | None
    end_ms: int | None


def placed(span: Span, words: Sequence[TimedWord], *, anew: bool) -> Span | None:
    """The span where as many words lie at the same times in one turn; None where there is no such place.

    `anew`: the call has landed since the person looked, so that words without times tell nothing. A passage
    is where it was: the recording is the same, whoever transcribes it.
    """
    if span.is_passage:
        return span
    if anew and span.start_ms is None:
        return None
    if _fits(span, span.start_word, words):
        return span
    if span.start_ms is None or span.end_ms is None:
        return None
    found = [
        first
        for first, word in enumerate(words)
        if word.start_ms == span.start_ms and _fits(span, first, words)
    ]
    if len(found) != 1:
        return None
    return replace(span, start_word=found[0], end_word=found[0] + span.end_word - span.start_word)


def is_known(span: Span, finding: Mapping[str, Any] | None) -> bool:
    """Whether the lake's finding of the same id is what the person saw: decided, or found there again."""
    if finding is None:
        return False
    if finding["review_status"] in {"confirmed", "rejected"}:
        return True
    begins = finding["start_ms"]
    return span.start_ms is not None and begins is not None and abs(begins - span.start_ms) <= NEAR_MS


def _fits(span: Span, first: int, words: Sequence[TimedWord]) -> bool:
    last = first + span.end_word - span.start_word - 1
    if not 0 <= first <= last < len(words):
        return False
    begins = span.start_ms in {None, words[first].start_ms}
    ends = span.end_ms in {None, words[last].end_ms}
    return begins and ends and words[first].turn == words[last].turn
