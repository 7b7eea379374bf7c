"""How a finding is written: the mark that stands in its place, and what was kept of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tasks.redact.canonical import DATES, WORDED, canonical_value
from tasks.redact.lexicon import LINKS
from tasks.redact.tokens import read_word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tasks.redact.rules import Mode
    from tasks.schemas import Conversation, Finding

_MAX_PROMPT: Final = 10
"""So many words of the other speaker may stand between two parts of one value ("uh huh, next four")."""
_LONGEST: Final = 19
"""No number has more signs than a card: what would be longer is two values."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What becomes of one finding; `text` stands for every word of it."""

    mode: Mode
    text: str
    key_id: str | None = None
    """The key of the pseudonym, or of the value that is kept."""
    sealed: bytes | None = None
    """The words as heard, encrypted; only where the mode is reversible."""


def finding_id(call_id: str, finding: Finding) -> str:
    """32 hex digits: the same for the same entity at the same words or passage of the same call."""
    place = f"{call_id}\n{finding.entity}\n{finding.start_word}\n{finding.end_word}"
    if finding.passage_ms is not None:
        place += "\n{}\n{}".format(*finding.passage_ms)
    return hashlib.sha256(place.encode()).hexdigest()[:32]


def label(finding: Finding) -> str:
    """The plain mark: `[CARD_NUMBER]`."""
    return f"[{finding.entity}]"


def values(conversation: Conversation, findings: Sequence[Finding]) -> list[str]:
    """The canonical value of each finding; a number told in parts over several turns is one value."""
    texts = [word.text for word in conversation.words]
    parts = [canonical_value(one.entity, texts[one.start_word : one.end_word]) for one in findings]
    whole = list(parts)
    told: dict[tuple[str, str | None, int], list[int]] = {}
    for place, finding in enumerate(findings):
        word = conversation.words[finding.start_word]
        chain = told.setdefault((finding.entity, word.speaker, word.channel), [])
        if not (chain and _goes_on(conversation, findings[chain[-1]], finding)):
            chain.clear()
        said = "".join(parts[part] for part in chain)
        if parts[place].startswith(said) or len(said + parts[place]) > _LONGEST:
            chain.clear()  # said again from the start, or another value
        chain.append(place)
        for part in chain:
            whole[part] = "".join(parts[one] for one in chain)
    return whole


def _goes_on(conversation: Conversation, before: Finding, after: Finding) -> bool:
    """Whether a number is told on across what the other speaker says in between."""
    if before.entity in DATES | WORDED:
        return False
    speaker = conversation.words[before.start_word].speaker
    between = conversation.words[before.end_word : after.start_word]
    others = [word for word in between if word.speaker != speaker]
    own = [read_word(word.text).core for word in between if word.speaker == speaker]
    return 0 < len(others) <= _MAX_PROMPT and all(core in LINKS for core in own)
