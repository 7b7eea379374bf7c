"""Files below a prefix of a bucket: Amazon S3, or any storage that speaks its protocol."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from pyarrow import fs

from tasks.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator

_TRIES: Final = 5
_CONNECT_S: Final = 10
_BLOCK_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class S3Files:
    """A bucket, or what lies below a prefix of it; see Files for the methods.

    Who may do what, and where the storage is, AWS's usual variables, files and roles say.
    """

    address: str

    def under(self, folder: str) -> S3Files:
        """A prefix below this one."""
        return S3Files(f"{self.address}/{folder}")

    def paths(self) -> list[str]:
        """Every object below the prefix. An upload that did not end is none."""
        top = self._key("")
        with self._told():
            found = storage().get_file_info(fs.FileSelector(top, allow_not_found=True, recursive=True))
        return sorted(one.path.removeprefix(top) for one in found if one.type == fs.FileType.File)

    def has(self, path: str) -> bool:
        """Whether there is such an object."""
        with self._told():
            return storage().get_file_info(self._key(path)).type == fs.FileType.File

    def read(self, path: str) -> bytes | None:
        """All of an object, or None."""
        try:
            with self._told(), storage().open_input_stream(self._key(path)) as stream:
                return bytes(stream.read())
        except FileNotFoundError:
            return None

    def size_bytes(self, path: str) -> int | None:
        """How long an object is, or None."""
        with self._told():
            found = storage().get_file_info(self._key(path))
        return found.size if found.type == fs.FileType.File else None

    def part(self, path: str, start: int, length: int) -> bytes:
        """Some bytes of an object, by one request for just these."""
        with self._told(), storage().open_input_file(self._key(path)) as file:
            file.seek(start)
            return bytes(file.read(length))

    def write(self, path: str, content: bytes) -> None:
        """An object appears in one step, when all of it has arrived."""
        with self._told(), storage().open_output_stream(self._key(path)) as stream:
            stream.write(content)

    @contextmanager
    def new(self, path: str) -> Iterator[BinaryIO]:
        """A file without a name on this machine, which goes into the bucket at the end."""
        with tempfile.TemporaryFile() as file:
            yield file
            file.seek(0)
            try:
                with self._told(), storage().open_output_stream(self._key(path)) as stream:
                    shutil.copyfileobj(file, stream, _BLOCK_BYTES)
            except BaseException:
                with suppress(OSError):
                    storage().delete_file(self._key(path))
                raise

    @contextmanager
    def here(self, path: str) -> Iterator[Path]:
        """A private copy, under a name that keeps nothing but the ending."""
        with tempfile.TemporaryDirectory(prefix="callarchive-") as folder:
            copy = Path(folder) / f"file{Path(path).suffix}"
            with (
                self._told(),
                storage().open_input_stream(self._key(path)) as stream,
                copy.open("wb") as file,
            ):
                shutil.copyfileobj(stream, file, _BLOCK_BYTES)
            yield copy

    def remove(self, path: str) -> bool:
        """Delete an object."""
        try:
            with self._told():
                storage().delete_file(self._key(path))
        except FileNotFoundError:
            return False
        return True

    def remove_parts(self) -> None:
        """Nothing to do: who uploads leaves all of an object or none."""

    def _key(self, path: str) -> str:
        return f"{self.address.removeprefix('s3://')}/{path}"

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What the storage says can quote keys and addresses, so only the kind of error is passed on."""
        try:
            yield
        except FileNotFoundError:
            raise
        except OSError as error:
            if error.errno is not None:  # this machine's disk, not the storage
                raise
            kind = re.search(r"AWS Error ([A-Z_]+)", str(error))
            raise SettingsError(
                f"{self.address} cannot be used ({kind[1] if kind else type(error).__name__}); check the "
                "bucket, AWS_ENDPOINT_URL, AWS_REGION and the credentials, then run it again"
            ) from None


def endpoint() -> str | None:
    """Where the storage is, unless it is Amazon's: http://host:port or https://host."""
    return os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or None


def storage() -> fs.S3FileSystem:
    """What reaches every bucket that this machine may use."""
    return _client(endpoint())


@cache
def _client(endpoint: str | None) -> fs.S3FileSystem:
    """One client for this process. Credentials come from wherever AWS's own tools would take them."""
    return fs.S3FileSystem(
        endpoint_override=endpoint,
        allow_delayed_open=True,  # type: ignore[call-arg]  # younger than the stubs: one request, not three
        connect_timeout=_CONNECT_S,
        retry_strategy=fs.AwsStandardS3RetryStrategy(max_attempts=_TRIES),
    )
