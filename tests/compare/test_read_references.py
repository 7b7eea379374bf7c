from __future__ import annotations

import json
from pathlib import Path

import pytest

from tasks.compare.read_references import read_references
from tasks.errors import SettingsError

SAMPLES = Path(__file__).parents[2] / "samples"


def test_texts_are_matched_by_stem_and_side(tmp_path: Path) -> None:
    files = {
        "call-1.0.txt": "hi",
        "call-1.1.txt": "hello",
        "call-2.Agent.txt": "yes",
        "call-2.caller.txt": "no",
        "deep/call-3.txt": "all of it",
        "call.v2.txt": "with a dot",
        "other.txt": "of no recording",
        "readme.md": "no reference",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    found = read_references(tmp_path, ["call-1", "call-2", "call-3", "call.v2", "call-9"])
    sides = {stem: [(side.channel, side.speaker) for side in one.sides] for stem, one in found.items()}
    assert sides == {
        "call-1": [(0, None), (1, None)],
        "call-2": [(None, "agent"), (None, "customer")],
        "call-3": [(None, None)],
        "call.v2": [(None, None)],
    }


def test_what_says_most_counts_and_sidecars_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "call.txt").write_text("text")
    (tmp_path / "call.json").write_text('{"call_id": "call", "queue": "billing"}')
    assert read_references(tmp_path, ["call"])["call"].sides[0].utterances[0].words == ("text",)
    (tmp_path / "call.0.txt").write_text("side")
    assert read_references(tmp_path, ["call"])["call"].sides[0].channel == 0
    (tmp_path / "all.ctm").write_text("call.wav 1 0 1 marked\n")
    assert read_references(tmp_path, ["call"])["call"].sides[0].utterances[0].words == ("marked",)
    segment = {
        "index": 1,
        "speaker_role": "agent",
        "human_transcript": "json",
        "offset_ms": 0,
        "duration_ms": 1,
    }
    (tmp_path / "call.json").write_text(json.dumps([segment]))
    assert read_references(tmp_path, ["call"])["call"].sides[0].utterances[0].words == ("json",)


def test_the_samples_gold_answers_are_references() -> None:
    stems = [path.stem for path in (SAMPLES / "archive").iterdir()]
    found = read_references(SAMPLES / "gold", stems)
    assert len(found) == 17
    assert all(one.labelled for one in found.values())


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("call-1.ctm", b"call-1 1 0 1 fine\ncall-1 1 0 secret\n", "reference call-1.ctm: line 2"),
        ("call-1.vtt", b"secret\n", "reference call-1.vtt: line 1"),
        ("call-1.json", b'[\n{"secret": \n', "reference call-1.json: line 3: is not JSON"),
        ("call-1.json", b"[" * 100_000, "reference call-1.json"),
        ("truth.json", b'{"a": ', "reference truth.json: line 1"),
        ("truth.json", b'{"a": {"reference": "secret"}}', "reference truth.json: a.reference"),
        ("call-1.json", b'[{"human_transcript": "secret", "index": "x"}]', "reference call-1.json: 0.index"),
        ("call-1.0.txt", b"fine\nsecret \xff\n", "reference call-1.0.txt: line 2: is not UTF-8"),
        ("call-1.agent.txt", b"\xff", "reference call-1.agent.txt: line 1"),
    ],
)
def test_a_broken_reference_is_named_with_its_line_and_not_quoted(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SettingsError) as raised:
        read_references(tmp_path, ["call-1"])
    assert str(raised.value).startswith(said)
    assert "secret" not in str(raised.value)


def test_a_name_in_a_file_name_is_not_told(tmp_path: Path) -> None:
    (tmp_path / "Robert Ellison 4263982640269299.vtt").write_text("broken")
    with pytest.raises(SettingsError) as raised:
        read_references(tmp_path, ["Robert Ellison 4263982640269299"])
    assert "line 1" in str(raised.value)
    assert not any(part in str(raised.value) for part in ("Robert", "Ellison", "4263"))


def test_references_that_are_no_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no folder"):
        read_references(tmp_path / "nowhere", ["call"])
