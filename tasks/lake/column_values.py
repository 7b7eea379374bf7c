"""What an attached catalog holds, as texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb


def column_values(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, list[str]]]:
    """The different values of each column of the database attached as `catalog`, with its table's name."""
    tables = connection.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = 'catalog' "
        "and schema_name not in ('pg_catalog', 'information_schema') order by all"
    ).fetchall()
    for schema, table in tables:
        rows = connection.execute(
            f'select columns(*)::varchar from catalog."{schema}"."{table}"'
        ).to_arrow_table()
        for column in rows.columns:
            yield table, [value for value in column.unique().to_pylist() if value is not None]
