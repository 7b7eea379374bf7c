"""Metrics and structured logs: figures that tools read, without a word or a file's name in them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from canned_engine import WORDS
from prometheus_client.parser import text_string_to_metric_families
from short_recordings import write_calls

if TYPE_CHECKING:
    from pathlib import Path

    from command_line import Said, WarmCommandLine

SECRET_NAME = "Robert Ellison 4263982640269299"


@pytest.fixture(scope="module")
def told(warm: WarmCommandLine, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Said]:
    """A lake of two calls and a file that is no sound, and what the night that made it has logged."""
    folder = tmp_path_factory.mktemp("told")
    for path in write_calls(folder / "archive", 2):
        path.rename(path.with_name(f"{SECRET_NAME} {path.name}"))
    (folder / "archive" / f"{SECRET_NAME}.wav").write_bytes(b"no sound")
    said = warm("ingest", folder / "archive", "--lake", folder / "lake", CALLARCHIVE_LOG_FORMAT="json")
    return folder / "lake", said


def no_content(text: str) -> bool:
    """Whether none of the words that the engine says is in a text, nor a part of a file's name."""
    words = set(re.findall(r"[a-z]+", text.lower()))
    distinct = {word for word in WORDS if len(word) > 4}
    return not words & (distinct | {"robert", "ellison", "short"}) and "4263" not in text


def test_a_run_logs_one_json_object_a_line(told: tuple[Path, Said]) -> None:
    _, said = told
    lines = [json.loads(line) for line in said.err.splitlines() if line.startswith("{")]
    assert [line["event"] for line in lines] == ["reading", "reading", "working", "working", "ended"]
    assert (lines[1]["whole"], lines[1]["done"]) == (3, 3)
    ended = lines[-1]
    assert (ended["found"], ended["landed"], ended["quarantined"], ended["exit_code"]) == (3, 2, 1, 3)
    assert all(line["elapsed_s"] >= 0 and line["at"].endswith("+00:00") for line in lines)
    assert no_content(said.err)


def test_the_scan_for_content_would_find_some() -> None:
    assert not no_content("thanks for calling")
    assert not no_content(f"{SECRET_NAME} short-0.wav")


def test_metrics_are_read_by_prometheus(warm: WarmCommandLine, told: tuple[Path, Said]) -> None:
    lake, _ = told
    said = warm("metrics", "--lake", lake, CALLARCHIVE_MAX_USD_PER_MONTH="40")
    assert said.code == 0
    samples = {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(said.out)
        for sample in family.samples
    }
    states = {
        labels[0]: value for (name, labels), value in samples.items() if name == "callarchive_recordings"
    }
    assert states == {"landed": 2, "quarantined": 1, "failed": 0, "found": 0, "skipped": 0}
    assert samples["callarchive_last_night_found_recordings", ()] == 3
    assert samples["callarchive_month_ceiling_usd", ()] == 40
    assert samples["callarchive_engine_requests", ("local", "tiny.en")] >= 2
    assert samples["callarchive_last_ingest_timestamp_seconds", ()] > 1.7e9
    assert no_content(said.out)


def test_what_is_unknown_is_left_out(warm: WarmCommandLine, told: tuple[Path, Said]) -> None:
    lake, _ = told
    text = warm("metrics", "--lake", lake).out
    assert "callarchive_month_cost_usd" in text
    assert "callarchive_month_ceiling_usd" not in text


def test_the_file_is_replaced_whole(warm: WarmCommandLine, told: tuple[Path, Said], tmp_path: Path) -> None:
    lake, _ = told
    target = tmp_path / "callarchive.prom"
    target.write_text("old")
    assert warm("metrics", "--lake", lake, "-o", target).code == 0
    assert target.read_text().startswith("# HELP")
    assert target.stat().st_mode & 0o777 == 0o644
    assert [path.name for path in tmp_path.iterdir() if "prom" in path.name] == ["callarchive.prom"]
    assert warm("metrics", "--lake", lake, "-o", tmp_path / "no" / "such" / "folder.prom").code == 2
