"""Step: find personal data in a conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tasks.errors import CallArchiveError, CheckFailed
from tasks.redact.detection import detection
from tasks.redact.resolve import resolve

if TYPE_CHECKING:
    from tasks.redact.rules import Rules
    from tasks.schemas import Conversation, Finding


def find_pii(conversation: Conversation, rules: Rules) -> tuple[Finding, ...]:
    """The findings of a conversation in word order: each in one turn, the redacted ones never overlapping.

    Raises CheckFailed where detection could not be carried through, a pattern that ran out of time
    included: such a call must not land. The message never holds a word of the call.
    """
    try:
        found = detection(rules).candidates(conversation)
        return resolve(conversation, found, rules)
    except CallArchiveError:
        raise
    except Exception as error:  # noqa: BLE001  (whatever went wrong, its message may hold a value)
        kind = type(error).__name__
    raise CheckFailed(f"finding personal data failed ({kind}); nothing of this call is landed")
