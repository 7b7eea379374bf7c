"""Recognise sound that has no header but repeats: MPEG frames, AAC (ADTS) frames, GSM frames."""

from __future__ import annotations

_V1_KBPS = {
    3: (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    2: (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    1: (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
}
_V2_KBPS = {
    3: (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    2: (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    1: (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_V1_RATES_HZ = (44_100, 48_000, 32_000)
_GSM_FRAME_BYTES = 33
_LAYER_1 = 3
_LAYER_3 = 1
_MPEG_1 = 3


def mpeg_frame(head: bytes, at: int) -> tuple[int, int, int] | None:
    """(bytes, samples, rate in Hz) of the MPEG audio frame at `at`, or None (ISO 11172-3, 13818-3)."""
    if len(head) < at + 4 or head[at] != 0xFF or head[at + 1] & 0xE0 != 0xE0:
        return None
    version, layer = head[at + 1] >> 3 & 3, head[at + 1] >> 1 & 3
    bitrate, rate, padding = head[at + 2] >> 4, head[at + 2] >> 2 & 3, head[at + 2] >> 1 & 1
    if version == 1 or layer == 0 or rate == 3 or bitrate in {0, 15}:
        return None
    rate_hz = _V1_RATES_HZ[rate] >> {3: 0, 2: 1, 0: 2}[version]
    bits_per_s = 1000 * (_V1_KBPS if version == _MPEG_1 else _V2_KBPS)[layer][bitrate - 1]
    if layer == _LAYER_1:
        return (12 * bits_per_s // rate_hz + padding) * 4, 384, rate_hz
    samples = 576 if layer == _LAYER_3 and version != _MPEG_1 else 1152
    return samples // 8 * bits_per_s // rate_hz + padding, samples, rate_hz


def find_mpeg(head: bytes, in_a_row: int = 4) -> int | None:
    """Where a chain of MPEG audio frames begins in these bytes, or None."""
    at = head.find(b"\xff")
    while at >= 0:
        if _chained(head, at, in_a_row) == in_a_row:
            return at
        at = head.find(b"\xff", at + 1)
    return None


def is_mpeg(head: bytes) -> bool:
    """Whether these first bytes are MPEG audio: two frames in a row, or one that fills the file."""
    first = mpeg_frame(head, 0)
    return first is not None and (len(head) < first[0] + 4 or _chained(head, 0, 2) == 2)


def is_adts(head: bytes) -> bool:
    """Whether these first bytes are AAC in ADTS frames (ISO 13818-7)."""
    size = _adts_size(head, 0)
    return size is not None and (len(head) <= size + 7 or _adts_size(head, size) is not None)


def is_gsm(head: bytes) -> bool:
    """Whether every 33rd byte carries the GSM 06.10 signature nibble 0xD, over at least four frames."""
    starts = head[::_GSM_FRAME_BYTES]
    return len(head) >= 4 * _GSM_FRAME_BYTES and all(byte >> 4 == 0xD for byte in starts)


def _chained(head: bytes, at: int, wanted: int) -> int:
    """How many frames of one and the same kind follow each other here, up to `wanted`."""
    kind = head[at + 1 : at + 2]
    for found in range(wanted):
        frame = mpeg_frame(head, at)
        if frame is None or head[at + 1 : at + 2] != kind:
            return found
        at += frame[0]
    return wanted


def _adts_size(head: bytes, at: int) -> int | None:
    if len(head) < at + 7 or head[at] != 0xFF or head[at + 1] & 0xF6 != 0xF0:
        return None
    if head[at + 2] >> 2 & 15 > 12:
        return None
    size = (head[at + 3] & 3) << 11 | head[at + 4] << 3 | head[at + 5] >> 5
    return size if size >= 7 else None
