"""Captions that players can read, of what is redacted and nothing else."""

from __future__ import annotations

import itertools
import re
import subprocess
from typing import Any

import imageio_ffmpeg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.captions import Cue, as_srt, as_vtt, cues

Row = dict[str, Any]
_TIME = r"(\d{2,}):([0-5]\d):([0-5]\d)[.,](\d{3})"


def said(
    text: str, start_ms: int = 1_000, turn: int = 0, speaker: str | None = "agent", each_ms: int = 300
) -> list[Row]:
    return [
        row(word, start_ms + at * each_ms, start_ms + (at + 1) * each_ms - 20, turn, speaker)
        for at, word in enumerate(text.split())
    ]


def row(
    word: str, start_ms: int | None, end_ms: int | None, turn: int = 0, speaker: str | None = "agent"
) -> Row:
    entity = "CARD_NUMBER" if word.startswith("[CARD_NUMBER") else None
    return {"word": word, "start_ms": start_ms, "end_ms": end_ms} | {
        "turn_index": turn,
        "speaker": speaker,
        "entity": entity,
    }


def read_by_a_player(content: str, form: str) -> str:
    """What ffmpeg's own reader of captions makes of them, as SubRip."""
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(),
        "-v",
        "error",
        "-f",
        form,
        "-i",
        "pipe:0",
        "-f",
        "srt",
        "pipe:1",
    ]
    done = subprocess.run(command, input=content.encode(), capture_output=True, check=True)
    assert done.stderr == b""
    return done.stdout.decode()


def test_a_mark_that_several_words_share_is_shown_once() -> None:
    shown = cues(said("my card is [CARD_NUMBER_1] [CARD_NUMBER_1] [CARD_NUMBER_2] ok"))
    assert [cue.text for cue in shown] == ["my card is [CARD_NUMBER_1] [CARD_NUMBER_2] ok"]


def test_a_cue_ends_at_a_pause_after_seven_seconds_or_when_it_is_full() -> None:
    pause = [*said("one two", 0), *said("three", 3_000)]
    assert [cue.text for cue in cues(pause)] == ["one two", "three"]
    slow = cues(said("one two three four five six seven eight nine", each_ms=1_200))
    assert [cue.text for cue in slow] == ["one two three four five", "six seven eight nine"]
    full = cues(said("somebody says a good many words " * 4, each_ms=100))
    assert len(full) == 2
    assert all(cue.end_ms - cue.start_ms <= 7_000 for cue in [*slow, *full])


def test_a_short_word_stays_to_be_read_unless_its_speaker_goes_on() -> None:
    alone = [*said("yes", 1_000, 0, "customer", 200), *said("fine", 1_100, 1, "agent", 200)]
    assert [(cue.start_ms, cue.end_ms) for cue in cues(alone)] == [(1_000, 2_000), (1_100, 2_100)]
    goes_on = [*said("yes", 1_000, 0, "agent", 200), *said("fine", 1_400, 1, "agent", 200)]
    assert cues(goes_on)[0].end_ms == 1_400


def test_words_without_times_are_shown_beside_the_others() -> None:
    words = [row("one", None, None), row("two", 500, 800), row("three", None, None)]
    assert cues(words) == [Cue(500, 1_500, "agent", "one two three")]
    assert cues([row("one", None, None)]) == []


def test_vtt_names_voices_and_escapes_everything() -> None:
    content = as_vtt([Cue(1_000, 2_500, "agent", "a <b> & c --> d"), Cue(3_600_000, 3_601_001, None, "hm")])
    assert content == (
        "WEBVTT\n\n00:00:01.000 --> 00:00:02.500\n<v agent>a &lt;b&gt; &amp; c --&gt; d</v>\n\n"
        "01:00:00.000 --> 01:00:01.001\nhm\n"
    )


def test_srt_numbers_its_cues_and_names_speakers() -> None:
    content = as_srt([Cue(1_000, 2_500, "agent", "hello"), Cue(3_000, 4_000, None, "a --> b")])
    assert content == (
        "1\n00:00:01,000 --> 00:00:02,500\nagent: hello\n\n2\n00:00:03,000 --> 00:00:04,000\na -> b\n\n"
    )


@pytest.mark.parametrize("form", ["webvtt", "srt"])
def test_a_call_without_words_is_a_file_without_cues(form: str) -> None:
    assert as_vtt([]) == "WEBVTT\n"
    assert as_srt([]) == ""


_WORDS = st.lists(
    st.tuples(
        st.text(
            st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=60
        ),
        st.integers(1, 3_000),
        st.integers(0, 3_000),
        st.sampled_from([None, "agent", "speaker_1"]),
    ),
    min_size=1,
    max_size=30,
)


@given(_WORDS)
def test_any_words_make_well_formed_captions(given_words: list[tuple[str, int, int, str | None]]) -> None:
    words: list[Row] = []
    clock = turn = 0
    for text, length, pause, speaker in given_words:
        turn += bool(words) and speaker != words[-1]["speaker"]
        words.append(row(text, clock, clock + length, turn, speaker))
        clock += length + pause
    shown = cues(words)
    assert all(cue.end_ms > cue.start_ms for cue in shown)
    assert all(one.start_ms <= two.start_ms for one, two in itertools.pairwise(shown))
    header, *blocks = as_vtt(shown).rstrip("\n").split("\n\n")
    assert header == "WEBVTT"
    assert len(blocks) == len(shown)
    for block in blocks:
        times, *lines = block.split("\n")
        assert re.fullmatch(f"{_TIME} --> {_TIME}", times)
        assert not any("-->" in line for line in lines)
    numbers = re.findall(r"^(\d+)\n" + _TIME + " --> " + _TIME + "$", as_srt(shown), re.MULTILINE)
    assert [int(number[0]) for number in numbers] == list(range(1, len(shown) + 1))


def test_players_read_both_forms() -> None:
    words = [
        *said("hello <you> & me", 500, 0, "agent"),
        *said("yes [CARD_NUMBER] [CARD_NUMBER]", 4_000, 1, "customer"),
    ]
    shown = cues(words)
    for form, content in (("webvtt", as_vtt(shown)), ("srt", as_srt(shown))):
        read = read_by_a_player(content, form)
        assert read.count(" --> ") == 2
        assert "00:00:00,500 --> 00:00:01,680" in read
        assert "[CARD_NUMBER]" in read
        assert "& me" in read
