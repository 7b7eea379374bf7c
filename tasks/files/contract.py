"""What a store of files can do, wherever it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, Protocol

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path


class Files(Protocol):
    """A folder of files, each named by its path below the folder, with slashes.

    Every method raises CallArchiveError where the store cannot be reached, OSError where a disk fails.
    """

    @property
    def address(self) -> str:
        """Where the folder is, as people and DuckDB write it. It holds no secret."""

    def under(self, folder: str) -> Files:
        """A folder below this one, be it there or not."""

    def paths(self) -> list[str]:
        """Every file at any depth, sorted; none where the folder is not there."""

    def has(self, path: str) -> bool:
        """Whether there is such a file."""

    def read(self, path: str) -> bytes | None:
        """All of a file, or None where there is none."""

    def size_bytes(self, path: str) -> int | None:
        """How long a file is, or None where there is none."""

    def part(self, path: str, start: int, length: int) -> bytes:
        """So many bytes of a file from `start` on, and fewer at its end; the rest is not read.

        Raises:
            FileNotFoundError: there is none.
        """

    def write(self, path: str, content: bytes) -> None:
        """Put a file there in one step, in place of any that is there: nobody ever sees half of it."""

    def new(self, path: str) -> AbstractContextManager[BinaryIO]:
        """A new file, to be written and read again while inside; there and safe afterwards, gone on error."""

    def here(self, path: str) -> AbstractContextManager[Path]:
        """The file itself, or a private copy of it that is removed afterwards, for what wants a path.

        Raises:
            FileNotFoundError: there is none.
        """

    def remove(self, path: str) -> bool:
        """Delete a file; whether it was there."""

    def remove_parts(self) -> None:
        """Delete what a killed `write` left. Only while nobody else writes."""
