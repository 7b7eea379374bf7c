"""What an engine is: capabilities as data, one call that does I/O, one pure parser."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from tasks.engines.errand import Errand
    from tasks.schemas import ConfidenceKind, Transcript

Ability = Literal[
    "deletion",
    "diarization",
    "formatting",
    "hosted_url",
    "keyterms",
    "language_detection",
    "retention_opt_out",
]
"""What an engine may or may not be able to honour. `formatting`: it can be switched off."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an engine can do and what it costs. The flow decides from these, never from a name.

    Ask `CAPABILITIES.of(model)`: an engine's models can differ in all of it.
    """

    channels_per_request: int
    bills_per_channel: bool
    word_times: bool
    confidence: ConfidenceKind | None
    languages: tuple[str, ...]
    chunk_target_s: float
    chunk_max_s: float
    max_upload_bytes: int | None
    usd_per_audio_hour: float
    price_source: str
    price_date: date
    runs_here: bool
    """True where the sound does not leave this machine."""
    abilities: frozenset[Ability] = frozenset()
    request_max_s: float | None = None
    """The longest sound that one request may carry, where the engine states one."""
    keyterms_max: int | None = None
    requests_at_once: int | None = None
    """What a standard plan allows; None where nothing is stated."""
    requests_per_minute: int | None = None
    billing_step_s: float = 0.0
    """Bills are rounded up to a multiple of this."""
    surcharges_usd_per_hour: Mapping[Ability, float] = field(default_factory=dict, hash=False)
    hosts: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Base URL by region; the key "" is where requests go when no region is asked for."""
    source: str | None = None
    source_date: date | None = None
    retires_on: date | None = None
    """The vendor has announced that the model stops answering on this day."""
    notes: tuple[str, ...] = ()
    """What a person should know before choosing it."""
    by_model: Mapping[str, Capabilities] = field(default_factory=dict, hash=False)
    """Models that differ from what is said here; "*" stands for models that are not listed."""

    def of(self, model: str) -> Capabilities:
        """The capabilities of one of the engine's models."""
        return self.by_model.get(model) or self.by_model.get("*", self)


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """What shapes an answer; part of the key under which it is kept."""

    model: str
    language: str | None = None
    """As ISO 639-1; None lets the engine find out."""
    keyterms: tuple[str, ...] = ()
    diarization: bool = False
    formatting: bool | None = None
    """Punctuation, capitals and written numbers; None: as the engine does best."""
    retention_opt_out: bool = False
    """The vendor keeps neither sound nor text for itself, as far as its contract offers that."""

    def as_key(self) -> dict[str, object]:
        """The options that were chosen as plain values, the model apart.

        What was left as it is stays out, so that a new option does not make old answers unfindable.
        """
        return {
            option.name: getattr(self, option.name)
            for option in fields(self)
            if option.name != "model" and getattr(self, option.name) != option.default
        }


class Engine(Protocol):
    """A module under tasks/engines. Its NAME is its file name, registry key, CLI word and SQL value."""

    @property
    def NAME(self) -> str:  # noqa: N802  (a module's constant)
        """One spelling everywhere."""

    @property
    def CAPABILITIES(self) -> Capabilities:  # noqa: N802  (a module's constant)
        """With source and date."""

    @property
    def DEFAULT_MODEL(self) -> str:  # noqa: N802  (a module's constant)
        """The model that is used when none is named."""

    async def fetch(self, client: Any, pcm: bytes, options: EngineOptions, errand: Errand, /) -> bytes:
        """The answer for one chunk of 16 kHz s16le sound, untouched. The only I/O; raises EngineError."""

    def parse(self, answer: bytes, /) -> Transcript:
        """Every word of an answer; what it does not state is None. Pure; raises UnexpectedAnswer."""


class HostedEngine(Engine, Protocol):
    """An engine behind HTTP: its client is the httpx.AsyncClient that `tasks.engines.client` opens."""

    @property
    def KEY_NAME(self) -> str:  # noqa: N802  (a module's constant)
        """The environment variable under which people keep this vendor's key."""

    def headers(self, key: str | None, /) -> dict[str, str]:
        """What every request carries; the only place where the key goes."""


class ErasingEngine(HostedEngine, Protocol):
    """An engine whose vendor keeps what it heard until it is told to delete it."""

    async def erase(self, client: Any, request_id: str, errand: Errand, /) -> None:
        """Have the vendor delete a request's sound and text. Gone already counts as deleted."""
