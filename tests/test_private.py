"""Folders that are made for their owner only."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

from tasks.desk.store import Desk
from tasks.files.local import LocalFiles
from tasks.files.private import make_private
from tasks.keys import load_keyring
from tasks.lake.catalog import Lake, writing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


def _make_lake(folder: Path) -> None:
    with writing(Lake.at(str(folder))):
        pass


@pytest.fixture(autouse=True)
def _generous() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.parametrize(
    "make",
    [
        make_private,
        _make_lake,
        lambda folder: load_keyring(folder / "keys.json"),
        lambda folder: LocalFiles(folder).write("b/answer", b""),
        lambda folder: Desk.at(folder / "review.sqlite"),
    ],
    ids=["folder", "lake", "keys", "files", "desk"],
)
def test_no_folder_that_was_missing_is_open_to_others(make: Callable[[Path], object], tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.mkdir()
    make(there / "deep" / "deeper" / "deepest")
    made = [path for path in there.rglob("*") if path.is_dir()]
    assert len(made) >= 3
    assert {stat.S_IMODE(path.stat().st_mode) for path in made} == {0o700}
    assert stat.S_IMODE(there.stat().st_mode) == 0o755


def test_a_folder_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    make_private(tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(FileExistsError):
        make_private(tmp_path / "file")
