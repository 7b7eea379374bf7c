"""What was done to a call, signed when it lands; and whether the lake still holds just that."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from tasks.redact.marks import finding_id
from tasks.rows import call_tables
from tasks.schemas import Certificate

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from tasks.keys import Keyring
    from tasks.rows import FinishedCall

DIGESTED: Final = {
    "words": ("word_index", "word", "channel", "start_ms", "duration_ms", "entity"),
    "turns": ("turn_index", "text", "channel", "start_ms", "end_ms"),
    "redactions": ("finding_id", "entity", "tier", "reason", "start_word", "end_word", "mode", "key_id"),
}
"""What a certificate vouches for, by relation; the first column names a row. Speakers may be corrected."""


def certify(call: FinishedCall, profile: str, keyring: Keyring) -> Certificate:
    """The certificate of a call that is about to land. It holds ids, counts and digests, and no value."""
    tables = call_tables(call)
    body = {
        "call_id": call.call_id,
        "recording_sha256": call.recording.sha256,
        "certified_at": call.landed_at.isoformat(),
        "run_id": call.run_id,
        "recipe_id": call.recipe_id,
        "engine": call.engine,
        "model": call.model,
        "callarchive": version("callarchive"),
        "detector_version": call.detector_version,
        "profile": profile,
        "rules_hash": call.rules_hash,
        "key_ids": sorted({keyring.current, *(mark.key_id for mark in call.marks if mark.key_id)}),
        "words": len(call.conversation.words),
        "redacted_words": sum(word.entity is not None for word in call.conversation.words),
        "findings": _counts(call),
        "modes": dict(Counter(mark.mode for mark in call.marks)),
        "reviewed": _reviewed(call),
        "sound": _sound(call),
        "muted_passages": sum(finding.passage_ms is not None for finding in call.findings),
        "digests": {name: rows_digest(name, tables[name]) for name in DIGESTED},
    }
    text = json.dumps(body, sort_keys=True)
    return Certificate(text, keyring.current, keyring.sign(text.encode()))


def rows_digest(name: str, table: pa.Table) -> str:
    """SHA-256 over what a certificate vouches for in a call's rows of a relation, whatever their order."""
    first, *others = DIGESTED[name]
    ordered = table.sort_by(first)
    rows = zip(*(_as_json(ordered[column].to_pylist()) for column in (first, *others)), strict=True)
    return hashlib.sha256("\n".join(f"[{', '.join(row)}]" for row in rows).encode()).hexdigest()


def _as_json(column: Sequence[str | int | None]) -> list[str]:
    """Each value as json.dumps writes it: once, for most words are said often."""
    written = {value: str(value) if isinstance(value, int) else json.dumps(value) for value in set(column)}
    return [written[value] for value in column]


def _counts(call: FinishedCall) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = {}
    for finding in call.findings:
        tiers = counts.setdefault(finding.entity, {})
        tiers[finding.tier] = tiers.get(finding.tier, 0) + 1
    return counts


def _reviewed(call: FinishedCall) -> dict[str, int]:
    """What people decided about the findings, in counts."""
    names = (finding_id(call.call_id, finding) for finding in call.findings)
    return dict(Counter(call.reviewed[name] for name in names if name in call.reviewed))


def _sound(call: FinishedCall) -> dict[str, Any] | None:
    if call.copy is None:
        return None
    stated = {"copy_sha256": call.copy.sha256, "muted_ms": call.copy.muted_ms}
    return stated | {"duration_ms": call.audio.duration_ms, "channel_verdict": call.audio.verdict}
