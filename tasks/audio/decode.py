"""Decode a recording once, in a confined child, into one 16 kHz s16 track per channel."""

from __future__ import annotations

import secrets
import warnings
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO

from tasks.audio import banner
from tasks.audio.child import Child, confined
from tasks.audio.ffmpeg import decode_command, find_ffmpeg
from tasks.audio.probe import too_long
from tasks.audio.wav_stream import read_wav_start
from tasks.errors import Quarantined
from tasks.schemas import SAMPLE_RATE_HZ

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # pydub warns that no ffmpeg is on PATH; it is not the one that decodes
    from pydub import AudioSegment

if TYPE_CHECKING:
    from pathlib import Path

    from tasks.audio.limits import AudioLimits
    from tasks.audio.sniff import Sniff

SAMPLE_BYTES = 2
_BLOCK_FRAMES = 1 << 17
_KEEPS_OFFSET = {"mov", "matroska"}
"""Where the first timestamp is a place on the recording's clock; elsewhere it is an encoder's delay."""
_MOST_OFFSET_S = 60.0
"""A later first timestamp is a stream's running clock (a segment of a live stream), not silence."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """The sound of a recording, channel by channel, and what decoding it showed."""

    channels: tuple[bytes, ...]
    codec: str | None
    audio_streams: int
    damaged_packets: int

    @property
    def duration_s(self) -> float:
        """Length of every channel, seconds."""
        return len(self.channels[0]) / SAMPLE_BYTES / SAMPLE_RATE_HZ


def decode(sound: BinaryIO, path: Path, kind: Sniff, limits: AudioLimits) -> Decoded:
    """Every channel of the first audio stream on the recording's clock; raises Quarantined with a reason."""
    separator = f"|{secrets.token_hex(8)}|"
    command = decode_command(find_ffmpeg(limits.ffmpeg), kind, path, separator)
    with confined(command, sound, limits) as child:
        sinks = _read(child, limits)
    refuse_failure(child, limits, held=any(sink.tell() for sink in sinks))
    streams = banner.input_streams(child.log, separator)
    codecs = [stream.codec for stream in streams if stream.kind == "Audio"]
    silence = bytes(round(leading_silence_s(kind, streams) * SAMPLE_RATE_HZ) * SAMPLE_BYTES)
    channels = tuple(silence + sink.getvalue() if silence else sink.getvalue() for sink in sinks)
    return Decoded(channels, codecs[0] if codecs else None, len(codecs), child.damaged)


def _read(child: Child, limits: AudioLimits) -> list[BytesIO]:
    """Take the decoder's output in blocks, so that it is in memory once and not twice."""
    channel_count = read_wav_start(child.stdout).channel_count
    if channel_count > limits.max_channels:
        raise Quarantined(f"{channel_count} channels are over the cap of {limits.max_channels}: export fewer")
    sinks = [BytesIO() for _ in range(channel_count)]
    frame = SAMPLE_BYTES * max(channel_count, 1)
    left = min(int(limits.max_duration_s * SAMPLE_RATE_HZ) * frame, limits.max_pcm_bytes)
    while sinks and (block := child.stdout.read(_BLOCK_FRAMES * frame)):
        left -= len(block)
        if left < 0:
            raise Quarantined(_too_much(limits, channel_count))
        _split(block[: len(block) // frame * frame], sinks)
    return sinks


def _too_much(limits: AudioLimits, channel_count: int) -> str:
    if limits.max_duration_s * SAMPLE_RATE_HZ * SAMPLE_BYTES * channel_count <= limits.max_pcm_bytes:
        return too_long(limits)
    gib = limits.max_pcm_bytes / 1024**3
    return (
        f"its {channel_count} channels decode to more than {gib:.3g} GiB: split it, or export fewer channels"
    )


def _split(block: bytes, sinks: list[BytesIO]) -> None:
    segment = AudioSegment(
        data=block, sample_width=SAMPLE_BYTES, frame_rate=SAMPLE_RATE_HZ, channels=len(sinks)
    )
    for sink, mono in zip(sinks, segment.split_to_mono(), strict=True):
        sink.write(mono.raw_data)


def refuse_failure(child: Child, limits: AudioLimits, *, held: bool) -> None:
    """Raises Quarantined for a decoder that failed, ran out of time, or gave no sound."""
    if child.timed_out:
        raise Quarantined(
            f"decoding took longer than {limits.decode_timeout_s:g} s: export it again as WAV, "
            "or raise CALLARCHIVE_DECODE_TIMEOUT_S"
        )
    if child.returncode != 0:
        raise Quarantined(f"it could not be decoded: {banner.reason(child.log)}")
    if not held:
        raise Quarantined("no sound could be found in it (zero length, or broken): export it again")


def leading_silence_s(kind: Sniff, streams: list[banner.Stream]) -> float:
    """What lies before the first sample on the recording's clock, seconds."""
    if kind.demuxer not in _KEEPS_OFFSET or not streams:
        return 0.0
    start_s = min(stream.start_s for stream in streams)
    return start_s if start_s <= _MOST_OFFSET_S else 0.0
