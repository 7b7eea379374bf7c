"""From a recording's file to tracks ready to transcribe: probe, decode once, judge the channels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tasks.audio.channels import judge_channels
from tasks.audio.decode import Decoded, decode
from tasks.audio.limits import AudioLimits
from tasks.audio.probe import Probe, probe
from tasks.errors import Quarantined
from tasks.schemas import PreparedAudio

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["AudioLimits", "prepare_audio"]

_SHORT_BY_S = 0.5
_SHORT_BY_SHARE = 0.01
"""Less missing than half a second or one percent is how encoders round, not a cut."""


def prepare_audio(path: Path, limits: AudioLimits | None = None) -> PreparedAudio:
    """The recording's channels as 16 kHz s16 tracks on its own clock, with the verdict on what they are.

    Raises Quarantined, with a reason for a person and what to do about it, for a file that is no sound,
    broken, empty, encrypted, over a cap, or cut off (unless `accept_truncated`).
    """
    limits = limits or AudioLimits()
    try:
        with path.open("rb") as sound:
            found = probe(sound, path.name, limits)
            decoded = decode(sound, path, found.kind, limits)
    except OSError as error:
        raise Quarantined(
            f"the file cannot be read ({error.strerror}): check that it is there and readable"
        ) from error
    notes = [*_truncation(found, decoded, limits), *_sound_notes(found, decoded)]
    channels = judge_channels(decoded.channels)
    return PreparedAudio(
        duration_ms=int(decoded.duration_s * 1000),
        channel_count=len(decoded.channels),
        verdict=channels.verdict,
        tracks=channels.tracks,
        speech_ms=channels.speech_ms,
        notes=(*notes, *channels.notes),
    )


def _truncation(found: Probe, decoded: Decoded, limits: AudioLimits) -> list[str]:
    promised_s, held_s = found.header.promised_s, decoded.duration_s
    if promised_s is None or promised_s - held_s <= max(_SHORT_BY_S, _SHORT_BY_SHARE * promised_s):
        return []
    what = f"truncated: the header promises {promised_s:.1f} s, the file holds {held_s:.1f} s"
    if limits.accept_truncated:
        return [what]
    raise Quarantined(
        f"{what}; export it again, or set CALLARCHIVE_ACCEPT_TRUNCATED=true to land what is there"
    )


def _sound_notes(found: Probe, decoded: Decoded) -> list[str]:
    notes = [found.header.note] if found.header.note else []
    if decoded.audio_streams > 1:
        notes.append(f"the file has {decoded.audio_streams} audio streams: the first was taken")
    if decoded.damaged_packets:
        notes.append(f"{decoded.damaged_packets} damaged packets could not be decoded")
    return notes
