"""How loud a redacted copy is over time, channel by channel: what a waveform is drawn from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tasks.audio.child import confined
from tasks.audio.decode import SAMPLE_BYTES, refuse_failure
from tasks.audio.ffmpeg import decode_command, find_ffmpeg
from tasks.audio.probe import probe
from tasks.audio.wav_stream import read_wav_start
from tasks.schemas import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from tasks.audio.limits import AudioLimits

STEP_MS: Final = 20
_STEP: Final = SAMPLE_RATE_HZ * STEP_MS // 1000
_BLOCK_STEPS: Final = 500
_LOUDEST: Final = 1 << 15


@dataclass(frozen=True, slots=True)
class Peaks:
    """The loudest sample of every 20 ms, channels by steps, from 0 (silence) to 255 (full scale)."""

    steps: NDArray[np.uint8]

    @property
    def duration_ms(self) -> int:
        """How much sound there is, rounded up to a step."""
        return int(self.steps.shape[1]) * STEP_MS

    def between(self, start_ms: int, end_ms: int, columns: int) -> list[list[int]]:
        """For each channel so many peaks, or fewer where a column would be shorter than a step.

        What lies beyond the sound is silence.
        """
        first, last = start_ms // STEP_MS, max(-(-end_ms // STEP_MS), start_ms // STEP_MS + 1)
        there = self.steps[:, max(first, 0) : max(last, 0)]
        asked = np.zeros((len(self.steps), last - first), np.uint8)
        at = max(-first, 0)
        asked[:, at : at + there.shape[1]] = there
        edges = np.linspace(0, last - first, min(columns, last - first), endpoint=False).astype(int)
        drawn: list[list[int]] = np.maximum.reduceat(asked, edges, axis=1).tolist()
        return drawn


def peaks_of(path: Path, limits: AudioLimits) -> Peaks:
    """The peaks of a sound file, decoded as it is read: no more than a block of it is in memory.

    Raises:
        Quarantined: it cannot be decoded.
    """
    with path.open("rb") as sound:
        kind = probe(sound, path.name, limits).kind
        command = decode_command(find_ffmpeg(limits.ffmpeg), kind, path, "|")
        blocks: list[NDArray[np.uint8]] = []
        with confined(command, sound, limits) as decoder:
            channels = read_wav_start(decoder.stdout).channel_count
            size = _BLOCK_STEPS * _STEP * channels * SAMPLE_BYTES
            while channels and (block := decoder.stdout.read(size)):
                blocks.append(_loudest(block, channels))
    refuse_failure(decoder, limits, held=bool(blocks))
    return Peaks(np.concatenate(blocks, axis=1))


def _loudest(block: bytes, channels: int) -> NDArray[np.uint8]:
    whole = len(block) // (channels * SAMPLE_BYTES) * channels
    samples = np.frombuffer(block, "<i2", whole).astype(np.int32).reshape(-1, channels)
    padded = np.pad(np.abs(samples), ((0, -len(samples) % _STEP), (0, 0)))
    loudest = padded.reshape(-1, _STEP, channels).max(axis=1)
    scaled: NDArray[np.uint8] = (-(-loudest * 255 // _LOUDEST)).astype(np.uint8)
    return scaled.T
