"""Step: a landed call under the present rules, from what was heard in it and its own redacted copy."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tasks.certificate import certify
from tasks.copy_sound import Copying, Original, copy_sound
from tasks.errors import CheckFailed
from tasks.facts import CallFacts
from tasks.find_pii import find_pii
from tasks.mark_findings import mark_findings
from tasks.redact.marks import Mark, finding_id, label
from tasks.redact.mute_spans import Sound
from tasks.redact.passages import words_in
from tasks.redact.render import render
from tasks.redact.rules import DETECTOR_VERSION
from tasks.redact_metadata import redact_fields
from tasks.rows import FinishedCall
from tasks.schemas import CallMetadata, Finding, PreparedAudio, Recording, SoundCopy
from tasks.speakers import Speakers

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tasks.heard_calls import HeardCall
    from tasks.keys import Keyring
    from tasks.lake.landed_calls import LandedCall
    from tasks.redact.rules import Rules
    from tasks.schemas import Tier


@dataclass(frozen=True, slots=True)
class Redacting:
    """The present rules, keys and settings."""

    rules: Rules
    keyring: Keyring
    copying: Copying | None
    run_id: str


def is_up_to_date(landed: LandedCall, rules: Rules) -> bool:
    """Whether a call was redacted by just these rules and this detector."""
    stated = landed.certified
    return (stated.get("rules_hash"), stated.get("detector_version")) == (rules.hash, DETECTOR_VERSION)


def redact_again(
    landed: LandedCall, heard: HeardCall, redacting: Redacting, original: Path | None = None
) -> FinishedCall:
    """The call as it would land now. What people decided about a finding stands.

    The copy of its sound is made from the one in the lake, so what was muted stays muted; or, where the
    recording itself is given, from that.
    """
    passages = [_finding(row) for row in landed.findings if _is_passage(row) and _is_confirmed(row)]
    words = _findings(landed, heard, redacting.rules, passages)
    marks = _marks(landed, heard, words, redacting) + [Mark("delete_only", label(one)) for one in passages]
    findings = (*words, *passages)
    pairs = [(one, mark) for one, mark in zip(findings, marks, strict=True) if mark.mode != "none"]
    shown = [one for one, _ in pairs]
    row = landed.call
    fields = json.loads(row["metadata"]) if row["metadata"] else {}
    call = FinishedCall(
        call_id=landed.call_id,
        recording=_recording(landed),
        source_uri_masked=row["source_uri_masked"],
        metadata=redact_fields(fields, redacting.rules),
        customer_key=row["customer_key"],
        audio=PreparedAudio(row["duration_ms"], row["channel_count"], row["channel_verdict"], (), {}),
        speakers=Speakers({}, row["speaker_source"], row["speaker_doubt"]),
        conversation=render(heard.conversation, shown, [mark.text for _, mark in pairs]),
        findings=findings,
        marks=marks,
        copy=_copy(landed, heard, shown, redacting, original),
        loudness=[landed.loudness.get(turn) for turn in range(len(heard.conversation.turns))],
        facts=CallFacts(**{name: row[name] for name in CallFacts.__dataclass_fields__ if name in row}),
        usage=(),
        engine=row["engine"],
        model=row["model"],
        language=row["language"],
        recipe_id=_recipe_id(row["recipe_id"], redacting.rules),
        rejected_segments=row["rejected_segments"],
        detector_version=DETECTOR_VERSION,
        rules_hash=redacting.rules.hash,
        run_id=redacting.run_id,
        landed_at=datetime.now(UTC),
        earlier_billed_ms=row["billed_ms"],
        earlier_cost_usd=row["cost_usd"],
        reviewed={one["finding_id"]: one["review_status"] for one in landed.findings if _is_decided(one)},
    )
    return replace(call, certificate=certify(call, redacting.rules.profile, redacting.keyring))


def _findings(
    landed: LandedCall, heard: HeardCall, rules: Rules, passages: Sequence[Finding]
) -> list[Finding]:
    """What the rules find now, the secrets that are gone from the words, and what a person confirmed.

    With them the words in passages that a person had muted, where there are any now.
    """
    decided = {row["finding_id"]: row["review_status"] for row in landed.findings}
    by_id = {
        finding_id(landed.call_id, one): one for one in [*find_pii(heard.conversation, rules), *heard.secrets]
    }
    found = [_as_decided(one, decided.get(name)) for name, one in by_id.items()]
    ids = by_id.keys()
    covered = {
        word
        for name, one in zip(ids, found, strict=True)
        if one.tier != "review" and decided.get(name) != "rejected"
        for word in range(one.start_word, one.end_word)
    }
    for row in landed.findings:
        if not _is_confirmed(row) or _is_passage(row) or row["finding_id"] in ids:
            continue
        words = range(row["start_word"], row["end_word"])
        if not covered.issuperset(words):
            found.append(_finding(row))
            covered.update(words)
    sound = _sound(landed, heard)
    muted = [one for passage in passages for one in words_in(passage, heard.conversation, sound, covered)]
    every = {finding_id(landed.call_id, one): one for one in [*found, *muted]}
    return sorted(every.values(), key=lambda one: (one.start_word, one.end_word))


def _as_decided(finding: Finding, status: str | None) -> Finding:
    """Taken out once a person said that it is personal data."""
    return replace(finding, tier="flagged") if (finding.tier, status) == ("review", "confirmed") else finding


def _finding(row: dict[str, Any]) -> Finding:
    tier: Tier = "auto" if row["tier"] == "auto" else "flagged"
    if _is_passage(row):
        return Finding(
            row["entity"], 0, 0, row["score"], tier, row["reason"], (row["start_ms"], row["end_ms"])
        )
    return Finding(row["entity"], row["start_word"], row["end_word"], row["score"], tier, row["reason"])


def _marks(
    landed: LandedCall, heard: HeardCall, findings: Sequence[Finding], redacting: Redacting
) -> list[Mark]:
    """A mark for each finding; none, and nothing kept, where a person said that it is no personal data.

    A secret keeps its mark: its words were deleted, and nobody can bring them back.
    """
    gone = {finding_id(landed.call_id, one) for one in heard.secrets}
    rejected = {row["finding_id"] for row in landed.findings if row["review_status"] == "rejected"} - gone
    marks = mark_findings(landed.call_id, heard.conversation, findings, redacting.rules, redacting.keyring)
    return [
        Mark("none", mark.text) if finding_id(landed.call_id, one) in rejected else mark
        for one, mark in zip(findings, marks, strict=True)
    ]


def _is_passage(row: dict[str, Any]) -> bool:
    return row["start_word"] is None


def _is_confirmed(row: dict[str, Any]) -> bool:
    return bool(row["review_status"] == "confirmed")


def _is_decided(row: dict[str, Any]) -> bool:
    return row["review_status"] not in {None, "pending", "not_needed"}


def _copy(
    landed: LandedCall,
    heard: HeardCall,
    findings: Sequence[Finding],
    redacting: Redacting,
    original: Path | None,
) -> SoundCopy | None:
    row, copying = landed.call, redacting.copying
    if copying is None or not row.get("audio_path"):
        return None
    sound = _sound(landed, heard)
    if original is not None:
        recording = Original(original, row["recording_sha256"], sound, row["call_date"])
        return copy_sound(recording, heard.conversation, findings, copying, redacting.run_id)
    words = heard.conversation.words
    redacted = {word for one in findings for word in range(one.start_word, one.end_word)}
    passages = {one.passage_ms for one in findings if one.passage_ms}
    muted = [_finding(one) for one in landed.findings if _is_passage(one) and one["mode"] != "none"]
    if redacted <= set(landed.marks) and passages <= {one.passage_ms for one in muted}:
        return SoundCopy(row["audio_path"], row["audio_sha256"], row["muted_ms"])
    before = [Finding("", word, word + 1, 1.0, "auto", "") for word in landed.marks if word < len(words)]
    try:
        with copying.files.here(row["audio_path"]) as path:
            copy = Original(path, row["audio_sha256"], sound, row["call_date"])
            every = [*findings, *before, *muted]
            return copy_sound(copy, heard.conversation, every, copying, redacting.run_id)
    except FileNotFoundError:
        raise CheckFailed("the redacted copy of this call is not in the lake any more") from None


def _sound(landed: LandedCall, heard: HeardCall) -> Sound:
    row = landed.call
    return Sound(row["channel_verdict"], row["channel_count"], row["duration_ms"], heard.speech_ms)


def _recording(landed: LandedCall) -> Recording:
    row = landed.call
    metadata = CallMetadata(row["call_id"], row["started_at"], row["agent_id"], row["queue"])
    return Recording("", row["recording_sha256"], landed.ledger["size_bytes"], None, metadata)


def _recipe_id(before: str, rules: Rules) -> str:
    """Names what shaped the transcript, and the rules that were applied to it later."""
    shape = f"{before}\n{rules.hash}\n{DETECTOR_VERSION}"
    return hashlib.sha256(shape.encode()).hexdigest()[:16]
