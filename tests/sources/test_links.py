from __future__ import annotations

from typing import TYPE_CHECKING

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from tasks.errors import CallArchiveError
from tasks.sources.archive import Archive

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def bucket() -> Iterator[Archive]:
    fsspec.filesystem("memory").pipe_file("/bucket/a.wav", b"RIFF")
    yield Archive.at("memory://bucket")
    fsspec.filesystem("memory").rm("/bucket", recursive=True)


def test_a_folder_gives_no_links(tmp_path: Path) -> None:
    assert Archive.at(str(tmp_path)).gives_links is False


def test_a_store_that_signs_gives_links(bucket: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    assert bucket.gives_links is False
    monkeypatch.setattr(
        MemoryFileSystem, "sign", lambda _, path, expiration: f"https://store{path}?for={expiration}"
    )
    assert bucket.gives_links is True
    assert bucket.link("/bucket/a.wav", 600) == "https://store/bucket/a.wav?for=600"


def test_a_store_that_refuses_does_not_tell_the_address(
    bucket: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: object, path: str, **__: object) -> str:
        raise PermissionError(f"may not sign {path} for Jane Doe")

    monkeypatch.setattr(MemoryFileSystem, "sign", refuse)
    with pytest.raises(CallArchiveError, match=r"^the archive gives no link \(PermissionError\)$"):
        bucket.link("/bucket/a.wav", 600)
