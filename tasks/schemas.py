"""The words for things: what one step hands to the next. Data only."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Tier = Literal["auto", "flagged", "review"]
State = Literal["found", "landed", "skipped", "quarantined", "failed"]
Verdict = Literal["mono", "two_speakers", "dual_mono", "dead_leg", "bleed", "silent", "multichannel"]

SAMPLE_RATE_HZ = 16_000
"""Every track is 16 kHz, signed 16-bit, one channel: what speech models are trained on."""


@dataclass(frozen=True, slots=True)
class CallMetadata:
    """What the archive says about a recording. Absent is None; `problems` lists what could not be read."""

    call_id: str | None = None
    started_at: datetime | None = None
    agent_id: str | None = None
    queue: str | None = None
    customer_id: str | None = None
    channels: dict[int, str] = field(default_factory=dict)
    extra: dict[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recording:
    """One audio file, named by the SHA-256 of its bytes."""

    uri: str
    sha256: str
    size_bytes: int
    modified_at: datetime | None
    metadata: CallMetadata


@dataclass(frozen=True, slots=True)
class Track:
    """One channel's sound: 16 kHz s16le PCM on the recording's clock."""

    channel: int
    pcm: bytes
    speech: tuple[Piece, ...] | None = None
    """Where somebody speaks, unpadded and in order; None when nobody has looked."""

    @property
    def duration_ms(self) -> int:
        """Length in milliseconds, rounded down."""
        return len(self.pcm) // 2 * 1000 // SAMPLE_RATE_HZ


@dataclass(frozen=True, slots=True)
class PreparedAudio:
    """A decoded recording: its tracks, what the channels are, and which of them to send to an engine."""

    duration_ms: int
    channel_count: int
    verdict: Verdict
    tracks: tuple[Track, ...]
    """The tracks to transcribe, each with the channel number it has in the file."""
    speech_ms: dict[int, int]
    """Speech found per channel in the file, milliseconds."""
    notes: tuple[str, ...] = ()
    """What a person should know about the sound, in plain words."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a track, in samples at 16 kHz: start inclusive, end exclusive."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """What one engine request hears: pieces of one track laid end to end, long silences left out."""

    channel: int
    index: int
    pieces: tuple[Piece, ...]
    pcm: bytes
    overlap_ms: int = 0
    """How much of this chunk's beginning the chunk before it also holds (0 when cut in silence)."""


@dataclass(frozen=True, slots=True)
class Word:
    """One spoken word. Times are milliseconds; None where the engine gives none."""

    text: str
    start_ms: int | None
    end_ms: int | None
    confidence: float | None = None
    channel: int = 0
    speaker: str | None = None
    entity: str | None = None


@dataclass(frozen=True, slots=True)
class Transcript:
    """What an engine heard in one chunk, parsed: word times count from the chunk's first sample."""

    words: tuple[Word, ...]
    language: str | None = None
    rejected_segments: int = 0
    """Segments thrown away as invented on silence or music."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One stretch of one speaker: words[first_word:end_word] of its conversation."""

    channel: int
    speaker: str | None
    first_word: int
    end_word: int


@dataclass(frozen=True, slots=True)
class Conversation:
    """Both sides of a call in time order; a word's index in `words` is its word_index in the lake."""

    words: tuple[Word, ...]
    turns: tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """Personal data at words[start_word:end_word] of a conversation, inside one turn. Never its value."""

    entity: str
    start_word: int
    end_word: int
    score: float
    tier: Tier
    reason: str
