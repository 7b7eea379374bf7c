"""From many overlapping candidates to findings that do not overlap."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from tasks.redact.candidates import Candidate
from tasks.redact.rules import Rules
from tasks.schemas import Conversation, Finding, Tier


def resolve(conversation: Conversation, candidates: Iterable[Candidate], rules: Rules) -> tuple[Finding, ...]:
    """The findings of a conversation: each word has the surest candidate that covers it, review findings come last.

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
    for candidate in sorted(candidates, key=lambda c: (c.score, c.end - c.first, c)):
        for word in range(candidate.first, candidate.end):
            if conversation.words[word].entity is None:
                best[word] = candidate
    return best


def _findings(conversation: Conversation, best: Mapping[int, Candidate], rules: Rules) -> Iterator[Finding]:
    for turn in conversation.turns:
        covered = [word for word in range(turn.first_word, turn.end_word) if word in best] if best else []
        stretches = groupby(enumerate(covered), key=lambda pair: (pair[1] - pair[0], best[pair[1]].entity))
        for (_, entity), stretch in stretches:
            words = [word for _, word in stretch]
            surest = max((best[word] for word in words), key=lambda candidate: candidate.score)
            yield Finding(
                entity, words[0], words[-1] + 1, surest.score, _tier(rules, entity, surest.score), surest.reason
            )


def _tier(rules: Rules, entity: str, score: float) -> Tier:
    tier = rules.tier_of(entity, score)
    return tier if tier is not None else "flagged"
