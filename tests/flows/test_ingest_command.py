"""What `ingest` takes, leaves, takes again and counts."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from command_line import files_of
from short_recordings import seconds_of, write_calls, write_sidecar

from tasks.lake.catalog import Lake
from tasks.lake.company import together

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from command_line import WarmCommandLine

    Ask = Callable[[Path, str], list[dict[str, Any]]]


def test_a_run_prints_its_counts_as_json(warm: WarmCommandLine, archive: Path, tmp_path: Path) -> None:
    said = warm("ingest", archive, "--lake", tmp_path / "lake", "--json")
    assert said.code == 0
    facts = said.json
    assert {name: facts[name] for name in ("found", "landed", "skipped", "quarantined", "failed")} == {
        "found": 3,
        "landed": 3,
        "skipped": 0,
        "quarantined": 0,
        "failed": 0,
    }
    assert facts["other_files"] == 3
    assert facts["engine_requests"] >= 3
    assert facts["minutes_landed"] == pytest.approx(0.25, abs=0.01)
    assert facts["troubled"] == []


def test_a_limit_takes_so_many_and_the_next_run_goes_on(
    warm: WarmCommandLine, archive: Path, tmp_path: Path, ask_lake: Ask
) -> None:
    first = warm("ingest", archive, "--lake", tmp_path / "lake", "--limit", "2", "--json").json
    assert (first["landed"], first["skipped_because"]) == (2, {"beyond --limit": 1})
    second = warm("ingest", archive, "--lake", tmp_path / "lake", "--limit", "2", "--json").json
    assert (second["landed"], second["skipped_because"]) == (1, {"already landed": 2})
    assert len(ask_lake(tmp_path / "lake", "select * from recordings where state = 'landed'")) == 3


def test_since_leaves_older_calls_for_another_time(warm: WarmCommandLine, tmp_path: Path) -> None:
    for path in write_calls(tmp_path / "archive", 3):
        os.utime(path)
    said = warm(
        "ingest", tmp_path / "archive", "--lake", tmp_path / "lake", "--since", "2026-03-02", "--json"
    )
    assert (said.json["landed"], said.json["skipped_because"]) == (2, {"before --since": 1})
    said = warm("ingest", tmp_path / "archive", "--lake", tmp_path / "lake", "--json")
    assert said.json["landed"] == 1


def test_a_renamed_recording_is_not_transcribed_again(
    warm: WarmCommandLine, archive: Path, tmp_path: Path
) -> None:
    warm("ingest", archive, "--lake", tmp_path / "lake")
    (archive / "again").mkdir()
    for number, path in enumerate(sorted(archive.glob("*.wav"))):
        path.rename(archive / "again" / f"other-{number}.bin")
    before = warm.fetched()
    said = warm("ingest", archive, "--lake", tmp_path / "lake", "--json").json
    assert said["skipped_because"] == {"already landed": 3}
    assert warm.fetched() == before


def test_two_files_with_the_same_bytes_are_one_recording(
    warm: WarmCommandLine, archive: Path, tmp_path: Path, ask_lake: Ask
) -> None:
    shutil.copy(archive / "short-0.wav", archive / "copy.wav")
    said = warm("ingest", archive, "--lake", tmp_path / "lake", "--json").json
    assert said["skipped_because"] == {"the same bytes as another file of this archive": 1}
    assert (said["found"], said["landed"]) == (4, 3)
    assert len(ask_lake(tmp_path / "lake", "select * from recordings")) == 3


def test_two_recordings_that_claim_one_call_id_both_land(
    warm: WarmCommandLine, archive: Path, tmp_path: Path, ask_lake: Ask
) -> None:
    for name in ("short-0.wav", "short-1.wav"):
        write_sidecar(archive / name, call_id="same")
    assert warm("ingest", archive, "--lake", tmp_path / "lake", "--json").json["landed"] == 3
    ids = [row["call_id"] for row in ask_lake(tmp_path / "lake", "select call_id from calls order by 1")]
    assert ids[0] == "same"
    assert ids[1].startswith("same~")


def test_replacing_lands_everything_again_from_kept_answers(
    warm: WarmCommandLine,
    archive: Path,
    tmp_path: Path,
    ask_lake: Ask,
    broken_checks: Callable[[Path], list[str]],
) -> None:
    warm("ingest", archive, "--lake", tmp_path / "lake")
    before = warm.fetched()
    write_sidecar(archive / "short-0.wav", call_id="corrected", started_at="2026-04-01T00:00:00Z")
    said = warm("ingest", archive, "--lake", tmp_path / "lake", "--replace", "--json").json
    assert (said["landed"], said["engine_requests"]) == (3, 0)
    assert warm.fetched() == before
    ids = [row["call_id"] for row in ask_lake(tmp_path / "lake", "select call_id from calls order by 1")]
    assert ids == ["corrected", "short-1", "short-2"]
    assert broken_checks(tmp_path / "lake") == []


def test_what_failed_is_tried_again_and_says_so(
    warm: WarmCommandLine, archive: Path, tmp_path: Path, ask_lake: Ask
) -> None:
    said = warm("ingest", archive, "--lake", tmp_path / "lake", "--json", CANNED_FAILS="1")
    assert (said.code, said.json["failed"], said.json["landed"]) == (10, 3, 0)
    assert "four two six" not in said.out + said.err
    rows = ask_lake(tmp_path / "lake", "select state, stage, reason, attempts from recordings")
    assert {row["reason"] for row in rows} == {"unexpected ConnectionError in transcribe"}
    assert warm("ingest", archive, "--lake", tmp_path / "lake", "--json").json["landed"] == 3
    rows = ask_lake(tmp_path / "lake", "select state, attempts from recordings")
    assert {(row["state"], row["attempts"]) for row in rows} == {("landed", 2)}


def test_a_call_that_cannot_be_replaced_stays_landed(
    warm: WarmCommandLine, archive: Path, tmp_path: Path, broken_checks: Callable[[Path], list[str]]
) -> None:
    warm("ingest", archive, "--lake", tmp_path / "lake")
    shutil.rmtree(tmp_path / "lake" / "answers")
    said = warm("ingest", archive, "--lake", tmp_path / "lake", "--replace", "--json", CANNED_FAILS="1")
    assert said.json["failed"] == 3
    assert broken_checks(tmp_path / "lake") == []


def test_quarantined_recordings_are_tried_again_when_asked(warm: WarmCommandLine, tmp_path: Path) -> None:
    (tmp_path / "archive").mkdir()
    content = seconds_of("call-0001", 0, 5)
    (tmp_path / "archive" / "cut.wav").write_bytes(content[: len(content) // 2])
    order = ("ingest", tmp_path / "archive", "--lake", tmp_path / "lake", "--json")
    assert warm(*order).json["quarantined"] == 1
    assert warm(*order, CALLARCHIVE_ACCEPT_TRUNCATED="true").json["skipped"] == 1
    said = warm(*order, "--retry-quarantined", CALLARCHIVE_ACCEPT_TRUNCATED="true")
    assert (said.code, said.json["landed"]) == (0, 1)


def test_a_dry_run_says_what_would_be_done_and_changes_nothing(
    warm: WarmCommandLine, three_calls: Path, tmp_path: Path
) -> None:
    write_calls(tmp_path / "archive", 4)
    before = files_of(three_calls)
    said = warm("ingest", tmp_path / "archive", "--lake", three_calls, "--dry-run", "--json")
    assert said.code == 0
    assert {name: said.json[name] for name in ("found", "to_transcribe", "skipped", "quarantined")} == {
        "found": 4,
        "to_transcribe": 1,
        "skipped": 3,
        "quarantined": 0,
    }
    assert files_of(three_calls) == before


def test_a_dry_run_before_the_first_run_writes_nothing_at_all(
    warm: WarmCommandLine, archive: Path, tmp_path: Path
) -> None:
    before = files_of(tmp_path)
    said = warm(
        "ingest", archive, "--lake", tmp_path / "lake", "--dry-run", "--json",
        CALLARCHIVE_KEY_FILE=str(tmp_path / "keys.json"),
    )  # fmt: skip
    assert said.json["to_transcribe"] == 3
    assert files_of(tmp_path) == before


def test_what_needs_a_lake_alone_is_told_to_wait_for_an_ingest(
    warm: WarmCommandLine, archive: Path, tmp_path: Path
) -> None:
    assert warm("ingest", archive, "--lake", tmp_path / "lake", "--json").json["landed"] == 3
    with together(Lake.at(str(tmp_path / "lake"))):
        said = warm("redact", "--since", "2026-01-01", "--lake", tmp_path / "lake", "--json")
        assert warm("ingest", archive, "--lake", tmp_path / "lake", "--json").json["skipped"] == 3
    assert said.code == 2
    assert "another ingest" in said.err
    assert "wait for it to end" in said.err
    assert "Traceback" not in said.err


def test_a_lake_that_is_a_file_is_a_wrong_setting(
    warm: WarmCommandLine, archive: Path, tmp_path: Path
) -> None:
    (tmp_path / "lake").write_text("not a folder")
    assert warm("ingest", archive, "--lake", tmp_path / "lake").code == 2


def test_what_a_killed_run_left_in_the_store_is_removed(
    warm: WarmCommandLine, archive: Path, tmp_path: Path
) -> None:
    part = tmp_path / "lake" / "answers" / "ab" / f"ab{'0' * 62}.0011aabb.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(b"half")
    warm("ingest", archive, "--lake", tmp_path / "lake")
    assert not part.exists()
