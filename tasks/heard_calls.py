"""What was heard in a call, kept encrypted like the answers: new rules need no new transcription."""

from __future__ import annotations

import json
import zlib
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from tasks.redact.render import render
from tasks.redact.rules import NEVER_KEPT
from tasks.schemas import Conversation, Finding, Turn, Word

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tasks.answers import AnswerStore

    Spans = Mapping[int, Sequence[tuple[int, int]]]

_FORMAT: Final = 1
_WORD: Final = ("text", "start_ms", "end_ms", "confidence", "channel", "speaker", "entity", "times_derived")


@dataclass(frozen=True, slots=True)
class HeardCall:
    """A conversation as it was heard, but for its secrets: these are deleted before it is kept."""

    conversation: Conversation
    secrets: tuple[Finding, ...]
    """Where they were."""
    speech_ms: Spans
    """Where somebody speaks, by channel."""


@dataclass(frozen=True, slots=True)
class HeardCalls:
    """One encrypted file per recording, named by its SHA-256, in a store of their own."""

    store: AnswerStore

    def keep(
        self, sha256: str, conversation: Conversation, findings: Iterable[Finding], speech_ms: Spans
    ) -> None:
        """Keep a conversation without the secrets among its findings, which may not be kept in any form."""
        secrets = [
            finding for finding in findings if finding.entity in NEVER_KEPT and finding.tier != "review"
        ]
        content = _packed(HeardCall(render(conversation, secrets), tuple(secrets), speech_ms))
        self.store.put(sha256, zlib.compress(json.dumps(content).encode()))

    def get(self, sha256: str) -> HeardCall | None:
        """What was kept of a recording; None where nothing was.

        Raises:
            KeyMissing: it was encrypted with a key that is not at hand.
        """
        kept = self.store.get(sha256)
        return None if kept is None else _unpacked(json.loads(zlib.decompress(kept)))

    def forget(self, sha256: str) -> None:
        """Remove what was kept of a recording, if anything was."""
        self.store.forget(sha256)


def _packed(heard: HeardCall) -> dict[str, Any]:
    return {
        "format": _FORMAT,
        "words": [[getattr(word, name) for name in _WORD] for word in heard.conversation.words],
        "turns": [list(asdict(turn).values()) for turn in heard.conversation.turns],
        "secrets": [list(asdict(finding).values()) for finding in heard.secrets],
        "speech_ms": {str(channel): list(spans) for channel, spans in heard.speech_ms.items()},
    }


def _unpacked(content: Mapping[str, Any]) -> HeardCall:
    words = tuple(Word(**dict(zip(_WORD, values, strict=True))) for values in content["words"])
    turns = tuple(Turn(*values) for values in content["turns"])
    return HeardCall(
        Conversation(words, turns),
        tuple(Finding(*values) for values in content["secrets"]),
        {int(channel): [tuple(span) for span in spans] for channel, spans in content["speech_ms"].items()},
    )
