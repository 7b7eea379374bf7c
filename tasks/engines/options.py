"""Refusing, before anything is sent or paid, what an engine cannot do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tasks.engines.failures import Rejected
from tasks.engines.wav import length_s
from tasks.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tasks.engines.contract import Capabilities, EngineOptions
    from tasks.engines.errand import Errand

_INSTEAD: Final[dict[str, str]] = {
    "deletion": "cannot delete what it heard",
    "diarization": "cannot tell speakers apart on one channel; switch diarization off or take another engine",
    "formatting": "always formats its text; formatting cannot be switched off",
    "hosted_url": "cannot fetch sound from a URL; send it instead",
    "keyterms": "takes no key terms; leave the vocabulary away or take another engine",
    "language_detection": "cannot find out the language; set one",
    "retention_opt_out": "offers no way to keep nothing; take another engine",
}


def check_options(
    engine: str, capabilities: Capabilities, options: EngineOptions, *, also: Sequence[str] = ()
) -> None:
    """Nothing, if the engine's model can do all that the settings ask for, and `also` these abilities.

    Raises:
        SettingsError: it cannot; the message says what to change.
    """
    problem = _missing(engine, capabilities, options, [*_wished(options), *also])
    if problem:
        raise SettingsError(problem)


def check(
    engine: str, capabilities: Capabilities, options: EngineOptions, errand: Errand, pcm: bytes
) -> None:
    """Nothing, if the engine's model can do all that one request asks for.

    Raises:
        EngineRefused: it cannot; the message says what to change.
    """
    problem = _missing(
        engine, capabilities, options, [*_wished(options), *(["hosted_url"] if errand.url else [])]
    )
    if problem:
        raise Rejected(problem)
    if errand.channels > capabilities.channels_per_request:
        raise Rejected(
            f"{engine}: takes {capabilities.channels_per_request} channel(s) in a request, not more"
        )
    if errand.url is None:
        _check_sound(engine, capabilities, pcm, errand.channels)


def _missing(
    engine: str, capabilities: Capabilities, options: EngineOptions, needed: Sequence[str]
) -> str | None:
    for ability in needed:
        if ability not in capabilities.abilities:
            return f"{engine}: {options.model} {_INSTEAD[ability]}"
    most = capabilities.keyterms_max
    if most is not None and len(options.keyterms) > most:
        return f"{engine}: {len(options.keyterms)} key terms, and it takes {most} at most"
    return None


def _wished(options: EngineOptions) -> Iterator[str]:
    if options.keyterms:
        yield "keyterms"
    if options.diarization:
        yield "diarization"
    if options.formatting is False:
        yield "formatting"
    if options.retention_opt_out:
        yield "retention_opt_out"
    if options.language is None:
        yield "language_detection"


def _check_sound(engine: str, capabilities: Capabilities, pcm: bytes, channels: int) -> None:
    most_s, most_bytes = capabilities.request_max_s, capabilities.max_upload_bytes
    if most_s is not None and length_s(pcm, channels) > most_s:
        raise Rejected(f"{engine}: the chunk is longer than the {most_s:g} s it takes")
    if most_bytes is not None and len(pcm) > most_bytes:
        raise Rejected(f"{engine}: the chunk is bigger than the {most_bytes} bytes it takes")
