"""The redacted copies that lie beside the tables: each belongs to one landed call, or goes."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    import duckdb

    from tasks.lake.catalog import Lake

_FOLDER: Final = "audio/"


def remove_copies(lake: Lake, paths: Iterable[str | None]) -> int:
    """Delete copies by their paths below the lake; nothing outside of their folder. How many there were."""
    inside = (path for path in paths if path and path.startswith(_FOLDER))
    return sum(lake.files.remove(path) for path in inside if ".." not in PurePosixPath(path).parts)


def remove_stray_copies(connection: duckdb.DuckDBPyConnection, lake: Lake) -> int:
    """Delete the copies that no landed call names: what a killed run left, or a call that is gone."""
    there = {f"{_FOLDER}{path}" for path in lake.audio.paths()}
    rows = connection.execute("select audio_path from stored.calls where audio_path is not null").fetchall()
    return remove_copies(lake, there - {path for (path,) in rows})
