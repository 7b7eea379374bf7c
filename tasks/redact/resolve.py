"""From many overlapping candidates to findings that do not overlap."""

from __future__ import annotations

from bisect import bisect_right
from itertools import groupby
from typing import TYPE_CHECKING

from tasks.redact.rules import NEVER_KEPT
from tasks.schemas import Conversation, Finding, Tier

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tasks.redact.candidates import Candidate
    from tasks.redact.rules import Rules

_SURE_SECRET = 0.75


def resolve(conversation: Conversation, candidates: Iterable[Candidate], rules: Rules) -> tuple[Finding, ...]:
    """The findings of a conversation: each word has the surest candidate that covers it.

    A word is covered by any candidate that the rules redact, so a lower threshold never uncovers one.
    """
    redacted: list[Candidate] = []
    review: list[Candidate] = []
    for candidate in candidates:
        tier = rules.tier_of(candidate.entity, candidate.score)
        if tier is not None:
            (review if tier == "review" else redacted).append(candidate)
    best = _surest(conversation, redacted)
    doubtful = {word: found for word, found in _surest(conversation, review).items() if word not in best}
    findings = [*_findings(conversation, best, rules), *_findings(conversation, doubtful, rules)]
    return tuple(sorted(findings, key=lambda finding: (finding.start_word, finding.end_word)))


def _surest(conversation: Conversation, candidates: Iterable[Candidate]) -> dict[int, Candidate]:
    best: dict[int, Candidate] = {}
    for candidate in sorted(candidates, key=_sureness):
        for word in range(candidate.first, candidate.end):
            if conversation.words[word].entity is None:
                best[word] = candidate
    return best


def _sureness(candidate: Candidate) -> tuple[bool, float, bool, int, Candidate]:
    """Which of two candidates names a word: a secret that may not be kept, the surer, ours, the longer."""
    return (
        candidate.entity in NEVER_KEPT and candidate.score >= _SURE_SECRET,
        candidate.score,
        not candidate.reason.startswith("presidio:"),
        candidate.end - candidate.first,
        candidate,
    )


def _findings(conversation: Conversation, best: Mapping[int, Candidate], rules: Rules) -> Iterator[Finding]:
    starts = [turn.first_word for turn in conversation.turns]

    def stretch(pair: tuple[int, int]) -> tuple[int, int, str]:
        """What is the same for neighbouring words of one entity in one turn."""
        place, word = pair
        return word - place, bisect_right(starts, word), best[word].entity

    for (_, _, entity), pairs in groupby(enumerate(sorted(best)), key=stretch):
        words = [word for _, word in pairs]
        surest = max((best[word] for word in words), key=lambda candidate: candidate.score)
        yield Finding(
            entity, words[0], words[-1] + 1, surest.score, _tier(rules, entity, surest.score), surest.reason
        )


def _tier(rules: Rules, entity: str, score: float) -> Tier:
    tier = rules.tier_of(entity, score)
    return tier if tier is not None else "flagged"
