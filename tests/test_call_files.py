"""Names that every file system can hold, and what a call's file says."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.call_files import WrittenCall, file_stems
from tasks.errors import SettingsError


def test_an_ordinary_id_is_the_file_s_name() -> None:
    ids = ["call-0001", "20260311T141500_agent07~0a1b2c3d", "v1.2"]
    assert file_stems(ids) == dict(zip(ids, ids, strict=True))


@pytest.mark.parametrize(
    "call_id", ["../../etc/passwd", "..", "a/b", "a:b", "CON", "nul.wav", "a" * 300, "ä"]
)
def test_an_id_that_no_file_can_have_gets_a_hash(call_id: str) -> None:
    stem = file_stems([call_id])[call_id]
    assert re.fullmatch(r"[A-Za-z0-9_~.-]*-[0-9a-f]{12}", stem)
    assert not stem.startswith(".")


@given(st.lists(st.text("aA./:_é", max_size=4), unique=True))
def test_no_two_calls_share_a_name_even_where_case_is_not_told(ids: list[str]) -> None:
    stems = file_stems(ids)
    assert len({stem.lower() for stem in stems.values()}) == len(ids)


def test_a_call_without_word_times_is_text_but_no_captions() -> None:
    word = {
        "call_id": "c",
        "turn_index": 0,
        "word_index": 0,
        "word": "hello",
        "speaker": None,
        "entity": None,
    }
    untimed = WrittenCall(
        {"call_id": "c", "metadata": None},
        [{"turn_index": 0, "start_ms": None, "speaker": None, "text": "hello"}],
        [word | {"start_ms": None, "end_ms": None}],
    )
    assert untimed.as_text("txt") == "unknown: hello\n"
    assert not untimed.has_times
    with pytest.raises(SettingsError, match="no word times"):
        untimed.as_text("vtt")


def test_a_call_in_which_nobody_speaks_is_an_empty_file_of_each_form() -> None:
    silent = WrittenCall({"call_id": "c", "metadata": None}, [], [])
    assert [silent.as_text(form) for form in ("txt", "vtt", "srt")] == ["", "WEBVTT\n", ""]
