"""The bundled recordings that the tests ingest once, and where that lake is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from command_line import Said

SAMPLE_CALLS = (
    "call-0001",  # two speakers, a card number
    "call-0009",  # mono
    "call-0010",  # dual mono
    "call-0011",  # dead leg
    "call-0013",  # channels swapped
    "call-0014",  # truncated
    "call-0015",  # no sound
    "20260311T141500_agent07_billing_call0012",  # no sidecar
)


@dataclass(frozen=True, slots=True)
class SampleLake:
    """A lake of bundled calls, ingested by the real command line; `home` holds all it wrote."""

    home: Path
    archive: Path
    lake: Path
    said: Said
