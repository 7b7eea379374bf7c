"""Files in a folder of this machine."""

from __future__ import annotations

import os
import secrets
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from tasks.files.private import make_private

if TYPE_CHECKING:
    from collections.abc import Iterator

_PART: Final = ".part"


@dataclass(frozen=True, slots=True)
class LocalFiles:
    """A folder on a disk. What is made in it is for its owner only; see Files for the methods."""

    root: Path

    @property
    def address(self) -> str:
        """The folder's path."""
        return str(self.root)

    def under(self, folder: str) -> LocalFiles:
        """A folder below this one."""
        return LocalFiles(self.root / folder)

    def paths(self) -> list[str]:
        """Every whole file; what is being written is none yet."""
        above = len(str(self.root)) + 1
        return sorted(path[above:] for path in _below(str(self.root)) if not path.endswith(_PART))

    def has(self, path: str) -> bool:
        """Whether there is such a file."""
        return (self.root / path).is_file()

    def read(self, path: str) -> bytes | None:
        """All of a file, or None."""
        try:
            return (self.root / path).read_bytes()
        except FileNotFoundError:
            return None

    def size_bytes(self, path: str) -> int | None:
        """How long a file is, or None."""
        try:
            return (self.root / path).stat().st_size
        except FileNotFoundError:
            return None

    def part(self, path: str, start: int, length: int) -> bytes:
        """Some bytes of a file."""
        with (self.root / path).open("rb") as file:
            file.seek(start)
            return file.read(length)

    def write(self, path: str, content: bytes) -> None:
        """Written beside and moved into place, so that a crash leaves none or all of it."""
        target = self._made(path)
        part = target.with_name(f"{target.name}.{secrets.token_hex(4)}{_PART}")
        part.write_bytes(content)
        part.replace(target)

    @contextmanager
    def new(self, path: str) -> Iterator[BinaryIO]:
        """A new file, flushed to the disk at the end.

        Raises:
            FileExistsError: there is one already.
        """
        target = self._made(path)
        with target.open("x+b") as file:
            try:
                yield file
                file.flush()
                os.fsync(file.fileno())
            except BaseException:
                target.unlink(missing_ok=True)
                raise

    @contextmanager
    def here(self, path: str) -> Iterator[Path]:
        """The file itself."""
        if not self.has(path):
            raise FileNotFoundError(path)
        yield self.root / path

    def remove(self, path: str) -> bool:
        """Delete a file."""
        try:
            (self.root / path).unlink()
        except FileNotFoundError:
            return False
        return True

    def remove_parts(self) -> None:
        """Delete what `write` was killed over."""
        for path in [path for path in _below(str(self.root)) if path.endswith(_PART)]:
            Path(path).unlink(missing_ok=True)

    def _made(self, path: str) -> Path:
        target = self.root / path
        make_private(target.parent)
        return target


def _below(folder: str) -> Iterator[str]:
    """Every file at any depth, by its path. pathlib would take long: a lake has twenty for each call.

    A folder that may not be read raises: a proof that passed over it would be none.
    """
    with suppress(FileNotFoundError, NotADirectoryError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _below(entry.path)
            elif entry.is_file():
                yield entry.path
