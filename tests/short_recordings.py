"""Seconds of the bundled calls as recordings of their own: real telephone speech in small files."""

from __future__ import annotations

import json
import os
import struct
from pathlib import Path
from typing import Any

SAMPLES = Path(__file__).parents[1] / "samples"
ARCHIVE = SAMPLES / "archive"
_RATE_HZ = 8_000


def seconds_of(call: str, start_s: float, length_s: float) -> bytes:
    """A stretch of a bundled mu-law stereo call as a WAV of its own."""
    content = (ARCHIVE / f"{call}.wav").read_bytes()
    data = content.index(b"data") + 8
    sound = content[data + int(start_s * _RATE_HZ) * 2 : data + int((start_s + length_s) * _RATE_HZ) * 2]
    return wav(sound, channels=2)


def wav(sound: bytes, *, channels: int, rate_hz: int = _RATE_HZ, claimed: int | None = None) -> bytes:
    """Mu-law sound with a WAV header, which may claim another length than it has."""
    size = len(sound) if claimed is None else claimed
    form = struct.pack("<HHIIHHH", 7, channels, rate_hz, rate_hz * channels, channels, 8, 0)
    return (
        b"RIFF"
        + struct.pack("<I", min(36 + size + 2, 0xFFFFFFFF))
        + b"WAVEfmt "
        + struct.pack("<I", len(form))
        + form
        + b"data"
        + struct.pack("<I", size)
        + sound
    )


def write_calls(folder: Path, count: int = 8, length_s: float = 5.0) -> list[Path]:
    """So many short two-sided calls, on different days, each with its sidecar."""
    calls = ("call-0001", "call-0002", "call-0005", "call-0007", "call-0008", "call-0016", "call-0018")
    paths = []
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        path = folder / f"short-{number}.wav"
        path.write_bytes(seconds_of(calls[number % len(calls)], 2 + number, length_s))
        write_sidecar(path, call_id=f"short-{number}", started_at=f"2026-03-{1 + number % 3:02}T09:00:00Z")
        os.utime(path, (1_700_000_000, 1_700_000_000))
        paths.append(path)
    return paths


def write_sidecar(recording: Path, **fields: Any) -> Path:
    """The sidecar of a recording, with both sides named."""
    path = recording.with_suffix(".json")
    path.write_text(json.dumps({"channels": {"0": "customer", "1": "agent"}, "queue": "billing"} | fields))
    return path


def gold(call_id: str) -> dict[str, Any]:
    """What a perfect pipeline would find in a bundled call."""
    stated: dict[str, Any] = json.loads((SAMPLES / "gold" / f"{call_id}.json").read_text())
    return stated
