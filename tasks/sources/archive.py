"""Reading an archive through fsspec: listing, hashing, and a local copy for the decoder."""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final

import fsspec
from fsspec.implementations.arrow import ArrowFSWrapper

from tasks.audio.sniff import HEAD_BYTES
from tasks.errors import CallArchiveError, SettingsError
from tasks.files.s3 import storage

if TYPE_CHECKING:
    from collections.abc import Iterator

_BLOCK_BYTES: Final = 1 << 20
_NAME_FILES: Final = ("fsspec", "s3fs", "gcsfs", "adlfs", "botocore", "aiobotocore", "paramiko")
"""Loggers that tell every file's name at DEBUG; a name may be a customer's."""

for _name in _NAME_FILES:
    logging.getLogger(_name).propagate = False

for _protocol in ("sftp", "ssh"):
    fsspec.register_implementation(
        _protocol, "tasks.sources.sftp.KnownSftp", clobber=True, errtxt="SFTP needs the package paramiko"
    )


@dataclass(frozen=True, slots=True)
class File:
    """One file of an archive as listed. `name` is its path below the archive's top, with slashes."""

    uri: str
    name: str
    size_bytes: int
    modified_at: datetime | None


@dataclass(frozen=True, slots=True)
class Archive:
    """A folder or fsspec URL that holds recordings."""

    fs: Any
    top: str
    without: str | None = None
    """A folder that is not part of the archive even if it lies inside: the lake."""
    only: str | None = None
    """The one recording that was named, where the source is a file."""

    @classmethod
    def at(cls, source: str, without: str | None = None) -> Archive:
        """The archive at a path or URL.

        Raises:
            SettingsError: nothing is there, or this kind of URL needs a package that is not installed.
        """
        try:
            fs, top = _opened(source)
            found = fs.exists(top)
        except (ImportError, ValueError) as error:
            raise SettingsError(f"cannot open this kind of source: {error}") from None
        except OSError as error:
            raise SettingsError(
                f"the source cannot be reached ({type(error).__name__}); check its address and credentials"
            ) from None
        if not found:
            raise SettingsError("there is nothing at this source; give a folder, a file or a URL of one")
        if fs.isfile(top):
            folder, _, name = top.rpartition("/")
            return cls(fs, folder or "/", without, only=name)
        return cls(fs, top.rstrip("/") or "/", without)

    def files(self) -> Iterator[File]:
        """Every regular file, folder by folder in the order of names; links out of the archive are left out.

        One folder's listing is held at a time: an archive may have millions of files.
        """
        if self.only:
            yield self._file(self.fs.info(f"{self.top}/{self.only}"), self.only)
            return
        on_error = "omit" if _is_local(self.fs) else "raise"
        for folder, folders, files in self.fs.walk(self.top, detail=True, on_error=on_error):
            in_order = sorted(folders.items())
            folders.clear()
            folders.update(in_order)  # walk goes on with what it gave away
            outside = not self._inside(f"{folder}/file")
            for _, info in sorted(files.items()):
                if outside or (info.get("islink") and not self._inside(info["name"])):
                    continue
                if info["type"] == "file":
                    yield self._file(info, self.name_of(info["name"]))
            self.fs.invalidate_cache(folder)

    def name_of(self, uri: str) -> str:
        """A file's path below the archive's top."""
        return uri[len(self.top) :].lstrip("/")

    def size_of(self, name: str) -> int | None:
        """The bytes of a regular file of that name inside the archive; None where there is none."""
        path = f"{self.top}/{name}"
        try:
            info = self.fs.info(path)
        except OSError:
            return None
        return int(info["size"] or 0) if info["type"] == "file" and self._inside(path) else None

    def read(self, name: str) -> bytes:
        """The bytes of a small file beside the recordings."""
        content: bytes = self.fs.cat_file(f"{self.top}/{name}")
        return content

    def identify(self, file: File) -> tuple[str, bytes]:
        """SHA-256 of a file's bytes (64 hex digits), and its first 64 KiB."""
        digest, head = hashlib.sha256(), b""
        with self.fs.open(file.uri, "rb") as stream:
            while block := stream.read(_BLOCK_BYTES):
                head = head or block[:HEAD_BYTES]
                digest.update(block)
        return digest.hexdigest(), head

    def unchanged(self, file: File) -> bool:
        """Whether a file still has the size and time it was listed with."""
        try:
            now = self._file(self.fs.info(file.uri), file.name)
        except FileNotFoundError:
            return False
        return (now.size_bytes, now.modified_at) == (file.size_bytes, file.modified_at)

    @property
    def gives_links(self) -> bool:
        """Whether somebody without access to the archive can be given the address of one file."""
        return _is_web(self.fs) or type(self.fs).sign is not fsspec.AbstractFileSystem.sign

    def link(self, uri: str, valid_s: int) -> str:
        """An address under which anybody can fetch a file for so long (a signed URL); never to be logged.

        Raises:
            CallArchiveError: the store gives none; its settings are wrong, or its keys may not sign.
        """
        if _is_web(self.fs):
            return uri
        try:
            return str(self.fs.sign(uri, expiration=valid_s))
        except Exception as error:  # noqa: BLE001  (every store has errors of its own, and they quote addresses)
            raise CallArchiveError(f"the archive gives no link ({type(error).__name__})") from None

    def _inside(self, path: str) -> bool:
        if not _is_local(self.fs):
            return not self.without or not self.fs.unstrip_protocol(path).startswith(f"{self.without}/")
        real = Path(path).resolve()
        if self.without and real.is_relative_to(self.without):
            return False
        return real.is_relative_to(Path(self.top).resolve())

    def _file(self, info: dict[str, Any], name: str) -> File:
        return File(info["name"], name, int(info["size"] or 0), _modified_at(info))


@contextmanager
def local_copy(archive: Archive, uri: str) -> Iterator[Path]:
    """A path the decoder can read: the file itself, or a private copy that is removed afterwards.

    The copy keeps the ending, which tells headerless formats apart, and nothing else of the name.
    """
    if _is_local(archive.fs):
        yield Path(uri)
        return
    with tempfile.TemporaryDirectory(prefix="callarchive-") as folder:
        path = Path(folder) / f"recording{PurePosixPath(uri).suffix[:8]}"
        try:
            archive.fs.get_file(uri, str(path))
        except OSError as error:
            raise CallArchiveError(f"the recording cannot be fetched: {type(error).__name__}") from None
        yield path


def _opened(source: str) -> tuple[Any, str]:
    """What reads a source, and the source's path in there.

    A bucket is reached as the lake's is; s3fs, where somebody has installed it, can give signed URLs as well.
    """
    if source.startswith("s3://") and find_spec("s3fs") is None:
        return ArrowFSWrapper(storage()), source.removeprefix("s3://").rstrip("/")
    fs, top = fsspec.core.url_to_fs(source)
    return fs, top


def _is_local(fs: Any) -> bool:
    return "file" in ((fs.protocol,) if isinstance(fs.protocol, str) else fs.protocol)


def _is_web(fs: Any) -> bool:
    return "https" in ((fs.protocol,) if isinstance(fs.protocol, str) else fs.protocol)


def _modified_at(info: dict[str, Any]) -> datetime | None:
    """Modification time in UTC: seconds for local files, a datetime under various names elsewhere."""
    stated = next(
        (info[key] for key in ("mtime", "LastModified", "last_modified", "modified") if key in info), None
    )
    if isinstance(stated, int | float):
        return datetime.fromtimestamp(stated, UTC)
    if isinstance(stated, datetime):
        return stated if stated.tzinfo else stated.replace(tzinfo=UTC)
    return None


def folder_of(name: str) -> str:
    """The folder part of a file's name below the archive, empty at the top."""
    return os.path.dirname(name)  # noqa: PTH120  (names are URL paths, not paths of this machine)
