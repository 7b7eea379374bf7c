"""Which files of an archive were read before, asked for a few thousand at a time: there may be millions."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pyarrow as pa

from tasks.lake.erased_names import file_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import duckdb

    from tasks.keys import Keyring
    from tasks.lake.ledger import Sighting


@contextmanager
def known_at_hand(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """What the ledger says about every file it has seen, in memory while inside: 60 bytes a file.

    To ask the ledger itself for every few thousand would read all of it each time. A recording's name is
    compared by its last 32 hex digits, which are a SHA-256's second half or an erased one's keyed hash.
    """
    connection.execute(
        """
        create or replace temp table known as
        with recordings as (
            select try_cast(right(recording_sha256, 32) as uuid) as recording, state, reason
            from stored.recordings
        ), sightings as (
            select try_cast(right(recording_sha256, 32) as uuid) as recording,
                try_cast(uri_key as uuid) as file, size_bytes, modified_at
            from stored.sightings
        )
        select file, size_bytes, modified_at, state, reason
        from sightings left join recordings using (recording)
        """
    )
    try:
        yield
    finally:
        connection.execute("drop table known")


def states_of(
    connection: duckdb.DuckDBPyConnection, sightings: Sequence[Sighting]
) -> dict[str, tuple[str | None, str | None]]:
    """State and reason by uri_key, of the files that were read before and have not changed since."""
    with _listed(connection, sightings):
        rows = connection.execute(
            "select listed.uri_key, state, reason from known join listed "
            "on known.file = listed.uri_key::uuid and known.size_bytes = listed.size_bytes "
            "where known.modified_at is not distinct from listed.modified_at"
        ).fetchall()
    return {uri_key: (state, reason) for uri_key, state, reason in rows}


def recordings_of(connection: duckdb.DuckDBPyConnection, sightings: Sequence[Sighting]) -> dict[str, str]:
    """SHA-256 by uri_key of the files that were read before and have not changed since, from the ledger."""
    with _listed(connection, sightings):
        rows = connection.execute(
            "select uri_key, recording_sha256 from stored.sightings join listed using (uri_key, size_bytes) "
            "where sightings.modified_at is not distinct from listed.modified_at"
        ).fetchall()
    return dict(rows)


def states_of_erased(
    connection: duckdb.DuckDBPyConnection, sightings: Sequence[Sighting], keyring: Keyring
) -> dict[str, tuple[str | None, str | None]]:
    """State and reason by uri_key, of the files that held an erased recording and have not changed since."""
    names = file_names(sightings, keyring)
    rows = connection.execute(
        "select replace(file::varchar, '-', ''), state, reason from known "
        "where file in (select unnest(?)::uuid)",
        [list(names)],
    ).fetchall()
    return {names[name]: (state, reason) for name, state, reason in rows}


@contextmanager
def _listed(connection: duckdb.DuckDBPyConnection, sightings: Sequence[Sighting]) -> Iterator[None]:
    """Files as they are now, as a relation `listed`."""
    listed = pa.table(
        {
            "uri_key": pa.array([sighting.uri_key for sighting in sightings], pa.string()),
            "size_bytes": pa.array([sighting.size_bytes for sighting in sightings], pa.int64()),
            "modified_at": pa.array(
                [sighting.modified_at for sighting in sightings], pa.timestamp("us", tz="UTC")
            ),
        }
    )
    connection.register("listed", listed)
    try:
        yield
    finally:
        connection.unregister("listed")
