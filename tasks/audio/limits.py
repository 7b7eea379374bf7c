"""How much of a machine one recording may take, and what to do with one that was cut off."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path  # noqa: TC003  (a field's type, wanted at run time by settings)


@dataclass(frozen=True, slots=True)
class AudioLimits:
    """Caps for one recording; beyond any of them it is quarantined with a reason, never half landed."""

    max_duration_s: float = 4 * 3600.0
    max_size_bytes: int = 2 * 1024**3
    max_channels: int = 16
    max_pcm_bytes: int = 2 * 1024**3
    """Decoded sound held in memory, all channels together (a 4-hour stereo call is 0.9 GiB)."""
    decode_timeout_s: float = 600.0
    """Wall time, and CPU time, that decoding may take."""
    decoder_memory_bytes: int = 2 * 1024**3
    """Address space of the decoder; not enforced where the system has no such limit (macOS)."""
    accept_truncated: bool = False
    ffmpeg: Path | None = None
    """A system ffmpeg to use instead of the one that comes with imageio-ffmpeg."""
