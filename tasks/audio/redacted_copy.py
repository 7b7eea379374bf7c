"""A recording's sound once more, with stretches muted: decoded, muted and encoded block by block."""

from __future__ import annotations

import secrets
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final

import numpy as np

from tasks.audio import banner
from tasks.audio.child import Child, confined
from tasks.audio.decode import leading_silence_s, refuse_failure
from tasks.audio.ffmpeg import decode_as_is_command, encode_command, find_ffmpeg
from tasks.audio.flac_info import FlacInfo
from tasks.audio.mute import mute
from tasks.audio.probe import probe
from tasks.audio.wav_stream import WavStart, read_wav_start
from tasks.errors import CheckFailed, SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from tasks.audio.limits import AudioLimits
    from tasks.audio.mute import CopyOrder

_BLOCK_FRAMES: Final = 1 << 16
_SAMPLE_BYTES: Final = 4
_MOST_FLAC_CHANNELS: Final = 8
_BLOCK_BYTES: Final = 1 << 18
_BANNER_S: Final = 2.0
_LARGEST: Final = np.iinfo(np.int32).max


@dataclass(frozen=True, slots=True)
class _Source:
    """A decoder that has begun: what it decodes, and how much silence lies before its first sample."""

    child: Child
    start: WavStart
    bits: int
    silent_frames: int


def write_redacted_copy(
    sound: BinaryIO, path: Path, order: CopyOrder, limits: AudioLimits, target: BinaryIO
) -> None:
    """Write the sound of an open recording to `target`, muted, at its own rate and layout, without any tag.

    As FLAC everything outside the spans stays as it was, sample by sample (floating-point PCM to 24 bits).
    Nothing but the muted copy is written anywhere.

    Raises:
        Quarantined: the recording cannot be decoded.
        SettingsError: the form cannot hold so many channels.
        CheckFailed: a span names a channel that the sound does not have, or encoding failed.
    """
    kind = probe(sound, path.name, limits).kind
    separator = f"|{secrets.token_hex(8)}|"
    command = decode_as_is_command(find_ffmpeg(limits.ffmpeg), kind, path, separator)
    frames = 0
    with confined(command, sound, limits) as decoder:
        start = read_wav_start(decoder.stdout)
        if start.channel_count:
            streams = _banner(decoder, separator)
            silent = round(leading_silence_s(kind, streams) * start.rate_hz)
            bits = next(stream.bits for stream in streams if stream.kind == "Audio")
            source = _Source(decoder, start, bits, silent)
            frames = _encode(source, order, limits, target)
    refuse_failure(decoder, limits, held=frames > 0)


def _banner(decoder: Child, separator: str) -> list[banner.Stream]:
    """What the decoder says of its input. It says so before its first sample, but may be read later."""
    deadline = time.monotonic() + _BANNER_S
    while time.monotonic() < deadline and not any(line.startswith("Stream mapping:") for line in decoder.log):
        time.sleep(0.001)
    streams = banner.input_streams(decoder.log, separator)
    if not any(stream.kind == "Audio" for stream in streams):
        raise CheckFailed("the decoder does not say what it decodes; nothing of this call is landed")
    return streams


def _encode(source: _Source, order: CopyOrder, limits: AudioLimits, target: BinaryIO) -> int:
    """Everything through the muting and the encoder into the target; how many frames that was."""
    count = source.start.channel_count
    if order.form == "flac" and count > _MOST_FLAC_CHANNELS:
        raise SettingsError(
            f"FLAC does not hold {count} channels: set CALLARCHIVE_REDACTED_AUDIO to opus or none"
        )
    if any(spans and channel >= count for channel, spans in order.spans.items()):
        raise CheckFailed("something to mute lies on a channel that the sound does not have")
    command = encode_command(find_ffmpeg(limits.ffmpeg), order.form, source.bits, count)
    info = FlacInfo(source.bits)
    with confined(command, None, limits) as encoder, _taken(encoder, target):
        _feed(source, encoder, order, info)
    if encoder.returncode != 0:
        raise CheckFailed("the redacted sound could not be encoded; nothing of this call is landed")
    if order.form == "flac" and info.frames:
        info.write(target)
    return info.frames


@contextmanager
def _taken(encoder: Child, target: BinaryIO) -> Iterator[None]:
    """While inside, all that comes out of the encoder goes to the target."""
    problems: list[OSError] = []

    def take() -> None:
        while block := encoder.stdout.read(_BLOCK_BYTES):
            try:
                if not problems:
                    target.write(block)
            except OSError as error:  # a full disk; the encoder is read on, or it would wait for ever
                problems.append(error)

    taking = threading.Thread(target=take, daemon=True)
    taking.start()
    yield
    taking.join()
    if problems:
        raise CheckFailed(f"the redacted sound cannot be written: {problems[0].strerror}")


def _feed(source: _Source, encoder: Child, order: CopyOrder, info: FlacInfo) -> None:
    if encoder.stdin is None:  # pragma: no cover  (it was asked for)
        raise AssertionError
    with suppress(BrokenPipeError), encoder.stdin as pipe:  # the encoder's exit status tells why
        pipe.write(source.start.header)
        for block in _blocks(source):
            mute(block, info.frames, source.start.rate_hz, source.bits, order)
            info.add(block)
            pipe.write((block << (32 - source.bits)).astype("<i4").tobytes())


def _blocks(source: _Source) -> Iterator[NDArray[np.int32]]:
    """Frames by channels, samples as numbers of the recording's own width."""
    count, shift = source.start.channel_count, 32 - source.bits
    half, silent = (1 << shift) >> 1, source.silent_frames
    while silent > 0:
        yield np.zeros((min(silent, _BLOCK_FRAMES), count), np.int32)
        silent -= _BLOCK_FRAMES
    width = count * _SAMPLE_BYTES
    while block := source.child.stdout.read(_BLOCK_FRAMES * width):
        samples = np.frombuffer(block[: len(block) // width * width], "<i4").reshape(-1, count)
        yield (np.minimum(samples, _LARGEST - half) + half) >> shift
