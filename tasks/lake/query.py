"""Questions from outside: one SELECT over the lake, which can write, attach and read nothing else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import duckdb

from tasks.errors import QueryRefused
from tasks.lake.connection import SEEK, SEEK_NO_MORE, SEEKING
from tasks.questions.macros import load_macros

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pyarrow as pa

    from tasks.lake.catalog import Lake

_TABLE_FUNCTIONS: Final = frozenset(
    "range generate_series unnest repeat json_each json_tree duckdb_columns duckdb_tables duckdb_views "
    "duckdb_functions duckdb_types pragma_table_info".split()
)
"""Functions after `from` that touch neither files nor other databases. sqlite_scan, for one, reads any."""


def confine(connection: duckdb.DuckDBPyConnection, lake: Lake) -> None:
    """Take from a connection every file but the lake's, and the means to change that."""
    connection.execute("set allowed_configs = [?]", [SEEKING])
    connection.execute("set allowed_directories = [?]", [lake.data.address])
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")


def run_query(
    connection: duckdb.DuckDBPyConnection, sql: str, parameters: Mapping[str, object] | None = None
) -> pa.Table:
    """The rows of one SELECT as an Arrow table.

    Raises:
        QueryRefused: it is not one SELECT, uses a function that reaches outside, or does not run.
    """
    functions = _functions_of_select(connection, sql)
    connection.execute(SEEK if functions & load_macros().keys() else SEEK_NO_MORE)
    try:
        return connection.execute(sql, dict(parameters or {})).to_arrow_table()
    except duckdb.Error as error:
        connection.rollback()  # a failed question must not spoil the next one
        connection.begin()
        raise QueryRefused(_first_lines(error)) from None


def _functions_of_select(connection: duckdb.DuckDBPyConnection, sql: str) -> set[str]:
    """The names of the functions that a SELECT has relations of, none of which reaches outside."""
    try:
        functions = set(_table_functions(_parsed(connection, sql)))
    except RecursionError:
        raise QueryRefused("the query is nested too deeply; write it shorter") from None
    for name in sorted(functions - _TABLE_FUNCTIONS - load_macros().keys()):
        raise QueryRefused(f"{name}() reaches outside the lake's relations; see: callarchive sql --help")
    return functions


def _parsed(connection: duckdb.DuckDBPyConnection, sql: str) -> dict[str, Any]:
    row = connection.execute("select json_serialize_sql(?)", [sql]).fetchone()
    tree: dict[str, Any] = json.loads(row[0]) if row else {"error": True}
    if tree["error"]:
        if tree.get("error_type") == "parser":
            raise QueryRefused(f"the SQL does not parse: {tree.get('error_message')}")
        raise QueryRefused("only a SELECT can be run here; the lake is changed by ingest, review and erase")
    if len(tree["statements"]) != 1:
        raise QueryRefused("one SELECT at a time")
    return tree


def _table_functions(node: Any) -> Iterator[str]:
    """The names of all functions used as a relation anywhere in a parsed statement."""
    if isinstance(node, dict):
        if node.get("type") == "TABLE_FUNCTION":
            yield str(node["function"]["function_name"]).lower()
        for value in node.values():
            yield from _table_functions(value)
    elif isinstance(node, list):
        for value in node:
            yield from _table_functions(value)


def _first_lines(error: duckdb.Error) -> str:
    """DuckDB's own words, without the echo of the query, which may quote a customer's words."""
    return str(error).partition("\n\nLINE ")[0][:400]
