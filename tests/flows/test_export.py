"""One call out of the lake, as text, JSON and captions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from short_recordings import write_calls

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from command_line import WarmCommandLine

    Ask = Callable[[Path, str], list[dict[str, Any]]]


@pytest.fixture(scope="module")
def lake(warm: WarmCommandLine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exported")
    write_calls(folder / "archive", 1)
    assert warm("ingest", folder / "archive", "--lake", folder / "lake").code == 0
    return folder / "lake"


def _export(warm: WarmCommandLine, lake: Path, *more: str | Path) -> str:
    said = warm("export", "--lake", lake, "--call", "short-0", *more)
    assert said.code == 0, said.err
    return said.out


def test_text_has_a_line_for_each_turn(warm: WarmCommandLine, lake: Path, ask_lake: Ask) -> None:
    turns = ask_lake(lake, "select speaker, text from turns order by turn_index")
    lines = _export(warm, lake).splitlines()
    assert [line.partition("] ")[2] for line in lines] == [
        f"{turn['speaker']}: {turn['text']}" for turn in turns
    ]
    assert lines[0].startswith("[00:00:0")


def test_json_holds_the_call_its_turns_and_their_words(
    warm: WarmCommandLine, lake: Path, ask_lake: Ask
) -> None:
    document = json.loads(_export(warm, lake, "--format", "json"))
    words = ask_lake(lake, "select word, start_ms, end_ms, entity from words order by word_index")
    assert document["call"]["call_id"] == "short-0"
    exported = [word for turn in document["turns"] for word in turn["words"]]
    assert [{name: word[name] for name in words[0]} for word in exported] == words


@pytest.mark.parametrize("form", ["vtt", "srt"])
def test_captions_hold_every_word(
    form: str, warm: WarmCommandLine, lake: Path, tmp_path: Path, ask_lake: Ask
) -> None:
    target = tmp_path / f"call.{form}"
    assert _export(warm, lake, "--format", form, "-o", target) == ""
    content = target.read_text()
    assert content.splitlines()[0] == {"vtt": "WEBVTT", "srt": "1"}[form]
    for row in ask_lake(lake, "select distinct word from words"):
        assert row["word"] in content


def test_an_unknown_call_is_an_error_with_a_way_out(warm: WarmCommandLine, lake: Path) -> None:
    said = warm("export", "--lake", lake, "--call", "nobody")
    assert said.code == 2
    assert "no call nobody" in said.err
