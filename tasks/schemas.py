"""The words for things: what one step hands to the next. Data only."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Tier = Literal["auto", "flagged", "review"]
State = Literal["found", "landed", "skipped", "quarantined", "failed"]
ConfidenceKind = Literal["probability", "log_probability", "segment_log_probability"]
"""Where a word's 0-1 comes from: stated for it, exp of its log-probability, or exp of its whole segment's."""
WordTimes = Literal["stated", "absent", "derived"]
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

    @property
    def speech_spans_ms(self) -> list[tuple[int, int]]:
        """Start and end of each stretch of speech, milliseconds; none where nobody has looked."""
        per_ms = SAMPLE_RATE_HZ // 1000
        return [(piece.start // per_ms, -(-piece.end // per_ms)) for piece in self.speech or ()]


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
    times_derived: bool = False
    """True where the times were worked out here because the engine gave none for this word."""


@dataclass(frozen=True, slots=True)
class Link:
    """Where a vendor can fetch a recording itself, and how many channels it will find there."""

    url: str
    channels: int


@dataclass(frozen=True, slots=True)
class Bundle:
    """What goes to an engine in one request: a chunk, or the same pieces of several channels."""

    parts: tuple[Chunk, ...]
    link: Link | None = None
    """Sent instead of the sound; the parts are then whole tracks."""

    @property
    def index(self) -> int:
        """The chunks' number, the same for all parts."""
        return self.parts[0].index

    @property
    def channel(self) -> int | None:
        """The one channel it is of; None where it holds several."""
        return self.parts[0].channel if len(self.parts) == 1 else None

    @property
    def duration_ms(self) -> int:
        """Length of the sound in milliseconds, rounded down."""
        return len(self.parts[0].pcm) // 2 * 1000 // SAMPLE_RATE_HZ


@dataclass(frozen=True, slots=True)
class Segment:
    """words[first_word:end_word] of a transcript lie between these times, in milliseconds."""

    start_ms: int
    end_ms: int
    first_word: int
    end_word: int


@dataclass(frozen=True, slots=True)
class Transcript:
    """What an engine heard in one chunk, parsed: word times count from the chunk's first sample."""

    words: tuple[Word, ...]
    language: str | None = None
    rejected_segments: int = 0
    """Segments thrown away as invented on silence or music."""
    language_confidence: float | None = None
    request_id: str | None = None
    """The engine's own id of the request, to ask about it or to have it erased."""
    billed_ms: int | None = None
    """What the engine says it bills for, all channels together; None where it does not say."""
    model: str | None = None
    """The model that the engine says it used."""
    confidence_kind: ConfidenceKind | None = None
    times: WordTimes = "stated"
    segments: tuple[Segment, ...] = ()
    """Where words without times lie, as far as the engine says."""


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
    """Personal data at words[start_word:end_word] of a conversation, inside one turn. Never its value.

    Where a person heard it in speech that got no words it is a passage: a stretch of time, and no words.
    """

    entity: str
    start_word: int
    end_word: int
    score: float
    tier: Tier
    reason: str
    passage_ms: tuple[int, int] | None = None
    """From where to where; None of words."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """What was done to a call, as JSON, signed: later edits of it or of the call show."""

    body: str
    key_id: str
    signature: str


@dataclass(frozen=True, slots=True)
class SoundCopy:
    """A recording's redacted copy in the lake."""

    path: str
    """Below the lake's folder, with slashes."""
    sha256: str
    muted_ms: int
    """For how long at least one channel is muted."""


UsageOutcome = Literal["used", "nothing_heard", "failed"]
"""What became of a request: there were words; there were none; there was no answer that could be read."""


@dataclass(frozen=True, slots=True)
class Usage:
    """One engine request or cache hit, as it goes into engine_usage."""

    engine: str
    model: str
    channel: int | None
    """None where the request carried several."""
    chunk_index: int
    requested_at: datetime
    audio_ms: int
    billed_ms: int
    cost_usd: float
    latency_ms: int
    attempts: int
    cache_hit: bool
    outcome: UsageOutcome = "used"
    uncertain_cost_usd: float = 0.0
    """The price of requests whose answers got lost: the vendor may charge for them."""
    answer_id: str | None = None
    """Names the one payment behind an answer, however often the answer is used again."""
    answer_key: str | None = None
    """Where the answer is kept, so that it can be found and removed with its recording."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One channel's part of what an engine heard in a bundle, and which engine that was."""

    chunk: Chunk
    transcript: Transcript
    engine: str
    model: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one file of the archive ended in this run."""

    source_uri_masked: str
    sha256: str | None
    state: State
    reason: str | None = None
    stage: str | None = None
    call_id: str | None = None
    duration_ms: int = 0
    billed_ms: int = 0
    cost_usd: float = 0.0
    cache_hits: int = 0
    requests: int = 0
