"""How loud each turn of a call is: the sound of its words, not of the pauses between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tasks.audio.levels import FLOOR_DBFS, samples_of
from tasks.intervals import union
from tasks.schemas import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from tasks.schemas import Conversation, Track, Turn

_FULL_SCALE = 32_768.0


class Loudness(NamedTuple):
    """In dB below full scale (a full-scale sine has an RMS of -3 and a peak of 0); FLOOR_DBFS for silence."""

    rms_dbfs: float
    peak_dbfs: float


def turn_loudness(conversation: Conversation, tracks: Iterable[Track]) -> tuple[Loudness | None, ...]:
    """One for each turn; None where its words have no times or its channel no sound."""
    samples = {track.channel: samples_of(track.pcm) for track in tracks}
    return tuple(
        _loudness(conversation, turn, samples[turn.channel]) if turn.channel in samples else None
        for turn in conversation.turns
    )


def _loudness(conversation: Conversation, turn: Turn, samples: NDArray[np.int16]) -> Loudness | None:
    words = conversation.words[turn.first_word : turn.end_word]
    spans = union((word.start_ms, word.end_ms) for word in words if word.start_ms is not None and word.end_ms)
    per_ms = SAMPLE_RATE_HZ // 1000
    parts = [samples[max(0, start) * per_ms : end * per_ms] for start, end in spans]
    if not any(len(part) for part in parts):
        return None
    sound = np.concatenate(parts).astype(np.float32) / _FULL_SCALE
    return Loudness(_dbfs(float(np.sqrt(np.mean(np.square(sound))))), _dbfs(float(np.max(np.abs(sound)))))


def _dbfs(amplitude: float) -> float:
    return max(FLOOR_DBFS, 20 * float(np.log10(amplitude))) if amplitude > 0 else FLOOR_DBFS
