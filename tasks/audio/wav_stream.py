"""The beginning of WAV sound that comes through a pipe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO


@dataclass(frozen=True, slots=True)
class WavStart:
    """What stands before the first sample."""

    header: bytes
    channel_count: int
    """0 when there is no sound."""
    rate_hz: int


def read_wav_start(stream: IO[bytes]) -> WavStart:
    """Read a WAV header, up to the first sample."""
    header = stream.read(12)
    channel_count = rate_hz = 0
    while len(head := stream.read(8)) == 8:
        header += head
        if head.startswith(b"data"):
            break
        body = stream.read(int.from_bytes(head[4:], "little"))
        header += body
        if head.startswith(b"fmt "):
            channel_count = int.from_bytes(body[2:4], "little")
            rate_hz = int.from_bytes(body[4:8], "little")
    return WavStart(header, channel_count, rate_hz)
