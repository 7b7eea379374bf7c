"""Lakes asked from outside, and archives of short recordings."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # importlib mode leaves test folders off the path

import lake_checks
from hosted import Trial, nonsense
from short_recordings import write_calls

from tasks.lake.catalog import Lake, reading
from tasks.lake.query import run_query
from tasks.stand_in import Desk, StandIn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from command_line import WarmCommandLine

    Ask = Callable[[Path, str], list[dict[str, Any]]]


@pytest.fixture(scope="session")
def ask_lake() -> Ask:
    """The rows of a query over the lake in a folder."""

    def ask(lake: Path, sql: str) -> list[dict[str, Any]]:
        with reading(Lake.at(str(lake))) as connection:
            rows: list[dict[str, Any]] = run_query(connection, sql).to_pylist()
            return rows

    return ask


@pytest.fixture(scope="session")
def broken_checks() -> Callable[[Path], list[str]]:
    """The names of the checks that the lake in a folder breaks."""

    def broken(lake: Path) -> list[str]:
        with reading(Lake.at(str(lake))) as connection:
            return lake_checks.broken_checks(connection)

    return broken


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Three short calls of different days, with their sidecars."""
    folder = tmp_path / "archive"
    write_calls(folder, 3)
    return folder


@pytest.fixture(scope="module")
def running(warm: WarmCommandLine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    """Vendors' servers stood in for by one process, which a module's tests share."""
    with StandIn(Desk(hear=nonsense)) as stand_in:
        yield Trial(warm, stand_in, tmp_path_factory.mktemp("hosted"))


@pytest.fixture
def trial(running: Trial) -> Trial:
    """The vendors on a good day, whatever the test before told them."""
    running.stand_in.desk.forget()
    running.stand_in.desk.hear = nonsense
    return running


@pytest.fixture(scope="session")
def exported(warm: WarmCommandLine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake of two short calls of different days. Read only."""
    folder = tmp_path_factory.mktemp("exported")
    write_calls(folder / "archive", 2)
    assert warm("ingest", folder / "archive", "--lake", folder / "lake").code == 0
    return folder / "lake"


@pytest.fixture(scope="session")
def three_calls(warm: WarmCommandLine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake with three landed calls and one quarantined file. Read only."""
    folder = tmp_path_factory.mktemp("three")
    write_calls(folder / "archive", 3)
    (folder / "archive" / "bad.wav").write_bytes(b"no sound")
    assert warm("ingest", folder / "archive", "--lake", folder / "lake").code == 3
    return folder / "lake"
