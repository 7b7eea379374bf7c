"""A new file that is safe on the disk when it is written, or not there."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def whole_or_gone(path: Path) -> Iterator[BinaryIO]:
    """The file, to be written and read again while inside; flushed to the disk at the end, removed on error.

    Raises:
        FileExistsError: there is one already.
    """
    with path.open("x+b") as file:
        try:
            yield file
            file.flush()
            os.fsync(file.fileno())
        except BaseException:
            path.unlink(missing_ok=True)
            raise
