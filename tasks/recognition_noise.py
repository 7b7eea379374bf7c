"""Words as a recogniser mishears them, to see what redaction makes of errors."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from tasks.schemas import Conversation

if TYPE_CHECKING:
    from tasks.labelled import LabelledTalk

MISHEARD_PATH = Path(__file__).with_name("recognition_noise.yaml")
_VOWELS = "aeiou"


def misheard(talk: LabelledTalk, share: float, seed: int) -> LabelledTalk:
    """The talk with that share of its personal words replaced by ones that sound alike; times the seed.

    Known confusions come from a list (homophones, and words that telephone speech blurs); any other word
    gets another vowel. The same seed gives the same words.
    """
    chance = random.Random(f"{seed} {talk.id}")  # noqa: S311  (nothing secret: the same noise every time)
    words = list(talk.conversation.words)
    for at in sorted(frozenset().union(*(value.words for value in talk.values))):
        if chance.random() < share:
            words[at] = replace(words[at], text=_confused(words[at].text, chance))
    return replace(talk, conversation=Conversation(tuple(words), talk.conversation.turns))


@lru_cache(maxsize=1)
def _table() -> dict[str, list[str]]:
    written: dict[str, str] = yaml.safe_load(MISHEARD_PATH.read_text(encoding="utf-8"))
    return {str(word): [one.strip() for one in heard.split(",")] for word, heard in written.items()}


def _confused(text: str, chance: random.Random) -> str:
    core = text.strip(".,?!")
    heard = _table().get(core.lower())
    if heard:
        return text.replace(core, chance.choice(heard))
    if core.isdigit():
        place = chance.randrange(len(core))
        return text.replace(core, core[:place] + chance.choice("0123456789") + core[place + 1 :])
    vowels = [place for place, letter in enumerate(text) if letter.lower() in _VOWELS]
    if not vowels:
        return text
    place = chance.choice(vowels)
    return text[:place] + chance.choice(_VOWELS.replace(text[place].lower(), "")) + text[place + 1 :]
