"""One recording's way from its file to a finished, redacted call: the steps, in their order."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING

from tasks.cut_chunks import ChunkLimits, cut_chunks
from tasks.errors import CallArchiveError, Quarantined
from tasks.facts import call_facts
from tasks.find_pii import find_pii
from tasks.prepare_audio import prepare_audio
from tasks.redact.render import render
from tasks.redact.rules import DETECTOR_VERSION, Rules
from tasks.redact_metadata import redact_text
from tasks.rows import FinishedCall
from tasks.sources.archive import Archive, local_copy
from tasks.speakers import name_speakers
from tasks.stitch import build_conversation, stitch
from tasks.transcribe import Transcriber, recipe_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tasks.audio.limits import AudioLimits
    from tasks.keys import Keyring
    from tasks.schemas import CallMetadata, Chunk, PreparedAudio, Recording, State, Transcript, Word

_ONE_VOICE_A_CHANNEL = frozenset({"two_speakers", "dead_leg", "bleed", "multichannel"})


class StageFailed(CallArchiveError):
    """A recording did not get through a step; says which, and how the ledger should name it."""

    def __init__(self, stage: str, reason: str, state: State) -> None:
        """Keep what the ledger needs."""
        super().__init__(reason)
        self.stage, self.reason, self.state = stage, reason, state


@dataclass(frozen=True, slots=True)
class Job:
    """One recording to work on, and the ids it will have."""

    recording: Recording
    call_id: str
    source_uri_masked: str


@dataclass(frozen=True, slots=True)
class Tools:
    """What every recording of a night is worked on with."""

    archive: Archive
    limits: AudioLimits
    transcriber: Transcriber
    rules: Rules
    keyring: Keyring
    low_confidence: float
    run_id: str


async def finish_call(job: Job, tools: Tools) -> FinishedCall:
    """Everything the lake will hold about a recording; nothing in it was not redacted.

    Raises:
        StageFailed: a step did not succeed; nothing of the call may land.
    """
    with _stage("prepare_audio"):
        audio = await asyncio.to_thread(_prepare, job.recording, tools)
    with _stage("cut_chunks"):
        chunks = await asyncio.to_thread(_cut, audio, tools)
    with _stage("transcribe"):
        transcripts, usage = await tools.transcriber.transcribe(chunks)
    with _stage("stitch"):
        words = _words_by_channel(audio, chunks, transcripts)
        apart = audio.verdict in _ONE_VOICE_A_CHANNEL
        speakers = name_speakers(words, job.recording.metadata.channels, apart=apart)
        conversation = build_conversation(speakers.named(words))
    with _stage("find_pii"):
        findings = await asyncio.to_thread(find_pii, conversation, tools.rules)
    with _stage("redact"):
        redacted = render(conversation, findings)
        metadata = _redacted(job.recording.metadata, tools.rules)
    engine, options = tools.transcriber.engine, tools.transcriber.options
    return FinishedCall(
        call_id=job.call_id,
        recording=job.recording,
        source_uri_masked=job.source_uri_masked,
        metadata=metadata,
        customer_key=_customer_key(job.recording.metadata, tools.keyring),
        audio=audio,
        speakers=speakers,
        conversation=redacted,
        findings=findings,
        facts=call_facts(redacted, audio.duration_ms, tools.low_confidence),
        usage=usage,
        engine=engine.NAME,
        model=options.model,
        language=next((heard.language for heard in transcripts if heard.language), None),
        recipe_id=recipe_id(engine.NAME, options, tools.rules.hash, version("callarchive")),
        rejected_segments=sum(heard.rejected_segments for heard in transcripts),
        detector_version=DETECTOR_VERSION,
        run_id=tools.run_id,
        landed_at=datetime.now(UTC),
    )


@contextmanager
def _stage(name: str) -> Iterator[None]:
    """Turn whatever goes wrong inside into a reason for the ledger.

    Unexpected errors give their kind only: their messages may quote what was said.
    """
    try:
        yield
    except Quarantined as error:
        raise StageFailed(name, str(error), "quarantined") from None
    except CallArchiveError as error:
        raise StageFailed(name, str(error), "failed") from None
    except MemoryError:
        raise StageFailed(name, "out of memory; lower CALLARCHIVE_RECORDINGS_AT_ONCE", "failed") from None
    except Exception as error:  # noqa: BLE001  (the night goes on; the ledger keeps the kind of error)
        raise StageFailed(name, f"unexpected {type(error).__name__} in {name}", "failed") from None


def _prepare(recording: Recording, tools: Tools) -> PreparedAudio:
    with local_copy(tools.archive, recording.uri) as path:
        return prepare_audio(path, tools.limits)


def _cut(audio: PreparedAudio, tools: Tools) -> list[Chunk]:
    capabilities = tools.transcriber.engine.CAPABILITIES.of(tools.transcriber.options.model)
    limits = ChunkLimits(target_s=capabilities.chunk_target_s, max_s=capabilities.chunk_max_s)
    return [chunk for track in audio.tracks for chunk in cut_chunks(track, limits)]


def _words_by_channel(
    audio: PreparedAudio, chunks: Sequence[Chunk], transcripts: Sequence[Transcript]
) -> dict[int, list[Word]]:
    by_channel: dict[int, list[Word]] = {}
    for track in audio.tracks:
        places = [place for place, chunk in enumerate(chunks) if chunk.channel == track.channel]
        by_channel[track.channel] = stitch(
            [chunks[place] for place in places], [transcripts[place] for place in places]
        )
    return by_channel


def _redacted(metadata: CallMetadata, rules: Rules) -> dict[str, str]:
    return {redact_text(key, rules): redact_text(value, rules) for key, value in metadata.extra.items()}


def _customer_key(metadata: CallMetadata, keyring: Keyring) -> str | None:
    return keyring.pseudonym("customer", metadata.customer_id) if metadata.customer_id else None
