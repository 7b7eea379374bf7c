"""What the stand-in hears: made-up words that depend on the sound alone, or what the local model hears."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from tasks.engines import local
from tasks.engines.contract import EngineOptions
from tasks.schemas import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from faster_whisper import WhisperModel

_VOCABULARY = (
    "thank you for calling how can I help today my account number is four seven one yes please the card "
    "ending balance refund order delivery address could you confirm hold on one moment sure great"
).split()
_WORD_S = 0.4
_LEAST_PROBABILITY = 1e-4
"""Some vendors give logarithms."""


@dataclass(frozen=True, slots=True)
class HeardWord:
    """One word, with its times in seconds."""

    text: str
    start_s: float
    end_s: float
    probability: float


Hear = Callable[[bytes], list[HeardWord]]
"""Mono 16 kHz s16le sound -> words."""


def canned(pcm: bytes) -> list[HeardWord]:
    """The same words for the same sound; none for digital silence."""
    if not any(pcm):
        return []
    dice = random.Random(hashlib.sha256(pcm).digest())  # noqa: S311  (made-up words, no secret)
    duration_s = len(pcm) / 2 / SAMPLE_RATE_HZ
    return [
        HeardWord(
            text=dice.choice(_VOCABULARY),
            start_s=round(number * _WORD_S + 0.02, 3),
            end_s=round(number * _WORD_S + 0.35, 3),
            probability=round(dice.uniform(0.4, 0.999), 4),
        )
        for number in range(max(1, int(duration_s / _WORD_S)))
    ]


def local_model(model: local.ModelSettings | None = None, language: str | None = "en") -> Hear:
    """Hearing with the local engine; every sound is worked on once, whichever engines it is sent to.

    Raises:
        SettingsError: the model cannot be loaded.
    """
    settings = model or local.ModelSettings()
    client, options = local.open_client(settings), EngineOptions(local.model_name(settings), language)
    return Remembering(lambda pcm: _heard(client, pcm, options))


class Remembering:
    """Hearing that keeps what it heard in the latest sounds; who asks for one that is being heard waits."""

    def __init__(self, hear: Hear, most: int = 20_000) -> None:
        """Remember up to so many sounds, by their hash."""
        self._hear, self._most = hear, most
        self._heard: dict[bytes, Future[list[HeardWord]]] = {}
        self._lock = Lock()

    def __call__(self, pcm: bytes) -> list[HeardWord]:
        """The words of a sound."""
        name = hashlib.sha256(pcm).digest()
        with self._lock:
            known = self._heard.get(name)
            heard = known or Future()
            self._heard[name] = heard
            if len(self._heard) > self._most:
                del self._heard[next(iter(self._heard))]
        if known is None:
            self._work(heard, name, pcm)
        return heard.result()

    def _work(self, heard: Future[list[HeardWord]], name: bytes, pcm: bytes) -> None:
        try:
            heard.set_result(self._hear(pcm))
        except Exception as error:  # noqa: BLE001  (whoever waits gets it)
            self._heard.pop(name, None)
            heard.set_exception(error)


def _heard(model: WhisperModel, pcm: bytes, options: EngineOptions) -> list[HeardWord]:
    return [
        HeardWord(
            text="".join(word.text.split()),
            start_s=(word.start_ms or 0) / 1000,
            end_s=(word.end_ms or 0) / 1000,
            probability=max(word.confidence or 0.0, _LEAST_PROBABILITY),
        )
        for word in local.parse(local.transcribe(model, pcm, options)).words
    ]
