"""One recording after another, each heard by every engine, compared and booked."""

from __future__ import annotations

import asyncio
from itertools import chain
from typing import TYPE_CHECKING, Final

from flows.hear import hear
from flows.progress import watcher
from flows.stages import StageFailed, stage
from tasks.compare.hypothesis import Hypothesis, Sound, requests_of
from tasks.find_pii import find_pii
from tasks.lake.books import payments_booked, settled
from tasks.land import Landing, land
from tasks.rows import usage_rows
from tasks.schemas import SAMPLE_RATE_HZ, Piece

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flows.bake_off import BakeOff, Entry
    from flows.contenders import Entrant
    from flows.hear import HeardCall
    from tasks.intervals import Interval
    from tasks.schemas import CallMetadata, PreparedAudio, Track, Usage

_BOTH_ON_ONE: Final = frozenset({"mono", "dual_mono"})
"""Verdicts under which one track holds all parties."""
_NO_SOUND: Final = Sound(0, 0, mixed=False, speech={})


async def hear_all(bake_off: BakeOff, entries: Sequence[Entry]) -> None:
    """Count the recordings into the comparison, and put what was paid on the books.

    Recordings come one after another, and engines of this machine too, so that waiting times mean something.
    """
    paid = [await _hear(bake_off, entry) for entry in entries]
    booked = payments_booked(bake_off.connection, chain.from_iterable(paid))
    expenses = [
        row
        for entry, usage in zip(entries, settled(paid, booked), strict=True)
        for row in usage_rows(entry.job.call_id, entry.job.recording, bake_off.comparison_id, usage)
    ]
    land(bake_off.connection, bake_off.lake, Landing(calls=[], others=[], sightings=[], expenses=expenses))
    for entrant in bake_off.entrants:
        await entrant.transcriber.forget_at_vendors()


async def _hear(bake_off: BakeOff, entry: Entry) -> list[Usage]:
    """Add a recording to the comparison; what it took, as far as anybody was paid."""
    heard: dict[str, Hypothesis] = {}
    failed: dict[str, str] = {}
    paid: list[Usage] = []
    sound = _NO_SOUND
    for group in _groups(bake_off.entrants):
        tried = await asyncio.gather(*(_attempt(bake_off, entry, entrant) for entrant in group))
        for entrant, (ended, usage) in zip(group, tried, strict=True):
            watcher().done()
            paid += [] if entrant.played else usage
            bake_off.counts["from_store"] += sum(one.cache_hit for one in usage)
            name = entrant.contender.name
            if not isinstance(ended, StageFailed):
                sound, heard[name] = ended
            elif ended.state == "quarantined":
                bake_off.counts["quarantined"] += 1
                return paid
            else:
                failed[name] = ended.reason
    bake_off.comparison.add(sound, entry.reference, heard, failed)
    return paid


def _groups(entrants: Sequence[Entrant]) -> list[list[Entrant]]:
    """Engines that may hear side by side: those that are somewhere else."""
    elsewhere = [one for one in entrants if not (one.played or one.contender.capabilities.runs_here)]
    here = [[one] for one in entrants if one not in elsewhere]
    return [elsewhere, *here] if elsewhere else here


async def _attempt(
    bake_off: BakeOff, entry: Entry, entrant: Entrant
) -> tuple[tuple[Sound, Hypothesis] | StageFailed, list[Usage]]:
    usage: list[Usage] = []
    recording = entry.job.recording
    try:
        call = await hear(recording, bake_off.archive, bake_off.limits, entrant.transcriber, usage)
        redacted = await _redacted(bake_off, entry, call)
    except StageFailed as failure:
        return failure, usage
    requests = requests_of(_own(usage, entrant), timed=not entrant.played)
    hypothesis = Hypothesis(call.conversation.words, requests, redacted)
    return (_sound(call.audio, recording.metadata), hypothesis), usage


async def _redacted(bake_off: BakeOff, entry: Entry, call: HeardCall) -> frozenset[int] | None:
    """The places of the words that redaction takes out; None where nothing says what it should."""
    if entry.reference is None or not entry.reference.labelled:
        return None
    with stage("find_pii"):
        findings = await asyncio.to_thread(find_pii, call.conversation, bake_off.rules)
    taken_out = (one for one in findings if one.tier != "review")
    return frozenset(word for one in taken_out for word in range(one.start_word, one.end_word))


def _own(usage: Sequence[Usage], entrant: Entrant) -> list[Usage]:
    """An engine's own requests: another may have been asked for word times."""
    who = entrant.contender.engine, entrant.contender.model
    return [one for one in usage if (one.engine, one.model) == who]


def _sound(audio: PreparedAudio, metadata: CallMetadata) -> Sound:
    return Sound(
        duration_ms=audio.duration_ms,
        channel_count=audio.channel_count,
        mixed=audio.channel_count == 1 or audio.verdict in _BOTH_ON_ONE,
        speech={track.channel: tuple(_speech(track)) for track in audio.tracks},
        stated_speakers=metadata.channels,
    )


def _speech(track: Track) -> list[Interval]:
    pieces = (Piece(0, len(track.pcm) // 2),) if track.speech is None else track.speech
    per_ms = SAMPLE_RATE_HZ // 1000
    return [(piece.start // per_ms, piece.end // per_ms) for piece in pieces]
