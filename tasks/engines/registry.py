"""Every engine by its name: a new one is a file, its recorded answers, and a line here."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from tasks.engines import assemblyai, cartesia, deepgram, elevenlabs, local, openai, pulse
from tasks.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tasks.engines.contract import Engine, HostedEngine

HOSTED: Final[Mapping[str, HostedEngine]] = MappingProxyType(
    {
        pulse.NAME: pulse,
        deepgram.NAME: deepgram,
        assemblyai.NAME: assemblyai,
        openai.NAME: openai,
        elevenlabs.NAME: elevenlabs,
        cartesia.NAME: cartesia,
    }
)
"""Engines behind HTTP; `tasks.engines.client` opens their clients."""

ENGINES: Final[Mapping[str, Engine]] = MappingProxyType({local.NAME: local, **HOSTED})


@dataclass(frozen=True, slots=True)
class Choice:
    """An engine somebody chose, and one of its models; None for the engine's own."""

    engine: Engine
    model: str | None = None


def choices(text: str) -> list[Choice]:
    """Engines in order of preference, as in "deepgram,openai:whisper-1,local".

    Raises:
        SettingsError: none is named, one is unknown, or one is named twice with the same model.
    """
    chosen = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, model = part.partition(":")
        chosen.append(Choice(engine_named(name.strip()), model.strip() or None))
    if not chosen:
        raise SettingsError(f"no engine is named; there are: {', '.join(ENGINES)}")
    named = [(choice.engine.NAME, choice.model) for choice in chosen]
    if len(set(named)) < len(named):
        raise SettingsError(f"an engine is named twice in {text!r}")
    return chosen


def engine_named(name: str) -> Engine:
    """The engine of that name; SettingsError lists those there are."""
    if name not in ENGINES:
        raise SettingsError(f"there is no engine {name!r}; there are: {', '.join(ENGINES)}")
    return ENGINES[name]
