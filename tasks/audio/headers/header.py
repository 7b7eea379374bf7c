"""What a container's header says about the sound behind it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Header:
    """Read from a header without decoding. Absent is None: a header that says nothing promises nothing."""

    promised_s: float | None = None
    """How long the header says the first audio track is, seconds."""
    encrypted: bool = False
    problem: str | None = None
    """Why the file cannot be read at all, in words for a person."""
    note: str | None = None
    """Something to know about a file that can still be read."""
