"""A finished call as the rows it lands as: one Arrow table per relation, in the lake's own types."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from tasks.facts import CallFacts, turn_span
from tasks.lake.tables import as_table
from tasks.redact.marks import finding_id
from tasks.redact.render import turn_text
from tasks.sentiment import sentiment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    import pyarrow as pa

    from tasks.audio.loudness import Loudness
    from tasks.redact.marks import Mark
    from tasks.schemas import (
        CallMetadata,
        Certificate,
        Conversation,
        Finding,
        PreparedAudio,
        Recording,
        SoundCopy,
        Turn,
        Usage,
    )
    from tasks.speakers import Speakers

_LONGEST_WORD_MS: Final = 65_535


@dataclass(frozen=True, slots=True)
class FinishedCall:
    """Everything about a call after redaction; nothing in it was not redacted."""

    call_id: str
    recording: Recording
    source_uri_masked: str
    metadata: Mapping[str, str]
    customer_key: str | None
    audio: PreparedAudio
    speakers: Speakers
    conversation: Conversation
    findings: Sequence[Finding]
    marks: Sequence[Mark]
    """One for each finding."""
    copy: SoundCopy | None
    loudness: Sequence[Loudness | None]
    """One for each turn of the conversation."""
    facts: CallFacts
    usage: Sequence[Usage]
    engine: str
    model: str
    language: str | None
    recipe_id: str
    rejected_segments: int
    detector_version: str
    rules_hash: str
    run_id: str
    landed_at: datetime
    certificate: Certificate | None = None
    earlier_billed_ms: int = 0
    """Of earlier landings whose answers are used again, where nothing was sent this time."""
    earlier_cost_usd: float = 0.0
    reviewed: Mapping[str, str] = field(default_factory=dict)
    """What people have decided already, by finding_id."""


def call_tables(call: FinishedCall) -> dict[str, pa.Table]:
    """The call's rows by relation, in the column order and types of the lake."""
    rows = {
        "words": _words(call),
        "turns": _turns(call),
        "calls": [_call(call)],
        "redactions": _redactions(call),
        "certificates": _certificate(call),
        "envelopes": _envelopes(call),
        "engine_usage": usage_rows(call.call_id, call.recording, call.run_id, call.usage),
    }
    return {name: as_table(name, listed) for name, listed in rows.items()}


def _key(call: FinishedCall) -> dict[str, Any]:
    metadata: CallMetadata = call.recording.metadata
    started = metadata.started_at
    return {"call_id": call.call_id, "call_date": started.date() if started else None}


def _words(call: FinishedCall) -> list[dict[str, Any]]:
    words = call.conversation.words
    return [
        _key(call)
        | {
            "channel": words[index].channel,
            "speaker": words[index].speaker,
            "turn_index": turn_index,
            "word_index": index,
            "word": words[index].text,
            "start_ms": words[index].start_ms,
            "duration_ms": _duration_ms(words[index].start_ms, words[index].end_ms),
            "confidence_percent": _percent(words[index].confidence),
            "entity": words[index].entity,
        }
        for turn_index, turn in enumerate(call.conversation.turns)
        for index in range(turn.first_word, turn.end_word)
    ]


def _turns(call: FinishedCall) -> list[dict[str, Any]]:
    turns = enumerate(zip(call.conversation.turns, call.loudness, strict=True))
    return [_turn(call, index, turn, loudness) for index, (turn, loudness) in turns]


def _turn(call: FinishedCall, index: int, turn: Turn, loudness: Loudness | None) -> dict[str, Any]:
    span = turn_span(call.conversation, turn)
    words = call.conversation.words[turn.first_word : turn.end_word]
    known = [word.confidence for word in words if word.confidence is not None]
    text = turn_text(call.conversation, turn)
    return _key(call) | {
        "turn_index": index,
        "channel": turn.channel,
        "speaker": turn.speaker,
        "start_ms": span[0] if span else None,
        "end_ms": span[1] if span else None,
        "text": text,
        "word_count": len(words),
        "mean_confidence": sum(known) / len(known) if known else None,
        "sentiment": sentiment(text, call.language),
        "loudness_dbfs": loudness.rms_dbfs if loudness else None,
        "peak_dbfs": loudness.peak_dbfs if loudness else None,
    }


def _call(call: FinishedCall) -> dict[str, Any]:
    metadata, facts = call.recording.metadata, call.facts
    return _key(call) | {
        "recording_sha256": call.recording.sha256,
        "source_uri_masked": call.source_uri_masked,
        "started_at": metadata.started_at,
        "duration_ms": call.audio.duration_ms,
        "channel_count": call.audio.channel_count,
        "channel_verdict": call.audio.verdict,
        "speaker_source": call.speakers.source,
        "speaker_doubt": call.speakers.doubt,
        "agent_id": metadata.agent_id,
        "queue": metadata.queue,
        "customer_key": call.customer_key,
        "metadata": json.dumps(call.metadata, sort_keys=True) if call.metadata else None,
        "engine": call.engine,
        "model": call.model,
        "language": call.language,
        "recipe_id": call.recipe_id,
        "word_count": len(call.conversation.words),
        "agent_talk_ms": facts.agent_talk_ms,
        "customer_talk_ms": facts.customer_talk_ms,
        "other_talk_ms": facts.other_talk_ms,
        "silence_ms": facts.silence_ms,
        "overlap_ms": facts.overlap_ms,
        "speech_ms": facts.speech_ms,
        "unheard_ms": facts.unheard_ms,
        "unheard_spans": facts.unheard_spans,
        "mean_confidence": facts.mean_confidence,
        "low_confidence_words": facts.low_confidence_words,
        "redaction_count": sum(finding.tier != "review" for finding in call.findings),
        "rejected_segments": call.rejected_segments,
        "billed_ms": call.earlier_billed_ms + sum(usage.billed_ms for usage in call.usage),
        "cost_usd": call.earlier_cost_usd + sum(usage.cost_usd for usage in call.usage),
        "landed_at": call.landed_at,
        "audio_path": call.copy.path if call.copy else None,
        "audio_sha256": call.copy.sha256 if call.copy else None,
        "muted_ms": call.copy.muted_ms if call.copy else None,
    }


def _redactions(call: FinishedCall) -> list[dict[str, Any]]:
    return [_redaction(call, *pair) for pair in zip(call.findings, call.marks, strict=True)]


def _redaction(call: FinishedCall, finding: Finding, mark: Mark) -> dict[str, Any]:
    name = finding_id(call.call_id, finding)
    unreviewed = "pending" if finding.tier != "auto" else "not_needed"
    return (
        _key(call)
        | {
            "finding_id": name,
            "entity": finding.entity,
            "reason": finding.reason,
            "score": finding.score,
            "tier": finding.tier,
            "mode": mark.mode,
            "detector_version": call.detector_version,
            "review_status": call.reviewed.get(name, unreviewed),
            "rules_hash": call.rules_hash,
            "key_id": mark.key_id,
        }
        | _place(call, finding)
    )


def _place(call: FinishedCall, finding: Finding) -> dict[str, Any]:
    """Where a finding is: a passage has times, and neither words nor one voice."""
    if finding.passage_ms is not None:
        return dict(zip(("start_ms", "end_ms"), finding.passage_ms, strict=True))
    words = call.conversation.words[finding.start_word : finding.end_word]
    starts = [word.start_ms for word in words if word.start_ms is not None]
    ends = [word.end_ms for word in words if word.end_ms is not None]
    return {
        "channel": words[0].channel,
        "speaker": words[0].speaker,
        "start_word": finding.start_word,
        "end_word": finding.end_word,
        "start_ms": min(starts) if starts else None,
        "end_ms": max(ends) if ends else None,
    }


def _certificate(call: FinishedCall) -> list[dict[str, Any]]:
    made = call.certificate
    if made is None:
        return []
    stated = {"body": made.body, "key_id": made.key_id, "signature": made.signature}
    return [_key(call) | {"issued_at": call.landed_at} | stated]


def _envelopes(call: FinishedCall) -> list[dict[str, Any]]:
    return [
        _key(call)
        | {
            "finding_id": finding_id(call.call_id, finding),
            "key_id": mark.key_id,
            "sealed": mark.sealed,
        }
        for finding, mark in zip(call.findings, call.marks, strict=True)
        if mark.sealed is not None
    ]


def usage_rows(
    call_id: str, recording: Recording, run_id: str, usage: Sequence[Usage]
) -> list[dict[str, Any]]:
    """Rows of engine_usage for what a recording took, landed or not.

    A payment is named by its answer, so that it enters the books once; everything else by run and place.
    """
    started = recording.metadata.started_at
    return [
        {
            "usage_id": one.answer_id
            if one.answer_id and not one.cache_hit
            else f"{run_id}:{recording.sha256[:16]}:{place}",
            "call_id": call_id,
            "call_date": started.date() if started else None,
            "recording_sha256": recording.sha256,
            "run_id": run_id,
            "engine": one.engine,
            "model": one.model,
            "channel": one.channel,
            "chunk_index": one.chunk_index,
            "requested_at": one.requested_at,
            "audio_ms": one.audio_ms,
            "billed_ms": one.billed_ms,
            "cost_usd": one.cost_usd,
            "uncertain_cost_usd": one.uncertain_cost_usd,
            "latency_ms": one.latency_ms,
            "attempts": one.attempts,
            "cache_hit": one.cache_hit,
            "outcome": one.outcome,
            "answer_key": one.answer_key,
        }
        for place, one in enumerate(usage)
    ]


def _duration_ms(start_ms: int | None, end_ms: int | None) -> int | None:
    if start_ms is None or end_ms is None:
        return None
    return min(max(end_ms - start_ms, 0), _LONGEST_WORD_MS)


def _percent(confidence: float | None) -> int | None:
    return None if confidence is None else round(confidence * 100)
