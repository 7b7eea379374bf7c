"""Step: findings -> marks: what is written in place of each, and what of it is kept under a key."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from tasks.redact.marks import Mark, finding_id, label, values

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tasks.keys import Keyring
    from tasks.redact.rules import Rules
    from tasks.schemas import Conversation, Finding

_PSEUDONYM_DIGITS: Final = 12
"""48 bits: among a million values of one entity two share a pseudonym with a chance of 1 in 560."""


def mark_findings(
    call_id: str, conversation: Conversation, findings: Sequence[Finding], rules: Rules, keyring: Keyring
) -> list[Mark]:
    """One mark for each finding, in their order. `conversation` has the words as heard."""
    numbers: dict[str, dict[str, int]] = defaultdict(dict)
    marks = []
    for finding, value in zip(findings, values(conversation, findings), strict=True):
        mode, entity = rules.mode_of(finding), finding.entity
        pseudonym = f"[{entity}_{keyring.pseudonym(entity, value)[:_PSEUDONYM_DIGITS]}]"
        if mode == "numbered":
            number = numbers[entity].setdefault(value, len(numbers[entity]) + 1)
            marks.append(Mark(mode, f"[{entity}_{number}]"))
        elif mode == "pseudonym":
            marks.append(Mark(mode, pseudonym, keyring.first))
        elif mode == "reversible":
            sealed = keyring.encrypt(_heard(conversation, finding), finding_id(call_id, finding).encode())
            marks.append(Mark(mode, pseudonym, keyring.current, sealed))
        else:
            marks.append(Mark(mode, label(finding)))
    return marks


def _heard(conversation: Conversation, finding: Finding) -> bytes:
    words = conversation.words[finding.start_word : finding.end_word]
    return " ".join(word.text for word in words).encode(errors="replace")
