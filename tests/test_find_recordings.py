from __future__ import annotations

import json
import os
import threading
import time
from typing import TYPE_CHECKING, Any

import fsspec
import pytest
from short_recordings import ARCHIVE, seconds_of, wav

from tasks.find_recordings import find_recordings, list_recordings
from tasks.settings import Settings
from tasks.sources.archive import Archive

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tasks.find_recordings import Found

PATTERN = Settings.model_fields["file_name_pattern"].default
SOUND = wav(b"\x7f" * 800, channels=1)
OTHER_SOUND = wav(b"\x7e" * 800, channels=1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    top = tmp_path / "archive"
    top.mkdir()
    return top


def _found(source: Path | str, pattern: str | None = PATTERN) -> dict[str, Found]:
    archive = Archive.at(str(source))
    listed = list_recordings(archive, 0).candidates
    return {one.file.name: one for one in find_recordings(archive, listed, pattern)}


def test_recordings_are_known_by_their_content(folder: Path) -> None:
    (folder / "sound.dat").write_bytes(SOUND)
    (folder / "no-ending").write_bytes((ARCHIVE / "call-0003.mp3").read_bytes()[:4_000])
    (folder / "sound.txt").write_bytes(SOUND)
    (folder / "text.wav").write_bytes(b"this is no sound at all")
    (folder / "empty.wav").write_bytes(b"")
    (folder / "zip.mp3").write_bytes(b"PK\x03\x04 and so on")
    problems = {name: one.problem for name, one in _found(folder).items()}
    assert problems == {
        "sound.dat": None,
        "no-ending": None,
        "sound.txt": None,
        "text.wav": "not a sound recording but text; remove it or export it again",
        "empty.wav": "the file is empty; export the recording again",
        "zip.mp3": "not a sound recording but ZIP archive or Office document; remove it or export it again",
    }


def test_what_lies_beside_recordings_is_counted_and_not_reported(folder: Path) -> None:
    (folder / ".git").mkdir()
    for name in ("a.json", "manifest.csv", "README.md", ".hidden.wav", ".git/x.wav", "Thumbs.db"):
        (folder / name).write_bytes(b"{}")
    listing = list_recordings(Archive.at(str(folder)), 0)
    assert (listing.candidates, listing.waiting, listing.companions) == ((), (), 6)


def test_a_renamed_recording_is_the_same_recording(folder: Path) -> None:
    (folder / "a.wav").write_bytes(SOUND)
    before = _found(folder)["a.wav"].recording.sha256
    (folder / "sub").mkdir()
    (folder / "a.wav").rename(folder / "sub" / "b.wav")
    assert _found(folder)["sub/b.wav"].recording.sha256 == before


@pytest.mark.parametrize("sidecar", ["call.json", "call.wav.json"])
def test_the_sidecar_beside_a_recording_is_read(folder: Path, sidecar: str) -> None:
    (folder / "call.wav").write_bytes(SOUND)
    (folder / sidecar).write_text('{"call_id": "from-sidecar"}')
    assert _found(folder)["call.wav"].recording.metadata.call_id == "from-sidecar"


def test_the_sidecar_counts_more_than_the_manifest_and_that_more_than_the_name(folder: Path) -> None:
    names = [f"20260311T14150{number}_agent07_billing_name{number}.wav" for number in range(3)]
    for name in names:
        (folder / name).write_bytes(SOUND)
    (folder / names[0]).with_suffix(".json").write_text('{"call_id": "sidecar"}')
    (folder / "manifest.csv").write_text(f"file,call_id\n{names[0]},manifest\n{names[1]},manifest\n")
    found = _found(folder)
    assert [found[name].recording.metadata.call_id for name in names] == ["sidecar", "manifest", "name2"]


def test_a_manifest_is_for_its_own_folder(folder: Path) -> None:
    (folder / "sub").mkdir()
    for name in ("a.wav", "sub/a.wav"):
        (folder / name).write_bytes(SOUND)
    (folder / "sub" / "manifest.csv").write_text("file,call_id\na.wav,below\n")
    ids = {name: one.recording.metadata.call_id for name, one in _found(folder).items()}
    assert ids == {"a.wav": None, "sub/a.wav": "below"}


def test_a_missing_date_stays_unknown(folder: Path) -> None:
    (folder / "a.wav").write_bytes(SOUND)
    assert _found(folder)["a.wav"].recording.metadata.started_at is None


@pytest.mark.parametrize(
    "sidecar",
    [
        b"",
        b"no json",
        b"[]",
        b'{"call_id": ["x"]}',
        b"[" * 100_000,
        b'{"a": "' + b"x" * (1 << 20) + b'"}',
    ],
    ids=lambda content: repr(content[:8]),
)
def test_malformed_metadata_is_reported_and_the_recording_is_still_found(
    folder: Path, sidecar: bytes
) -> None:
    (folder / "a.wav").write_bytes(SOUND)
    (folder / "a.json").write_bytes(sidecar)
    found = _found(folder)["a.wav"]
    assert found.problem is None
    assert found.recording.metadata.problems


def test_a_manifest_that_cannot_be_read_is_reported_and_the_name_still_counts(folder: Path) -> None:
    name = "20260311T141500_agent07_billing_call0012.wav"
    (folder / name).write_bytes(SOUND)
    (folder / "manifest.csv").write_bytes(b"\xff\xfe")
    metadata = _found(folder)[name].recording.metadata
    assert metadata.call_id == "call0012"
    assert "manifest.csv" in metadata.problems[0]


def _folder_as_sidecar(folder: Path) -> None:
    (folder / "a.json").mkdir()


def _folder_as_manifest(folder: Path) -> None:
    (folder / "manifest.csv").mkdir()


def _pipe_as_sidecar(folder: Path) -> None:
    os.mkfifo(folder / "a.json")


def _endless_sidecar(folder: Path) -> None:
    (folder / "a.json").symlink_to("/dev/zero")


def _link_out(folder: Path) -> None:
    (folder.parent / "private.json").write_text('{"call_id": "private"}')
    (folder / "a.json").symlink_to(folder.parent / "private.json")


def _huge_sidecar(folder: Path) -> None:
    with (folder / "a.json").open("wb") as file:
        file.truncate(1 << 40)


@pytest.mark.parametrize(
    "lay", [_folder_as_sidecar, _folder_as_manifest, _pipe_as_sidecar, _endless_sidecar, _huge_sidecar]
)
def test_what_stands_where_metadata_should_does_not_stop_the_night(
    folder: Path, lay: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "a.wav").write_bytes(SOUND)
    lay(folder)
    read = Archive.read

    def careful(self: Archive, name: str) -> bytes:
        path = folder / name
        if path.is_fifo() or path.is_char_device() or (path.exists() and path.stat().st_size > 1 << 30):
            raise AssertionError("reading this would never end")
        return read(self, name)

    monkeypatch.setattr(Archive, "read", careful)
    assert _found(folder)["a.wav"].problem is None


def test_a_sidecar_that_leads_out_of_the_archive_is_not_read(folder: Path) -> None:
    (folder / "a.wav").write_bytes(SOUND)
    _link_out(folder)
    assert _found(folder)["a.wav"].recording.metadata.call_id is None


@pytest.mark.parametrize("error", [PermissionError, FileNotFoundError, OSError])
def test_a_file_that_cannot_be_read_does_not_stop_the_others(
    folder: Path, monkeypatch: pytest.MonkeyPatch, error: type[OSError]
) -> None:
    (folder / "a.wav").write_bytes(SOUND)
    (folder / "b.wav").write_bytes(OTHER_SOUND)
    identify = Archive.identify

    def refuse(self: Archive, file: Any) -> tuple[str, bytes]:
        if file.name == "a.wav":
            raise error(13, "no")
        return identify(self, file)

    monkeypatch.setattr(Archive, "identify", refuse)
    assert _found(folder)["b.wav"].problem is None


def test_one_recording_named_by_itself_keeps_its_sidecar(folder: Path) -> None:
    (folder / "a.wav").write_bytes(SOUND)
    (folder / "a.json").write_text('{"call_id": "from-sidecar"}')
    assert _found(folder / "a.wav")["a.wav"].recording.metadata.call_id == "from-sidecar"


def _age(path: Path, seconds: float) -> None:
    at = time.time() - seconds
    os.utime(path, (at, at))


def test_a_young_file_waits_for_the_next_night(folder: Path) -> None:
    for name, age_s in (("old.wav", 7_200), ("young.wav", 60)):
        (folder / name).write_bytes(SOUND)
        _age(folder / name, age_s)
    listing = list_recordings(Archive.at(str(folder)), 3_600)
    assert [file.name for file in listing.candidates] == ["old.wav"]
    assert [file.name for file in listing.waiting] == ["young.wav"]


def test_a_file_that_is_just_being_written_waits_and_a_finished_one_does_not(folder: Path) -> None:
    (folder / "done.wav").write_bytes(SOUND)
    growing = folder / "growing.wav"
    growing.write_bytes(SOUND)
    writer = threading.Timer(0.2, lambda: growing.write_bytes(SOUND * 2))
    writer.start()
    listing = list_recordings(Archive.at(str(folder)), 0.6)
    writer.join()
    assert [file.name for file in listing.candidates] == ["done.wav"]
    assert [file.name for file in listing.waiting] == ["growing.wav"]


def test_a_file_from_the_future_waits_for_no_one_longer_than_it_changes(folder: Path) -> None:
    (folder / "a.wav").write_bytes(SOUND)
    _age(folder / "a.wav", -86_400)
    assert len(list_recordings(Archive.at(str(folder)), 0.1).candidates) == 1


def test_each_file_is_read_once_and_watched(folder: Path) -> None:
    for number in range(5):
        (folder / f"{number}.wav").write_bytes(SOUND)
    seen = []
    archive = Archive.at(str(folder))
    found = find_recordings(archive, list_recordings(archive, 0).candidates, None, lambda: seen.append(1))
    assert len(list(found)) == len(seen) == 5


def test_an_archive_in_an_object_store_works_like_a_folder(folder: Path) -> None:
    files = {
        "a.wav": seconds_of("call-0001", 0, 1),
        "a.json": json.dumps({"call_id": "call-a"}).encode(),
        "sub/20260311T141500_agent07_billing_call0012.wav": seconds_of("call-0002", 0, 1),
        "sub/broken.wav": b"text",
        "sub/manifest.csv": b"file,queue\nbroken.wav,x\n",
    }
    memory = fsspec.filesystem("memory")
    for name, content in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
        memory.pipe_file(f"/works/{name}", content)
    one, two = _found(folder), _found("memory://works")
    memory.rm("/works", recursive=True)
    assert one.keys() == two.keys()
    for name in one:
        assert one[name].recording.sha256 == two[name].recording.sha256
        assert one[name].recording.metadata == two[name].recording.metadata
        assert one[name].problem == two[name].problem
