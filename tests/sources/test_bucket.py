"""An archive in a bucket, on an S3 server that the test starts."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from servers import S3, CannotStart, s3

from tasks.errors import CallArchiveError, SettingsError
from tasks.sources.archive import Archive, local_copy

if TYPE_CHECKING:
    from collections.abc import Iterator

FILES = {"b.wav": b"sound b", "a.wav": b"sound a", "2026-03-02/c d.wav": b"sound c", "lake/answer": b"sealed"}
TOP = "s3://calls/recordings"


@pytest.fixture(scope="module")
def server() -> Iterator[S3]:
    try:
        with s3() as running, pytest.MonkeyPatch.context() as patched:
            for name, value in running.environment.items():
                patched.setenv(name, value)
            bucket = running.bucket("calls")
            for name, content in FILES.items():
                with bucket.open_output_stream(f"recordings/{name}") as stream:
                    stream.write(content)
            yield running
    except CannotStart as why:
        pytest.skip(str(why))


@pytest.fixture
def archive(server: S3) -> Archive:
    return Archive.at(TOP, without=f"{TOP}/lake")


def test_its_files_are_listed_with_sizes_and_times_and_without_the_lake(archive: Archive) -> None:
    listed = list(archive.files())
    assert [(file.name, file.size_bytes) for file in listed] == [
        ("a.wav", 7),
        ("b.wav", 7),
        ("2026-03-02/c d.wav", 7),
    ]
    for file in listed:
        assert file.modified_at
        assert abs(datetime.now(UTC) - file.modified_at) < timedelta(minutes=5)
        assert archive.unchanged(file)


def test_a_recording_is_identified_and_fetched(archive: Archive) -> None:
    *_, file = archive.files()
    assert archive.identify(file) == (hashlib.sha256(b"sound c").hexdigest(), b"sound c")
    with local_copy(archive, file.uri) as path:
        assert (path.read_bytes(), path.name) == (b"sound c", "recording.wav")
    assert archive.read("b.wav") == b"sound b"
    assert archive.size_of("b.wav") == 7
    assert archive.size_of("none.json") is None
    with (
        pytest.raises(CallArchiveError, match="cannot be fetched"),
        local_copy(archive, f"{TOP[5:]}/gone.wav"),
    ):
        pass


def test_one_recording_is_an_archive_too(archive: Archive) -> None:
    assert [file.name for file in Archive.at(f"{TOP}/a.wav").files()] == ["a.wav"]


def test_a_prefix_without_anything_is_a_wrong_setting(archive: Archive) -> None:
    with pytest.raises(SettingsError, match="nothing at this source"):
        Archive.at("s3://calls/elsewhere")
