"""Calls out of the lake, as text, JSON and captions: one, or a folder full."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from command_line import WarmCommandLine

    Ask = Callable[[Path, str], list[dict[str, Any]]]


@pytest.fixture
def lake(exported: Path) -> Path:
    return exported


def _export(warm: WarmCommandLine, lake: Path, *more: str | Path) -> str:
    said = warm("export", "--lake", lake, "--call", "short-0", *more)
    assert said.code == 0, said.err
    return said.out


def test_text_has_a_line_for_each_turn(warm: WarmCommandLine, lake: Path, ask_lake: Ask) -> None:
    turns = ask_lake(lake, "select speaker, text from turns where call_id = 'short-0' order by turn_index")
    lines = _export(warm, lake).splitlines()
    assert [line.partition("] ")[2] for line in lines] == [
        f"{turn['speaker']}: {turn['text']}" for turn in turns
    ]
    assert lines[0].startswith("[00:00:0")


def test_json_holds_the_call_its_turns_and_their_words(
    warm: WarmCommandLine, lake: Path, ask_lake: Ask
) -> None:
    document = json.loads(_export(warm, lake, "--format", "json"))
    words = ask_lake(
        lake, "select word, start_ms, end_ms, entity from words where call_id = 'short-0' order by word_index"
    )
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
    for row in ask_lake(lake, "select distinct word from words where call_id = 'short-0'"):
        assert row["word"] in content


def test_an_unknown_call_is_an_error_with_a_way_out(warm: WarmCommandLine, lake: Path) -> None:
    said = warm("export", "--lake", lake, "--call", "nobody")
    assert said.code == 2
    assert "no call nobody" in said.err


@pytest.mark.parametrize("form", ["txt", "json", "vtt", "srt"])
def test_a_folder_gets_a_file_for_each_call_just_as_one_call_is_written(
    form: str, warm: WarmCommandLine, lake: Path, tmp_path: Path
) -> None:
    said = warm("export", "--lake", lake, "--format", form, "-o", tmp_path / "all", "--json")
    assert said.json == {"written": 2, "without_word_times": 0}
    assert sorted(path.name for path in (tmp_path / "all").iterdir()) == [
        f"short-0.{form}",
        f"short-1.{form}",
    ]
    assert (tmp_path / "all" / f"short-0.{form}").read_text() == _export(warm, lake, "--format", form)


def test_days_choose_calls(warm: WarmCommandLine, lake: Path, tmp_path: Path, ask_lake: Ask) -> None:
    days = ask_lake(lake, "select call_id, call_date from calls order by call_date")
    assert days[0]["call_date"] < days[1]["call_date"]
    last = str(days[1]["call_date"])
    for option, call in (("--since", days[1]), ("--until", days[0])):
        day = last if option == "--since" else str(days[0]["call_date"])
        folder = tmp_path / option.strip("-")
        assert warm("export", "--lake", lake, option, day, "-o", folder).code == 0
        assert [path.name for path in folder.iterdir()] == [f"{call['call_id']}.txt"]


def test_a_queue_chooses_calls(warm: WarmCommandLine, lake: Path, tmp_path: Path) -> None:
    said = warm("export", "--lake", lake, "--queue", "nobody's", "-o", tmp_path / "none", "--json")
    assert said.json == {"written": 0, "without_word_times": 0}


def test_many_calls_need_a_folder(warm: WarmCommandLine, lake: Path, tmp_path: Path) -> None:
    said = warm("export", "--lake", lake)
    assert said.code == 2
    assert "a folder for many with -o" in said.err
    (tmp_path / "file").write_text("")
    said = warm("export", "--lake", lake, "-o", tmp_path / "file")
    assert said.code == 2
    assert "cannot be a folder" in said.err
