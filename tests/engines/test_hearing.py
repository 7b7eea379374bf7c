"""What the stand-in hears: once for every sound, and for real if it is told to."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING

import pytest
from short_recordings import seconds_of

from tasks.audio.limits import AudioLimits
from tasks.engines.registry import HOSTED
from tasks.prepare_audio import prepare_audio
from tasks.stand_in import SPOKEN, HeardWord, local_model
from tasks.stand_in.hearing import Remembering
from tests.engines.asking import fetch

if TYPE_CHECKING:
    from pathlib import Path

    from tasks.stand_in import StandIn

WORD = HeardWord("hello", 0.0, 0.3, 0.9)


def test_a_sound_is_heard_once_however_many_ask_for_it_at_the_same_time() -> None:
    asked: list[bytes] = []
    everybody = Barrier(6)

    def hear(pcm: bytes) -> list[HeardWord]:
        asked.append(pcm)
        return [WORD]

    remembering = Remembering(hear)

    def ask(_: int) -> list[HeardWord]:
        everybody.wait(5)
        return remembering(b"sound")

    with ThreadPoolExecutor(6) as engines:
        assert list(engines.map(ask, range(6))) == [[WORD]] * 6
    assert asked == [b"sound"]


def test_the_oldest_sounds_are_forgotten() -> None:
    asked: list[bytes] = []

    def hear(pcm: bytes) -> list[HeardWord]:
        asked.append(pcm)
        return []

    remembering = Remembering(hear, most=2)
    for pcm in (b"1", b"2", b"2", b"3", b"1"):
        remembering(pcm)
    assert asked == [b"1", b"2", b"3", b"1"]


def test_what_failed_is_tried_again() -> None:
    answers = iter([math.nan, 1.0])

    def hear(_: bytes) -> list[HeardWord]:
        if math.isnan(next(answers)):
            raise ValueError("no")
        return [WORD]

    remembering = Remembering(hear)
    with pytest.raises(ValueError, match="no"):
        remembering(b"sound")
    assert remembering(b"sound") == [WORD]


def test_with_the_local_model_every_engine_says_what_was_really_said(
    stand_in: StandIn, tmp_path: Path
) -> None:
    call = tmp_path / "call.wav"
    call.write_bytes(seconds_of("call-0001", 2, 4))
    pcm = prepare_audio(call, AudioLimits()).tracks[-1].pcm
    hear = stand_in.desk.hear = local_model()
    said = [word.text.casefold().strip(".,?") for word in hear(pcm)]
    heard = {name: HOSTED[name].parse(fetch(stand_in, name, pcm)).words for name in SPOKEN}
    assert len(said) > 5
    assert {
        name: [word.text.casefold().strip(".,?") for word in words] for name, words in heard.items()
    } == dict.fromkeys(SPOKEN, said)
