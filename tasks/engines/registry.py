"""Every engine by its name: a new one is a file, its recorded answers, and a line here."""

from __future__ import annotations

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


def engine_named(name: str) -> Engine:
    """The engine of that name; SettingsError lists those there are."""
    if name not in ENGINES:
        raise SettingsError(f"there is no engine {name!r}; there are: {', '.join(ENGINES)}")
    return ENGINES[name]
