"""Tables and views made on a connection whose lake is attached as `stored`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pyarrow as pa

from tasks.lake.tables import PARTITIONED, TABLES
from tasks.questions.macros import macro_statements
from tasks.questions.relations import load_relations, view_statements

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import duckdb

CATALOG: Final = "__ducklake_metadata_stored"
"""Where DuckDB has the catalog's own tables."""

_SQL_TYPES: Final = {
    pa.string(): "varchar",
    pa.binary(): "blob",
    pa.date32(): "date",
    pa.bool_(): "boolean",
    pa.uint8(): "utinyint",
    pa.uint16(): "usmallint",
    pa.int32(): "integer",
    pa.int64(): "bigint",
    pa.float32(): "float",
    pa.float64(): "double",
    pa.timestamp("us", tz="UTC"): "timestamptz",
}


def create_views(
    connection: duckdb.DuckDBPyConnection, *, with_comments: bool, stored: Collection[str] = ()
) -> None:
    """Staging, marts and macros; `stored` marts are read from their tables, the others computed.

    In one transaction, for each one has DuckLake look for the catalog's newest version: ten times the work.
    """
    connection.execute("begin")
    statements = statements_of_views(connection, with_comments=with_comments, stored=stored)
    connection.execute("\n;\n".join(statements))
    connection.execute("commit")


def statements_of_views(
    connection: duckdb.DuckDBPyConnection, *, with_comments: bool, stored: Collection[str] = ()
) -> list[str]:
    """What makes them, in their order."""
    missing = lacking(connection)
    views = view_statements(load_relations(), with_comments=with_comments, stored=stored)
    return [_completed(statement, missing) for statement in views] + macro_statements()


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """The tables that are not there yet, and the columns that a lake of an earlier version lacks.

    They are there once the transaction that is open is committed.
    """
    lasting = connection.execute(
        "select type = 'ducklake' from duckdb_databases() where database_name = 'stored'"
    ).fetchone() == (True,)
    for name, columns in lacking(connection).items():
        if len(columns) == len(TABLES[name]):
            definitions = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
            connection.execute(f"create table stored.{name} ({definitions})")
            if lasting and name in PARTITIONED:
                connection.execute(f"alter table stored.{name} set partitioned by (call_date)")
            continue
        for column, kind in columns.items():
            connection.execute(f'alter table stored.{name} add column "{column}" {kind}')


def lacking(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """The columns that a lake of an earlier version lacks, with their types, by table."""
    rows = connection.execute(
        "select table_name, column_name from duckdb_columns() "
        "where database_name = 'stored' or schema_name = 'stored'"  # a lake in memory is a schema
    ).fetchall()
    there = set(rows)
    missing = {
        name: {field.name: _SQL_TYPES[field.type] for field in schema if (name, field.name) not in there}
        for name, schema in TABLES.items()
    }
    return {name: columns for name, columns in missing.items() if columns}


def _completed(statement: str, lacking: Mapping[str, Mapping[str, str]]) -> str:
    """A view's statement that takes what the lake lacks as null: who only reads cannot add it."""
    for name, columns in lacking.items():
        nulls = ", ".join(f'null::{kind} as "{column}"' for column, kind in columns.items())
        whole = len(columns) == len(TABLES[name])
        rows = f"select {nulls} where false" if whole else f"select *, {nulls} from stored.{name}"
        statement = re.sub(rf"\bfrom stored\.{name}\b", f"from ({rows}) as {name}", statement)
    return statement
