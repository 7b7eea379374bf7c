"""What an engine is: capabilities as data, one call that does I/O, one pure parser."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from datetime import date

    from tasks.schemas import Transcript


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an engine can do and what it costs. The flow decides from these, never from a name."""

    channels_per_request: int
    bills_per_channel: bool
    word_times: bool
    confidence: Literal["probability", "log_probability"] | None
    languages: tuple[str, ...]
    chunk_target_s: float
    chunk_max_s: float
    max_upload_bytes: int | None
    usd_per_audio_hour: float
    price_source: str
    price_date: date
    runs_here: bool
    """True where the sound does not leave this machine."""


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """What shapes an answer; part of the key under which it is kept."""

    model: str
    language: str | None = None

    def as_key(self) -> dict[str, object]:
        """The options as plain values, the model apart."""
        return {name: value for name, value in asdict(self).items() if name != "model"}


class Engine(Protocol):
    """A module under tasks/engines. Its NAME is its file name, registry key, CLI word and SQL value."""

    NAME: str
    CAPABILITIES: Capabilities

    async def fetch(self, client: Any, pcm: bytes, options: EngineOptions) -> bytes:
        """The answer for one chunk of 16 kHz s16le sound, untouched. The only I/O; raises EngineError."""

    def parse(self, answer: bytes) -> Transcript:
        """Every word of an answer; what it does not state is None. Pure; raises UnexpectedAnswer."""
