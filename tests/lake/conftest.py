"""Lakes without calls: in a folder, or on servers that the tests start, without which a test is skipped."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import ExitStack, closing
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

import pytest
from pyarrow import fs
from servers import PASSWORD, S3, CannotStart, Postgres, postgres, s3

from tasks.lake.catalog import Lake, writing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tasks.lake.catalog import Connection

_BUCKET = "calls"
_numbers = count()


@dataclass(frozen=True)
class Servers:
    """Both servers, and what a process must have in its environment to use them."""

    postgres: Postgres
    s3: S3

    @property
    def environment(self) -> dict[str, str]:
        return {**self.s3.environment, "PGPASSWORD": PASSWORD}

    def address(self, name: str, database: str) -> str:
        return f"s3://{_BUCKET}/{name}?catalog={self.postgres.url(database)}"

    def sample(self, lake: Lake) -> None:
        """What the server does by itself when it likes: keep values of every column, to plan queries by."""
        self.postgres.sql("analyze", lake.catalog.address.rpartition("/")[2])

    def holds(self, text: bytes) -> bool:
        """Whether a text is anywhere in the database's files, rows that were deleted included."""
        self.postgres.sql("checkpoint")
        files = (path for path in (self.postgres.folder / "data" / "base").rglob("*") if path.is_file())
        return any(text in path.read_bytes() for path in files)


@pytest.fixture(scope="session")
def new_lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """A lake without calls. Copied only."""
    lake = Lake.at(str(tmp_path_factory.mktemp("new") / "lake"))
    with writing(lake):
        return lake


@pytest.fixture
def lake(new_lake: Lake, empty_place: Lake) -> Lake:
    """A lake without calls of the test's own: a copy of one, for making one takes a second."""
    shutil.copytree(new_lake.root, empty_place.root)
    with closing(sqlite3.connect(empty_place.catalog.path)) as database:
        database.execute(
            "update ducklake_metadata set value = ? where key = 'data_path'", [f"{empty_place.root}/data/"]
        )
        database.commit()
    return empty_place


@pytest.fixture
def connection(lake: Lake) -> Iterator[Connection]:
    """What writes to it."""
    with writing(lake) as connection:
        yield connection


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """Running servers, with a bucket and a database `made` that holds an empty lake."""
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patched:
        try:
            both = Servers(stack.enter_context(postgres()), stack.enter_context(s3()))
        except CannotStart as why:
            pytest.skip(str(why))
        for name, value in both.environment.items():
            patched.setenv(name, value)
        storage = fs.S3FileSystem(
            endpoint_override=both.environment["AWS_ENDPOINT_URL"], allow_bucket_creation=True
        )
        storage.create_dir(_BUCKET)
        both.postgres.sql("create database made")
        with writing(Lake.at(both.address("made", "made"))):
            pass
        patched.undo()
        yield both


@pytest.fixture
def online(servers: Servers, monkeypatch: pytest.MonkeyPatch) -> Servers:
    """The servers, with this process's environment set for them."""
    for name, value in servers.environment.items():
        monkeypatch.setenv(name, value)
    return servers


@pytest.fixture
def distributed(online: Servers) -> Lake:
    """An empty lake of the test's own: a copy of one, for making one takes seconds."""
    name = f"lake_{next(_numbers)}"
    online.postgres.sql(f"create database {name} template made")
    moved = f"update ducklake_metadata set value = 's3://{_BUCKET}/{name}/data/' where key = 'data_path'"
    online.postgres.sql(moved, name)
    return Lake.at(online.address(name, name))


@pytest.fixture
def writer(distributed: Lake) -> Iterator[Connection]:
    """What writes to it."""
    with writing(distributed) as connection:
        yield connection


@pytest.fixture(params=["folder", "bucket"])
def either_form(request: pytest.FixtureRequest, empty_place: Lake) -> Lake:
    """Where a lake could be, in either form."""
    if request.param == "bucket":
        bucket: Lake = request.getfixturevalue("distributed")
        return bucket
    return empty_place
