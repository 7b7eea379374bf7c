"""Two lakes on one connection: the one that counts as `stored`, and one beside it as `beside`."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from tasks.errors import SettingsError
from tasks.files.s3 import S3Files
from tasks.lake.bucket_access import give_access
from tasks.lake.catalog import attach_statement, reading

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

    from tasks.lake.catalog import Lake


@contextmanager
def reading_both(main: Lake, beside: Lake) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that reads both.

    Raises:
        SettingsError: one of them is not there, or one is in a folder and the other in a bucket.
    """
    if main.extensions != beside.extensions:
        raise SettingsError("two lakes can be held against each other in folders, or in buckets, not in both")
    if not beside.exists():
        raise SettingsError(f"no lake at {beside.address}; make it: callarchive reprocess")
    with reading(main) as connection:
        if isinstance(beside.files, S3Files):
            give_access(connection, beside.files)
        connection.execute(attach_statement(beside, "read_only", name="beside"))
        yield connection
