"""What the stand-in hears: made-up words that depend on the sound alone, or what the local model hears."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable
from dataclasses import dataclass

from tasks.schemas import SAMPLE_RATE_HZ

_VOCABULARY = (
    "thank you for calling how can I help today my account number is four seven one yes please the card "
    "ending balance refund order delivery address could you confirm hold on one moment sure great"
).split()
_WORD_S = 0.4


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


def local_model() -> Hear:
    """Hearing with the bundled speech model, one chunk after another."""
    from tasks.engines import local
    from tasks.engines.contract import EngineOptions

    model = local.open_client(local.ModelSettings())
    options = EngineOptions(local.DEFAULT_MODEL, "en")

    def hear(pcm: bytes) -> list[HeardWord]:
        heard = local.parse(local.transcribe(model, pcm, options))
        return [
            HeardWord(
                word.text, (word.start_ms or 0) / 1000, (word.end_ms or 0) / 1000, word.confidence or 0.0
            )
            for word in heard.words
        ]

    return hear
