"""What DuckDB needs to read and delete in a bucket: where it is, and whose credentials count."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import duckdb

from tasks.errors import SettingsError
from tasks.files.s3 import endpoint
from tasks.lake.connection import quoted

if TYPE_CHECKING:
    from tasks.files.s3 import S3Files

EXTENSIONS: Final = ("httpfs", "aws")
"""Reading through httpfs took half the CPU and a third of the time of reading through pyarrow and fsspec."""


def give_access(connection: duckdb.DuckDBPyConnection, bucket: S3Files) -> None:
    """Let a connection into this one bucket, with the credentials that AWS's own tools would take.

    Raises:
        SettingsError: there are none.
    """
    try:
        connection.execute(secret_statement(bucket))
    except duckdb.Error:
        raise SettingsError(
            "no credentials for the bucket: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or what else "
            "AWS's own tools take (a profile, a role)"
        ) from None


def secret_statement(bucket: S3Files) -> str:
    """What lets a connection into the bucket. It names where credentials come from and holds none."""
    options = {"type": "s3", "provider": "credential_chain", "scope": bucket.address}
    if region := os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION"):
        options["region"] = region
    if address := endpoint():
        parts = urlsplit(address)
        options |= {"endpoint": parts.netloc + parts.path.rstrip("/"), "url_style": "path"}
        options["use_ssl"] = str(parts.scheme != "http").lower()
    said = ", ".join(f"{name} {quoted(value)}" for name, value in options.items())
    return f"create or replace secret bucket ({said})"
