"""Finished calls made on the spot: what `land` is given after redaction."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tasks.facts import call_facts
from tasks.lake.ledger import ledger_row
from tasks.redact.marks import Mark, label
from tasks.redact.render import render
from tasks.rows import FinishedCall
from tasks.schemas import CallMetadata, Certificate, Finding, Outcome, PreparedAudio, Recording, Usage, Word
from tasks.speakers import Speakers
from tasks.stitch import build_conversation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
AUDIO = PreparedAudio(10_000, 2, "two_speakers", (), {0: 2_000, 1: 1_000})
SPEAKERS = {0: "customer", 1: "agent"}


def spoken(text: str, start_ms: int, channel: int, confidence: float | None = 0.9) -> list[Word]:
    """Words of 300 ms, one after another."""
    return [
        Word(word, start_ms + at * 300, start_ms + at * 300 + 280, confidence, channel, SPEAKERS[channel])
        for at, word in enumerate(text.split())
    ]


def finished_call(
    call_id: str = "call-1",
    *,
    words: Mapping[int, Sequence[Word]] | None = None,
    findings: Sequence[Finding] = (Finding("CARD_NUMBER", 6, 10, 0.99, "auto", "made up"),),
    started_at: datetime | None = NOON,
    **fields: Any,
) -> FinishedCall:
    """A call of two people with a card number in it; any field may be given."""
    words = words or {
        1: spoken("how can i help", 0, 1),
        0: spoken("my card four one one one please", 2_000, 0),
    }
    said = build_conversation({channel: list(side) for channel, side in words.items()})
    redacted = render(said, findings)
    sha256 = hashlib.sha256(call_id.encode()).hexdigest()
    metadata = CallMetadata(call_id=call_id, started_at=started_at, agent_id="agent-7", queue="billing")
    call = FinishedCall(
        call_id=call_id,
        recording=Recording(f"/archive/{call_id}.wav", sha256, 1_000, NOON, metadata),
        source_uri_masked="call-####.wav",
        metadata={"site": "north"},
        customer_key="c" * 32,
        audio=AUDIO,
        speakers=Speakers(dict(SPEAKERS), "metadata"),
        conversation=redacted,
        findings=findings,
        marks=(),
        copy=None,
        loudness=[None] * len(redacted.turns),
        facts=call_facts(redacted, AUDIO, 0.5),
        usage=[usage(0, 0), usage(1, 0, cache_hit=True)],
        engine="local",
        model="tiny.en",
        language="en",
        recipe_id="f" * 16,
        rejected_segments=0,
        detector_version="1",
        rules_hash="e" * 16,
        run_id="run-1",
        landed_at=NOON,
        certificate=Certificate("{}", "0a1b2c3d", "f" * 64),
    )
    call = replace(call, **fields)
    return replace(call, marks=fields.get("marks") or [mark_of(finding) for finding in call.findings])


def mark_of(finding: Finding) -> Mark:
    """The mark of a finding whose value is kept, so that every relation has a row."""
    if finding.tier == "review":
        return Mark("none", label(finding))
    return Mark("reversible", label(finding), "0a1b2c3d", b"sealed")


def usage(channel: int, chunk_index: int, *, cache_hit: bool = False) -> Usage:
    """One request of five seconds, or the same from the store."""
    billed_ms = 0 if cache_hit else 5_000
    return Usage(
        "local",
        "tiny.en",
        channel,
        chunk_index,
        NOON,
        5_000,
        billed_ms,
        0.0,
        40,
        int(not cache_hit),
        cache_hit,
    )


def landed_row(call: FinishedCall) -> dict[str, Any]:
    """The call's row in the ledger."""
    outcome = Outcome(
        call.source_uri_masked,
        call.recording.sha256,
        "landed",
        stage="land",
        call_id=call.call_id,
        duration_ms=call.audio.duration_ms,
    )
    return ledger_row(call.recording, outcome, None, call.run_id)
