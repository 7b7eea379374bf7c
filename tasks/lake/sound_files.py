"""The redacted copies that lie beside the tables: each belongs to one landed call, or goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    import duckdb

    from tasks.lake.catalog import Lake


def remove_copies(lake: Lake, paths: Iterable[str | None]) -> int:
    """Delete copies by their paths below the lake's folder; nothing outside of it. How many there were."""
    folder = lake.audio.resolve()
    places = [(lake.root / path).resolve() for path in paths if path]
    there = [place for place in places if place.is_relative_to(folder) and place.is_file()]
    for place in there:
        place.unlink(missing_ok=True)
    return len(there)


def landed_copies(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """The copies that landed calls name."""
    rows = connection.execute("select audio_path from stored.calls where audio_path is not null").fetchall()
    return {path for (path,) in rows}


def remove_stray_copies(connection: duckdb.DuckDBPyConnection, lake: Lake) -> int:
    """Delete the copies that no landed call names: what a killed run left, or a call that is gone."""
    known = landed_copies(connection)
    there = (path.relative_to(lake.root).as_posix() for path in lake.audio.rglob("*") if path.is_file())
    return remove_copies(lake, [path for path in there if path not in known])
