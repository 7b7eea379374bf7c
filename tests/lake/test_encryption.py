"""Why the lake's files are not encrypted by DuckLake: as soon as one of these fails, look again."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.parquet.encryption as crypto
import pytest

from tasks.lake.connection import connect

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROWS = pa.table({"word": ["hello"]})


class PassingKeys(crypto.KmsClient):  # type: ignore[misc]  # pyarrow ships no types for it
    """Hands keys through, so that the file can be read with the key itself."""

    def wrap_key(self, key_bytes: bytes, _name: str) -> bytes:
        return base64.b64encode(key_bytes)


@pytest.fixture
def encrypted(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with connect(("sqlite_scanner", "httpfs", "ducklake")) as connection:
        connection.execute(
            f"attach 'ducklake:sqlite:{tmp_path}/catalog' as lake (data_path '{tmp_path}/data/', encrypted)"
        )
        connection.execute("create table lake.words (word varchar)")
        yield connection


def _add(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    connection.execute("call ducklake_add_data_files('lake', 'words', ?)", [[str(path)]])


def test_an_encrypted_file_cannot_be_registered(encrypted: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    factory = crypto.CryptoFactory(lambda _: PassingKeys())
    properties = factory.file_encryption_properties(
        crypto.KmsConnectionConfig(),
        crypto.EncryptionConfiguration(footer_key="key", uniform_encryption=True, double_wrapping=False),
    )
    with pq.ParquetWriter(tmp_path / "a.parquet", ROWS.schema, encryption_properties=properties) as writer:
        writer.write_table(ROWS)
    with pytest.raises(duckdb.Error, match="is encrypted, but 'encryption_config' was not set"):
        _add(encrypted, tmp_path / "a.parquet")


def test_an_encrypted_lake_takes_plain_files_and_cannot_read_them(
    encrypted: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    pq.write_table(ROWS, tmp_path / "a.parquet")
    _add(encrypted, tmp_path / "a.parquet")
    with pytest.raises(duckdb.Error, match="does not have an encryption key"):
        encrypted.execute("from lake.words").fetchall()
