"""What the channels of a recording are, judged from the sound, and what of them to send."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tasks.audio.bleed import without_copies
from tasks.audio.dead_leg import what_it_holds
from tasks.audio.speech import find_speech, measure, speech_length_ms
from tasks.audio.twins import better, compare_tracks, is_twin, twin_note, without_repeats
from tasks.schemas import Track, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

_LEAST_SPEECH_MS = 150
"""A channel with less speech than one short word is taken for one without."""


@dataclass(frozen=True, slots=True)
class Channels:
    """The verdict, the tracks to send with their speech, and what a person should know."""

    verdict: Verdict
    tracks: tuple[Track, ...]
    speech_ms: dict[int, int]
    notes: tuple[str, ...] = ()


def judge_channels(channels: Sequence[bytes]) -> Channels:
    """Which channels hold speech of their own: about 7 s of CPU for an hour of stereo, most of it the VAD."""
    tracks = [_listen(number, pcm) for number, pcm in enumerate(channels)]
    speech_ms = {track.channel: speech_length_ms(track.speech or ()) for track in tracks}
    spoken = [track for track in tracks if speech_ms[track.channel] >= _LEAST_SPEECH_MS]
    if not spoken:
        return Channels("silent", (), speech_ms, ("nobody speaks in this recording",))
    if len(tracks) == 1:
        return Channels("mono", tuple(spoken), speech_ms)
    silent_notes = tuple(_silent_note(track) for track in tracks if track not in spoken)
    if len(tracks) > 2:
        kept, notes = without_repeats(spoken)
        return Channels("multichannel", tuple(kept), speech_ms, silent_notes + notes)
    if len(spoken) == 1:
        return Channels("dead_leg", tuple(spoken), speech_ms, silent_notes)
    verdict, pair, notes = _judge_pair(spoken[0], spoken[1])
    return Channels(verdict, tuple(pair), speech_ms, notes)


def _listen(number: int, pcm: bytes) -> Track:
    return Track(number, pcm, find_speech(measure(pcm)))


def _silent_note(track: Track) -> str:
    return f"channel {track.channel} has no speech ({what_it_holds(track.pcm)}): not sent"


def _judge_pair(one: Track, other: Track) -> tuple[Verdict, Sequence[Track], tuple[str, ...]]:
    likeness = compare_tracks(one, other)
    if likeness is None:
        return "two_speakers", (one, other), ()
    if is_twin(likeness):
        kept = better(one, other, likeness)
        return "dual_mono", (kept,), (twin_note(one, other, kept),)
    cleaned, note = without_copies((one, other), likeness)
    if note is None:
        return "two_speakers", (one, other), ()
    return "bleed", cleaned, (note,)
