"""A recording's way from its file to a conversation: everything before redaction, all of it in memory."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from flows.stages import stage
from tasks.cut_chunks import ChunkLimits, cut_chunks, cut_together
from tasks.prepare_audio import prepare_audio
from tasks.schemas import Bundle, Chunk, Link, Piece
from tasks.sources.archive import Archive, local_copy
from tasks.speakers import Speakers, name_speakers
from tasks.stitch import build_conversation, stitch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tasks.audio.limits import AudioLimits
    from tasks.engines.ready import ReadyEngine
    from tasks.schemas import Conversation, Heard, PreparedAudio, Recording, Usage, Word
    from tasks.transcribe import Transcriber

ONE_VOICE_A_CHANNEL: Final = frozenset({"two_speakers", "dead_leg", "bleed", "multichannel"})
_NOTHING_SHARED: Final = frozenset({"two_speakers", "multichannel"})
"""Verdicts under which no channel repeats another: only then may an engine be given all of them at once."""

_WHOLE_CALL_S: Final = 4 * 3600.0


@dataclass(frozen=True, slots=True)
class HeardCall:
    """What was heard in a recording, not redacted: never kept, logged or landed as it is."""

    audio: PreparedAudio
    heard: Sequence[Heard]
    speakers: Speakers
    conversation: Conversation
    engine: str | None
    """The engine, and its model, that most of the sound was heard by; None where nobody speaks."""
    model: str | None
    language: str | None


async def hear(
    recording: Recording,
    archive: Archive,
    limits: AudioLimits,
    transcriber: Transcriber,
    usage: list[Usage],
) -> HeardCall:
    """Decode, cut, transcribe, stitch. `usage` grows by every request, also when a stage fails.

    Raises:
        StageFailed: a stage did not succeed.
    """
    with stage("prepare_audio"):
        audio = await asyncio.to_thread(prepare, recording, archive, limits)
    apart = audio.verdict in ONE_VOICE_A_CHANNEL
    with stage("cut_chunks"):
        valid_s = transcriber.link_valid_s
        if valid_s is None or audio.verdict == "bleed":  # copies must be cut out, so it is sent
            bundles = await asyncio.to_thread(cut, audio, transcriber.engines[0])
        else:
            url = await asyncio.to_thread(archive.link, recording.uri, valid_s)
            bundles = linked(audio, url)
    with stage("transcribe"):
        heard = await transcriber.transcribe(bundles, usage, voices_apart=apart, sha256=recording.sha256)
    with stage("stitch"):
        words = _words_by_channel(audio, heard, labels_hold=len(bundles) == 1)
        speakers = name_speakers(words, recording.metadata.channels, apart=apart)
        conversation = build_conversation(speakers.named(words))
    engine, model = _mostly(heard)
    language = next((one.transcript.language for one in heard if one.transcript.language), None)
    return HeardCall(audio, heard, speakers, conversation, engine, model, language)


def prepare(recording: Recording, archive: Archive, limits: AudioLimits) -> PreparedAudio:
    """The recording's sound, decoded and judged; raises Quarantined."""
    with local_copy(archive, recording.uri) as path:
        return prepare_audio(path, limits)


def cut(audio: PreparedAudio, ready: ReadyEngine) -> list[Bundle]:
    """What goes to an engine, as its capabilities have it.

    All channels together where it bills the file once; each for itself where it bills channels or takes one;
    the whole of a channel that several people share where it is to tell them apart.
    """
    capabilities = ready.capabilities
    limits = ChunkLimits(target_s=capabilities.chunk_target_s, max_s=capabilities.chunk_max_s)
    if audio.verdict not in ONE_VOICE_A_CHANNEL and ready.options.diarization:
        whole_s = min(capabilities.request_max_s or _WHOLE_CALL_S, _WHOLE_CALL_S)
        limits = ChunkLimits(target_s=whole_s, max_s=whole_s)
    fits = len(audio.tracks) <= capabilities.channels_per_request
    if ready.bills_once and fits and audio.verdict in _NOTHING_SHARED:
        return cut_together(audio.tracks, limits)
    return [Bundle((chunk,)) for track in audio.tracks for chunk in cut_chunks(track, limits)]


def linked(audio: PreparedAudio, url: str) -> list[Bundle]:
    """The whole recording by its address, in one request."""
    parts = tuple(
        Chunk(track.channel, 0, (Piece(0, len(track.pcm) // 2),), track.pcm) for track in audio.tracks
    )
    return [Bundle(parts, Link(url, audio.channel_count))] if parts else []


def _words_by_channel(
    audio: PreparedAudio, heard: Sequence[Heard], *, labels_hold: bool
) -> dict[int, list[Word]]:
    """Speakers' labels are numbered anew in every request, so they hold only where there was one."""
    by_channel: dict[int, list[Word]] = {}
    for track in audio.tracks:
        own = [one for one in heard if one.chunk.channel == track.channel]
        words = stitch([one.chunk for one in own], [one.transcript for one in own])
        by_channel[track.channel] = words if labels_hold else [replace(word, speaker=None) for word in words]
    return by_channel


def _mostly(heard: Sequence[Heard]) -> tuple[str | None, str | None]:
    lengths: Counter[tuple[str, str]] = Counter()
    for one in heard:
        lengths[one.engine, one.model] += len(one.chunk.pcm)
    return max(lengths, key=lambda pair: lengths[pair], default=(None, None))
