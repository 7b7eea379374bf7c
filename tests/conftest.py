"""What every test gets: no network, no settings but its own, a home and a working folder of its own."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock
from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent))  # importlib mode leaves test folders off the path

import no_network
from command_line import WarmCommandLine
from sample_lake import SampleLake

from tasks.answers import AnswerStore
from tasks.files.local import LocalFiles
from tasks.keys import Keyring
from tasks.lake.catalog import Lake

if TYPE_CHECKING:
    from collections.abc import Iterator

settings.register_profile("suite", deadline=None, derandomize=True, database=None)
settings.load_profile("suite")


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sockets reach loopback only."""
    no_network.forbid(monkeypatch.setattr)


@pytest.fixture(autouse=True)
def _own_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of whoever runs the tests, and no file of theirs: all folders are the test's own."""
    for name in [name for name in os.environ if name.startswith("CALLARCHIVE_")]:
        monkeypatch.delenv(name)
    home = tmp_path / "home"
    (home / "tmp").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / ".cache"))
    monkeypatch.setenv("TMPDIR", str(home / "tmp"))
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def keyring() -> Keyring:
    """A key that no other test has."""
    return Keyring(current="0a1b2c3d", keys={"0a1b2c3d": os.urandom(32)})


@pytest.fixture
def store(tmp_path: Path, keyring: Keyring) -> AnswerStore:
    """An empty store of answers under the test's own key."""
    return AnswerStore(LocalFiles(tmp_path / "answers"), keyring)


@pytest.fixture
def empty_place(tmp_path: Path) -> Lake:
    """Where a lake could be."""
    return Lake.at(str(tmp_path / "lake"))


@pytest.fixture(scope="session")
def sample_lake(tmp_path_factory: pytest.TempPathFactory, testrun_uid: str) -> SampleLake:
    """The lake of bundled calls, which pytest's workers make once between them. Read only."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / f"sample-{testrun_uid}"
    folder.mkdir(exist_ok=True)
    with FileLock(folder / "lock"):
        return SampleLake.made_in(folder)


@pytest.fixture(scope="session")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WarmCommandLine]:
    """A command line whose engine is quick; see WarmCommandLine."""
    with WarmCommandLine(tmp_path_factory.mktemp("warm-home")) as command_line:
        yield command_line


@pytest.fixture(scope="session")
def erasable(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the lake of three calls that erasure_lake makes, compacted, and its keys. Copied only."""
    from erasure_lake import make

    from tasks.lake.compact import compact

    folder = tmp_path_factory.mktemp("erasable")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("HOME", str(folder))
        made = make(folder, patched)
        compact(made.lake)  # whose old files stay for who still reads them
    return folder
