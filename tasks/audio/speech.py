"""Where somebody speaks in a track: Silero VAD tuned for telephones, and a net for what it misses."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from tasks.audio.levels import FLOOR_DBFS, FRAME, frame_levels, samples_of
from tasks.schemas import SAMPLE_RATE_HZ, Piece

if TYPE_CHECKING:
    from numpy.typing import NDArray

_WINDOW_FRAMES = 8_000
_WARM_UP_FRAMES = 96
"""The detector remembers: inside a stretch a window begins three seconds early, and those are thrown away."""

_IDLE_PERCENTILE = 2
_ABOVE_IDLE_DB = 6.0
_IDLE_FRAMES = 48
"""A line that idles longer than this (1.5 s) is not asked about, but for half of it on either side.

On 38 telephone tracks that is a fifth of the detector's work; 0.3% of the speech frames come out other
than with all of it asked, and more are gained than lost.
"""


@dataclass(frozen=True, slots=True)
class SpeechRules:
    """When a frame counts as speech. Tuned on telephone calls so that no word is lost."""

    start_probability: float = 0.30
    """Microphone default is 0.5; quiet telephone speech stays under that."""
    end_probability: float = 0.15
    faint_probability: float = 0.10
    """A loud stretch needs this once to be kept: clicks, breath and ringing stay below it."""
    loud_above_floor_db: float = 15.0
    loud_below_speech_db: float = 15.0
    shortest_loud_ms: int = 90
    join_ms: int = 300
    """Regions closer than this are one."""


@dataclass(frozen=True)
class TrackSound:
    """One track measured frame by frame (32 ms): loudness in dBFS and probability of speech."""

    levels: NDArray[np.float32]
    probabilities: NDArray[np.float32]
    length: int
    """Samples in the track: its last frame may be short."""

    @cached_property
    def floor_dbfs(self) -> float:
        """The line's idle level: a low percentile of the frames that are not digital silence."""
        alive = self.levels[self.levels > FLOOR_DBFS + 1]
        return float(np.percentile(alive, 15)) if len(alive) else FLOOR_DBFS

    @cached_property
    def speech_dbfs(self) -> float | None:
        """The level of clear speech (its 80th percentile), None when there is none."""
        clear = self.levels[self.probabilities >= 0.5]
        return float(np.percentile(clear, 80)) if len(clear) >= 10 else None


def measure(pcm: bytes) -> TrackSound:
    """Loudness and speech probability of every frame of a 16 kHz s16 track."""
    levels = frame_levels(pcm)
    return TrackSound(levels, speech_probabilities(pcm, levels), len(pcm) // 2)


def speech_probabilities(pcm: bytes, levels: NDArray[np.float32]) -> NDArray[np.float32]:
    """Silero's probability of speech per 32 ms frame; 0 where the line idles, which is not asked about.

    Four minutes at a time, so that an hour needs no float copy of 230 MB.
    """
    samples = samples_of(pcm)
    probabilities = np.zeros(len(levels), np.float32)
    for begin, end in _stretches(levels):
        for start in range(begin, end, _WINDOW_FRAMES):
            stop, warm = min(start + _WINDOW_FRAMES, end), max(start - _WARM_UP_FRAMES, begin)
            answer = _ask_silero(samples[warm * FRAME : (stop + 1) * FRAME])
            probabilities[start:stop] = answer[start - warm :][: stop - start]
    return probabilities


def find_speech(sound: TrackSound, rules: SpeechRules | None = None) -> tuple[Piece, ...]:
    """Stretches with speech in samples, unpadded, in order, at least `join_ms` apart."""
    rules = rules or SpeechRules()
    spoken = _hysteresis(sound.probabilities, rules) | _loud_and_faint(sound, rules)
    gap = rules.join_ms * SAMPLE_RATE_HZ // 1000 // FRAME
    runs = _joined(_runs(spoken), gap)
    return tuple(Piece(start * FRAME, min(end * FRAME, sound.length)) for start, end in runs)


def speech_length_ms(pieces: tuple[Piece, ...]) -> int:
    """How long these stretches are together, milliseconds."""
    return sum(piece.end - piece.start for piece in pieces) * 1000 // SAMPLE_RATE_HZ


def _stretches(levels: NDArray[np.float32]) -> list[tuple[int, int]]:
    """Where the line does more than idle, with the idling around it (and all of it where it never rests)."""
    alive = levels[levels > FLOOR_DBFS + 1]
    if not len(alive):
        return []
    idle_dbfs = float(np.percentile(alive, _IDLE_PERCENTILE))
    busy = _joined(_runs(levels > idle_dbfs + _ABOVE_IDLE_DB), _IDLE_FRAMES)
    around = _IDLE_FRAMES // 2
    return _joined([(max(start - around, 0), min(end + around, len(levels))) for start, end in busy], 1)


def _ask_silero(window: NDArray[np.int16]) -> NDArray[np.float32]:
    frames = -(-len(window) // FRAME)
    audio = np.zeros(frames * FRAME, np.float32)
    audio[: len(window)] = window
    audio /= 32_768.0
    answer: NDArray[np.float32] = np.asarray(_silero()(audio), np.float32).reshape(-1)
    return answer


def _silero() -> Any:
    from faster_whisper.vad import get_vad_model  # noqa: PLC0415  (a third of a second; only where sound is)

    return get_vad_model()


def _hysteresis(probabilities: NDArray[np.float32], rules: SpeechRules) -> NDArray[np.bool_]:
    """Speech begins at the start threshold and lasts while the end threshold is held, in both directions."""
    spoken = np.zeros(len(probabilities), np.bool_)
    for start, end in _runs(probabilities >= rules.end_probability):
        spoken[start:end] = bool(np.max(probabilities[start:end]) >= rules.start_probability)
    return spoken


def _loud_and_faint(sound: TrackSound, rules: SpeechRules) -> NDArray[np.bool_]:
    """Stretches as loud as speech where the detector had at least a suspicion."""
    threshold = sound.floor_dbfs + rules.loud_above_floor_db
    if sound.speech_dbfs is not None:
        threshold = max(threshold, sound.speech_dbfs - rules.loud_below_speech_db)
    kept = np.zeros(len(sound.levels), np.bool_)
    shortest = -(-rules.shortest_loud_ms * SAMPLE_RATE_HZ // 1000 // FRAME)
    for start, end in _joined(_runs(sound.levels >= threshold), 2):
        suspicion = np.max(sound.probabilities[start:end])
        kept[start:end] = bool(end - start >= shortest and suspicion >= rules.faint_probability)
    return kept


def _runs(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False]))))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _joined(runs: list[tuple[int, int]], gap: int) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in runs:
        if joined and start - joined[-1][1] < gap:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined
