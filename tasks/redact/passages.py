"""Passages that a person heard personal data in: the words that were written down there all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tasks.redact.mute_spans import heard_on
from tasks.schemas import Finding

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from tasks.redact.mute_spans import Sound
    from tasks.schemas import Conversation, Word


def words_in(
    passage: Finding, conversation: Conversation, sound: Sound, covered: Collection[int]
) -> Iterator[Finding]:
    """The words on the passage's channels that begin before it ends and end after it begins, as findings.

    A call that was transcribed anew may have some. Each run of them within a turn is one finding; words that
    are covered already are in none.
    """
    if passage.passage_ms is None:
        return
    channels = heard_on(passage.passage_ms, conversation, sound)
    for turn in conversation.turns:
        first = None
        for index in range(turn.first_word, turn.end_word + 1):
            inside = (
                index < turn.end_word
                and index not in covered
                and turn.channel in channels
                and _meets(conversation.words[index], *passage.passage_ms)
            )
            if inside and first is None:
                first = index
            elif not inside and first is not None:
                yield Finding(passage.entity, first, index, passage.score, passage.tier, passage.reason)
                first = None


def _meets(word: Word, start_ms: int, end_ms: int) -> bool:
    if word.start_ms is None or word.end_ms is None:
        return False
    return word.start_ms < end_ms and max(word.end_ms, word.start_ms + 1) > start_ms
