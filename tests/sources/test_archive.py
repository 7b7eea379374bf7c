from __future__ import annotations

import hashlib
import io
import logging
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import fsspec
import pytest

from tasks.errors import CallArchiveError, SettingsError
from tasks.sources.archive import Archive, File, folder_of, local_copy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILES = {"b.wav": b"sound b", "a.wav": b"sound a", "deep/er/c.mp3": b"sound c", "deep/note.txt": b"hi"}


@pytest.fixture(params=["folder", "memory"])
def archive(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Archive]:
    top = str(tmp_path / "archive") if request.param == "folder" else "memory://archive"
    fs, _ = fsspec.core.url_to_fs(top)
    for name, content in FILES.items():
        fs.makedirs(f"{top}/{name}".rpartition("/")[0], exist_ok=True)
        fs.pipe_file(f"{top}/{name}", content)
    yield Archive.at(top)
    fs.rm(top, recursive=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    top = tmp_path / "archive"
    top.mkdir()
    (top / "a.wav").write_bytes(b"sound")
    return top


def _names(top: Path) -> list[str]:
    return [file.name for file in Archive.at(str(top)).files()]


def test_files_are_listed_folder_by_folder_in_the_order_of_their_names(archive: Archive) -> None:
    listed = list(archive.files())
    assert [file.name for file in listed] == sorted(FILES, key=lambda name: (folder_of(name), name))
    assert [file.size_bytes for file in listed] == [len(FILES[file.name]) for file in listed]


def test_no_file_is_named_in_the_log_even_at_debug(
    folder: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = io.StringIO()
    monkeypatch.setattr(logging.root, "handlers", [logging.StreamHandler(log)])
    for name in ("", "fsspec", "fsspec.local"):
        caplog.set_level(logging.DEBUG, logger=name)
    archive = Archive.at(str(folder))
    for file in archive.files():
        archive.identify(file)
    assert "a.wav" not in log.getvalue()


def test_a_file_is_identified_by_its_bytes(archive: Archive) -> None:
    file = next(archive.files())
    sha256, head = archive.identify(file)
    assert sha256 == hashlib.sha256(b"sound a").hexdigest()
    assert head == b"sound a"


def test_a_local_copy_has_the_bytes_and_goes_away(archive: Archive) -> None:
    file = next(archive.files())
    with local_copy(archive, file.uri) as path:
        assert path.read_bytes() == b"sound a"
        assert path.suffix == ".wav"
    remote = "memory" in str(archive.fs.protocol)
    assert path.exists() != remote
    assert not remote or not path.parent.exists()


def test_a_copy_that_cannot_be_made_is_a_known_error() -> None:
    archive = Archive(fsspec.filesystem("memory"), "/archive")
    with pytest.raises(CallArchiveError, match="cannot be fetched"), local_copy(archive, "/archive/gone.wav"):
        pass


def test_a_small_file_beside_can_be_read(archive: Archive) -> None:
    assert archive.read("deep/note.txt") == b"hi"
    with pytest.raises(FileNotFoundError):
        archive.read("deep/none.json")


def test_a_file_that_grew_or_went_away_is_not_unchanged(folder: Path) -> None:
    archive = Archive.at(str(folder))
    (file,) = archive.files()
    assert archive.unchanged(file)
    with (folder / "a.wav").open("ab") as growing:
        growing.write(b"more")
    assert not archive.unchanged(file)
    (folder / "a.wav").unlink()
    assert not archive.unchanged(file)


def test_a_files_time_is_utc(folder: Path) -> None:
    os.utime(folder / "a.wav", (1_700_000_000, 1_700_000_000))
    (file,) = Archive.at(str(folder)).files()
    assert file.modified_at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)


def test_one_file_is_an_archive_too(folder: Path) -> None:
    (file,) = Archive.at(str(folder / "a.wav")).files()
    assert (file.name, file.size_bytes) == ("a.wav", 5)


def test_links_are_not_followed_wherever_they_lead(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.wav").write_bytes(b"not yours")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "b.wav").write_bytes(b"not yours")
    (folder / "inside.wav").symlink_to(folder / "a.wav")
    (folder / "outside.wav").symlink_to(tmp_path / "secret.wav")
    (folder / "outside").symlink_to(tmp_path / "elsewhere")
    (folder / "broken.wav").symlink_to(tmp_path / "nowhere")
    (folder / "loop").symlink_to(folder)
    assert _names(folder) == ["a.wav"]


def test_an_archive_may_itself_be_a_link(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(folder)
    assert _names(tmp_path / "link") == ["a.wav"]


def test_what_is_no_regular_file_is_left_alone(folder: Path) -> None:
    os.mkfifo(folder / "pipe.wav")
    (folder / "empty-folder.wav").mkdir()
    assert _names(folder) == ["a.wav"]


@pytest.mark.parametrize(
    "name",
    [
        "it's.wav",
        "100% {x} [*]?.wav",
        "tab\tline\n.wav",
        "ünïcode 电话.wav",
        "-rf.wav",
        "~.wav",
        "a::b.wav",
        "x" * 251 + ".wav",
    ],
)
def test_odd_names_are_read_like_others(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"odd sound")
    archive = Archive.at(str(folder))
    (file,) = (file for file in archive.files() if file.name == name)
    assert archive.identify(file)[1] == b"odd sound"
    assert archive.unchanged(file)
    with local_copy(archive, file.uri) as path:
        assert path.read_bytes() == b"odd sound"


@pytest.mark.parametrize("source", ["/no/such/folder", "nosuchscheme://x", "s3://bucket/x", "gs://b", "\0"])
def test_a_source_that_cannot_be_opened_is_a_wrong_setting(
    source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")  # where nobody listens
    with pytest.raises(SettingsError):
        Archive.at(source)


def test_a_folder_is_what_stands_before_the_name() -> None:
    assert [folder_of(name) for name in ("a.wav", "deep/er/c.wav")] == ["", "deep/er"]


def test_remote_times_are_found_under_their_various_names() -> None:
    fs = fsspec.filesystem("memory")
    for key in ("LastModified", "last_modified", "modified"):
        at = Archive(fs, "/x")._file({"name": "/x/a", "size": None, key: datetime(2026, 3, 2)}, "a")  # noqa: DTZ001  (some stores tell no zone)
        assert at == File("/x/a", "a", 0, datetime(2026, 3, 2, tzinfo=UTC))
