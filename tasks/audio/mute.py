"""Silence or a tone in place of sound, block by block; what lies outside is not touched at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from tasks.audio.ffmpeg import Form

_TONE_HZ: Final = 1_000
_TONE_DBFS: Final = -20.0
_LOWEST_RATE_HZ: Final = 4 * _TONE_HZ
"""Below it there is no room for the tone."""


@dataclass(frozen=True, slots=True)
class CopyOrder:
    """Which spans of which channels to mute, in milliseconds, how, and in what form to keep the copy."""

    spans: Mapping[int, Sequence[tuple[int, int]]]
    fade_ms: int
    tone: bool = False
    form: Form = "flac"


def mute(block: NDArray[np.int32], at: int, rate_hz: int, bits: int, order: CopyOrder) -> None:
    """Mute a block in place: frames by channels, `at` being its first frame's number, samples of `bits` bits.

    A span begins by fading out and ends by fading in; between, samples are zero or nothing but the tone.
    """
    fade = max(1, order.fade_ms * rate_hz // 1000)
    for channel, spans in order.spans.items():
        for start_ms, end_ms in spans:
            start, end = start_ms * rate_hz // 1000, -(-end_ms * rate_hz // 1000)
            places = np.arange(max(start, at), min(end, at + len(block)))
            if not len(places):
                continue
            inside = block[places[0] - at : places[-1] + 1 - at, channel]
            from_edge = np.minimum(places - start + 1, end - places)
            gain = np.clip(1 - from_edge / fade, 0, 1)
            tone = _tone(places, rate_hz, bits) if order.tone else 0
            inside[:] = np.rint(inside * gain + tone * (1 - gain)).astype(np.int32)


def _tone(places: NDArray[np.int64], rate_hz: int, bits: int) -> NDArray[np.float64]:
    peak = 2 ** (bits - 1) * 10 ** (_TONE_DBFS / 20) if rate_hz >= _LOWEST_RATE_HZ else 0.0
    tone: NDArray[np.float64] = peak * np.sin(2 * np.pi * _TONE_HZ / rate_hz * places)
    return tone
