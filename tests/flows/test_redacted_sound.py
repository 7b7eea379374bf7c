"""From the command line to the muted copy: one for each call, and silent where words are redacted."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import imageio_ffmpeg
import numpy as np
import pytest
import yaml

from tasks.redact.rules import DEFAULT_PATH

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from command_line import WarmCommandLine
    from numpy.typing import NDArray

    Ask = Callable[[Path, str], list[dict[str, Any]]]

COPIES = "select call_id, audio_path, audio_sha256, muted_ms, call_date from calls order by call_id"
WORDS = "select * from words where call_id = 'short-0' order by word_index"


@pytest.fixture
def rules(tmp_path: Path) -> str:
    """Rules by which some of the canned engine's words are personal."""
    content = yaml.safe_load(DEFAULT_PATH.read_text()) | {
        "deny": {"PERSON": ["parcel", "bad"], "PIN": ["line"]}
    }
    path = tmp_path / "rules.yaml"
    path.write_text(yaml.safe_dump(content))
    return str(path)


def sound(path: Path) -> NDArray[np.int16]:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(path), "-f", "s16le", "pipe:1"]
    raw = subprocess.run(command, check=True, capture_output=True).stdout
    return np.frombuffer(raw, "<i2").reshape(-1, 2)


def files(lake: Path) -> list[str]:
    return sorted(path.relative_to(lake).as_posix() for path in (lake / "audio").rglob("*") if path.is_file())


def test_every_call_has_a_copy_that_is_silent_where_words_are_redacted(
    warm: WarmCommandLine, archive: Path, rules: str, ask_lake: Ask
) -> None:
    lake = archive.parent / "lake"
    settings = {"CALLARCHIVE_REDACTION_RULES": rules, "CALLARCHIVE_REDACTION_MODE": "pseudonym"}
    assert warm("ingest", archive, "--lake", lake, **settings).code == 0
    copies = ask_lake(lake, COPIES)
    assert files(lake) == sorted(row["audio_path"] for row in copies)
    assert all(row["audio_path"].startswith(f"audio/{row['call_date']}/") for row in copies)
    assert not any("short" in row["audio_path"] for row in copies)
    before, after = sound(archive / "short-0.wav"), sound(lake / copies[0]["audio_path"])
    assert before.shape == after.shape
    words = ask_lake(lake, WORDS)
    redacted = [word for word in words if word["entity"]]
    assert redacted
    assert all(word["word"] != f"[{word['entity']}]" for word in redacted if word["entity"] == "PERSON")
    for word in words:
        place = (slice(word["start_ms"] * 8, word["end_ms"] * 8), word["channel"])
        assert np.any(before[place])
        assert np.any(after[place]) == (word["entity"] is None)
    assert copies[0]["muted_ms"] > 400
    rows = ask_lake(lake, "select distinct entity, mode, rules_hash is not null as named from redactions")
    modes = {row["entity"]: (row["mode"], row["named"]) for row in rows}
    assert modes["PERSON"] == ("pseudonym", True)
    assert modes.get("PIN", ("delete_only", True)) == ("delete_only", True)


def test_other_rules_can_be_applied_when_the_archive_is_gone(
    warm: WarmCommandLine,
    archive: Path,
    rules: str,
    ask_lake: Ask,
    broken_checks: Callable[[Path], list[str]],
) -> None:
    lake = archive.parent / "lake"
    warm("ingest", archive, "--lake", lake)
    shutil.rmtree(archive)
    before = warm.fetched()
    said = warm("redact", "--lake", lake, "--json", CALLARCHIVE_REDACTION_RULES=rules)
    assert (said.code, said.json["calls"], said.json["changed"]) == (0, 3, 3)
    assert (said.json["not_kept"], said.json["failed"]) == (0, [])
    assert warm.fetched() == before
    assert not ask_lake(lake, "select * from words where word in ('parcel', 'bad', 'line')")
    assert broken_checks(lake) == []
    assert files(lake) == sorted(row["audio_path"] for row in ask_lake(lake, COPIES))
    for call in ("short-0", "short-1", "short-2"):
        assert warm("certificate", "--lake", lake, "--call", call).code == 0


def test_no_sound_is_kept_where_none_is_wished(warm: WarmCommandLine, archive: Path, ask_lake: Ask) -> None:
    lake = archive.parent / "lake"
    assert warm("ingest", archive, "--lake", lake, CALLARCHIVE_REDACTED_AUDIO="none").code == 0
    assert not (lake / "audio").exists()
    assert {(row["audio_path"], row["muted_ms"]) for row in ask_lake(lake, COPIES)} == {(None, None)}


def test_landing_again_replaces_the_copy(warm: WarmCommandLine, archive: Path, ask_lake: Ask) -> None:
    lake = archive.parent / "lake"
    warm("ingest", archive, "--lake", lake)
    first = files(lake)
    opus = warm("ingest", archive, "--lake", lake, "--replace", CALLARCHIVE_REDACTED_AUDIO="opus")
    assert opus.code == 0
    assert files(lake) == sorted(row["audio_path"] for row in ask_lake(lake, COPIES))
    assert not set(files(lake)) & set(first)
    assert all(path.endswith(".ogg") for path in files(lake))


def test_a_copy_that_cannot_be_written_keeps_its_call_from_landing(
    warm: WarmCommandLine, archive: Path, ask_lake: Ask
) -> None:
    lake = archive.parent / "lake"
    lake.mkdir()
    (lake / "audio").write_text("in the way")
    said = warm("ingest", archive, "--lake", lake, "--json")
    assert (said.code, said.json["landed"], said.json["failed"]) == (10, 0, 3)
    rows = ask_lake(lake, "select stage, reason from recordings")
    assert {row["stage"] for row in rows} == {"copy_sound"}
    assert all("cannot be written" in row["reason"] for row in rows)
    assert ask_lake(lake, COPIES) == []


def test_an_unknown_mode_starts_nothing(warm: WarmCommandLine, archive: Path) -> None:
    lake = archive.parent / "lake"
    said = warm("ingest", archive, "--lake", lake, CALLARCHIVE_REDACTION_MODE="shuffled")
    assert said.code == 2
    assert "CALLARCHIVE_REDACTION_MODE" in said.err
    assert not lake.exists()
