"""A recording's way to a finished call: heard, then redacted. Nothing else of it leaves this process."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING

from flows.hear import hear
from flows.stages import StageFailed, stage
from tasks.audio.loudness import turn_loudness
from tasks.certificate import certify
from tasks.copy_sound import Copying, Original, copy_sound, discard
from tasks.facts import call_facts
from tasks.find_pii import find_pii
from tasks.lake.leases import recording_lease
from tasks.mark_findings import mark_findings
from tasks.redact.mute_spans import Sound
from tasks.redact.render import render
from tasks.redact.rules import DETECTOR_VERSION, Rules
from tasks.redact_metadata import redact_fields, redact_id, redact_text
from tasks.rows import FinishedCall
from tasks.sources.archive import Archive, local_copy
from tasks.transcribe import Transcriber, recipe_id

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flows.hear import HeardCall
    from tasks.audio.limits import AudioLimits
    from tasks.heard_calls import HeardCalls
    from tasks.keys import Keyring
    from tasks.schemas import CallMetadata, Finding, Recording, SoundCopy, Usage


@dataclass(frozen=True, slots=True)
class Job:
    """One recording to work on, and the ids it will have."""

    recording: Recording
    call_id: str
    source_uri_masked: str

    @property
    def lease(self) -> str:
        """The name under which its recording is leased."""
        return recording_lease(self.recording.sha256)


@dataclass(frozen=True, slots=True)
class Tools:
    """What every recording of a night is worked on with."""

    archive: Archive
    limits: AudioLimits
    transcriber: Transcriber
    rules: Rules
    keyring: Keyring
    heard: HeardCalls
    copying: Copying | None
    """None where no redacted sound is kept."""
    low_confidence: float
    run_id: str
    queues: Mapping[str, Transcriber] = field(default_factory=dict)
    """For queues that have a recipe of their own."""

    def of_queue(self, queue: str | None) -> Tools:
        """The same for a call of this queue."""
        own = self.queues.get(queue or "")
        return replace(self, transcriber=own) if own else self

    @property
    def out_of_engines(self) -> str | None:
        """Why no call can be transcribed any more in this run, if so: the first engine's reason."""
        engines = [one for every in (self.transcriber, *self.queues.values()) for one in every.engines]
        reasons = [str(one.closed) for one in engines if one.closed]
        return reasons[0] if len(reasons) == len(engines) else None

    async def close(self) -> None:
        """Close the engines' connections."""
        for transcriber in (self.transcriber, *self.queues.values()):
            await transcriber.close()


async def finish_call(job: Job, tools: Tools, usage: list[Usage]) -> FinishedCall:
    """Everything the lake will hold about a recording; nothing in it was not redacted.

    `usage` grows by every engine request, also when a stage fails: money that was spent is accounted for.

    Raises:
        StageFailed: a stage did not succeed; nothing of the call may land.
    """
    tools = tools.of_queue(job.recording.metadata.queue)
    call = await hear(job.recording, tools.archive, tools.limits, tools.transcriber, usage)
    with stage("find_pii"):
        findings = await asyncio.to_thread(find_pii, call.conversation, tools.rules)
    with stage("redact"):
        finished = _redacted(job, call, findings, usage, tools)
    with stage("keep_heard"):
        await asyncio.to_thread(_keep, job, call, findings, tools)
    return await asyncio.to_thread(_with_evidence, job, call, finished, tools)


def _redacted(
    job: Job, call: HeardCall, findings: Sequence[Finding], usage: Sequence[Usage], tools: Tools
) -> FinishedCall:
    marks = mark_findings(job.call_id, call.conversation, findings, tools.rules, tools.keyring)
    redacted = render(call.conversation, findings, [mark.text for mark in marks])
    first = tools.transcriber.engines[0]
    engine, model = call.engine or first.engine.NAME, call.model or first.options.model
    options = replace(first.options, model=model)
    return FinishedCall(
        call_id=job.call_id,
        recording=_shown(job.recording, tools),
        source_uri_masked=job.source_uri_masked,
        metadata=redact_fields(job.recording.metadata.extra, tools.rules),
        customer_key=customer_key(job.recording.metadata, tools.keyring),
        audio=replace(call.audio, tracks=()),  # its sound would be held until the batch lands
        speakers=call.speakers,
        conversation=redacted,
        findings=findings,
        marks=marks,
        copy=None,
        loudness=turn_loudness(redacted, call.audio.tracks),
        facts=call_facts(redacted, call.audio, tools.low_confidence),
        usage=tuple(usage),
        engine=engine,
        model=model,
        language=call.language or options.language,
        recipe_id=recipe_id(engine, options, tools.rules.hash, version("callarchive")),
        rejected_segments=sum(one.transcript.rejected_segments for one in call.heard),
        detector_version=DETECTOR_VERSION,
        rules_hash=tools.rules.hash,
        run_id=tools.run_id,
        landed_at=datetime.now(UTC),
    )


def _keep(job: Job, call: HeardCall, findings: Sequence[Finding], tools: Tools) -> None:
    speech_ms = {track.channel: track.speech_spans_ms for track in call.audio.tracks}
    tools.heard.keep(job.recording.sha256, call.conversation, findings, speech_ms)


def _with_evidence(job: Job, call: HeardCall, finished: FinishedCall, tools: Tools) -> FinishedCall:
    """The call with its redacted copy and its certificate; without the second, the first goes at once."""
    copy: SoundCopy | None = None
    try:
        with stage("copy_sound"):
            copy = _copied(job, call, finished.findings, tools)
        with stage("certify"):
            finished = replace(finished, copy=copy)
            return replace(finished, certificate=certify(finished, tools.rules.profile, tools.keyring))
    except StageFailed:
        if copy and tools.copying:
            discard(copy, tools.copying)
        raise


def _copied(job: Job, call: HeardCall, findings: Sequence[Finding], tools: Tools) -> SoundCopy | None:
    if tools.copying is None:
        return None
    speech = {track.channel: track.speech_spans_ms for track in call.audio.tracks}
    sound = Sound(call.audio.verdict, call.audio.channel_count, call.audio.duration_ms, speech)
    started = job.recording.metadata.started_at
    with local_copy(tools.archive, job.recording.uri) as path:
        original = Original(path, job.recording.sha256, sound, started.date() if started else None)
        return copy_sound(original, call.conversation, findings, tools.copying, tools.run_id)


def _shown(recording: Recording, tools: Tools) -> Recording:
    """The recording with what of its metadata lands as it is."""
    stated = recording.metadata
    agent_id = redact_id("agent", stated.agent_id, tools.keyring) if stated.agent_id else None
    queue = redact_text(stated.queue, tools.rules) if stated.queue else None
    return replace(recording, metadata=replace(stated, agent_id=agent_id, queue=queue, extra={}))


def customer_key(metadata: CallMetadata, keyring: Keyring) -> str | None:
    """What stands for the customer's id, which is never kept."""
    return keyring.pseudonym("customer", metadata.customer_id) if metadata.customer_id else None
