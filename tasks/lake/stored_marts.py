"""Marts with `stored: at landing`: computed once, when calls land, and kept as tables like the rest.

A table says in its comment which definition made its rows. Where that is not the present one, readers compute
the mart as they go, and whoever opens the lake for writing next computes the table again.
"""

from __future__ import annotations

import hashlib
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Final

import pyarrow as pa

from tasks.lake.connection import quoted
from tasks.lake.layout import CATALOG, create_tables, lacking
from tasks.lake.parquet_files import register, write_days
from tasks.lake.scratch import scratch
from tasks.questions.relations import behind, load_relations, tables_behind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    import duckdb

    from tasks.lake.catalog import Lake
    from tasks.questions.question import Question

_MADE_BY: Final = "computed at landing by "
_CALLS_TOGETHER: Final = 1_000
"""Computed again together: about a million words, for which DuckDB takes half a gigabyte."""


def mart_names() -> tuple[str, ...]:
    """The stored marts, each after the ones it reads from."""
    return tuple(_fingerprints())


def mart_order(name: str) -> tuple[str, ...]:
    """The columns that a mart's rows are sorted by on disk: its key."""
    return _relations()[name].key


def computed(tables: Mapping[str, pa.Table], marts: tuple[str, ...] = ()) -> dict[str, pa.Table]:
    """The rows of every stored mart, or of some, by the marts' own SQL over rows of the lake's tables."""
    with scratch() as connection:
        for name in _sources(marts):
            connection.register("landing", tables[name])
            connection.execute(f"insert into stored.{name} by name from landing")
            connection.unregister("landing")
        return {name: _computed_once(connection, name) for name in marts or mart_names()}


def up_to_date(connection: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """The marts whose tables hold what their present definitions say."""
    there = _made_by(connection)
    return frozenset(name for name, made_by in _fingerprints().items() if there.get(name) == made_by)


def outdated(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether a table or column is missing, or a mart's table is left by another definition."""
    return _made_by(connection) != _fingerprints() or bool(lacking(connection))


def bring_up_to_date(connection: duckdb.DuckDBPyConnection, lake: Lake) -> None:
    """Make what is missing or outdated, the marts' tables from the calls in the lake, in one transaction.

    A thousand calls are computed at a time, and a day's rows are in memory together.
    """
    before, now = _made_by(connection), _fingerprints()
    files: dict[str, list[str]] = {name: [] for name in now if before.get(name) != now[name]}
    connection.execute("begin")
    try:
        create_tables(connection)
        for name in {*files, *(before.keys() - now)}:
            connection.execute(f"drop table if exists stored.{name}")
        for name, columns in _columns().items():
            if name in files:
                _create(connection, name, columns)
        for day in _days(connection) if files else ():
            parts = [
                computed(calls, tuple(files)) for calls in _of_day(connection, day, _sources(tuple(files)))
            ]
            for name, written in files.items():
                rows_of_day = pa.concat_tables([part.pop(name) for part in parts])
                written.extend(write_days(lake, name, rows_of_day, mart_order(name)))
        for name, written in files.items():
            register(connection, lake, name, written)
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        for path in chain.from_iterable(files.values()):
            lake.data.remove(path)
        raise


@cache
def _relations() -> dict[str, Question]:
    """As they were when this process first asked: a night that runs through an upgrade stays with its own."""
    return load_relations()


@cache
def _fingerprints() -> dict[str, str]:
    """What the comment on each stored mart's table says."""
    relations = _relations()
    stored = [name for name, relation in relations.items() if relation.stored]
    return {name: f"{_MADE_BY}{_definition_hash(relations, name)}" for name in stored}


def _definition_hash(relations: Mapping[str, Question], name: str) -> str:
    """Of the mart and the marts behind it; what stands before them only renames columns."""
    marts = [one.sql for one in behind(relations, name).values() if "from stored." not in one.sql]
    return hashlib.sha256("\n".join(sorted(marts)).encode()).hexdigest()[:16]


@cache
def _sources(marts: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The tables that stored marts are computed from, all of them or some."""
    relations = _relations()
    return tuple(sorted(set().union(*(tables_behind(relations, name) for name in marts or mart_names()))))


def _computed_once(connection: duckdb.DuckDBPyConnection, name: str) -> pa.Table:
    """A mart's rows, which marts computed after it then read instead of computing them again."""
    connection.execute(f"create table stored.{name} as from {name}")
    connection.execute(f"create or replace view {name} as from stored.{name}")
    return connection.execute(f"from stored.{name}").to_arrow_table()


def _made_by(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """From the catalog itself: duckdb_tables() would look up every table's size as well."""
    rows = connection.execute(
        f"""
        select tables.table_name, tags.value
        from {CATALOG}.ducklake_table as tables
        inner join {CATALOG}.ducklake_tag as tags on tables.table_id = tags.object_id
        where tables.end_snapshot is null and tags.end_snapshot is null
            and tags.key = 'comment' and starts_with(tags.value, {quoted(_MADE_BY)})
        """
    ).fetchall()
    return dict(rows)


def _columns() -> dict[str, str]:
    """The columns of each stored mart, as a table is made with them."""
    with scratch() as connection:
        rows = connection.execute(
            """
            select table_name, string_agg(column_name || ' ' || data_type, ', ' order by column_index)
            from duckdb_columns()
            where database_name = current_database() and schema_name = 'main'
            group by table_name
            """
        ).fetchall()
    columns = dict(rows)
    return {name: columns[name] for name in mart_names()}


def _create(connection: duckdb.DuckDBPyConnection, name: str, columns: str) -> None:
    connection.execute(f"create table stored.{name} ({columns})")
    connection.execute(f"alter table stored.{name} set partitioned by (call_date)")
    connection.execute(f"comment on table stored.{name} is '{_fingerprints()[name]}'")


def _days(connection: duckdb.DuckDBPyConnection) -> list[date | None]:
    rows = connection.execute("select distinct call_date from stored.calls order by call_date").fetchall()
    return [day for (day,) in rows]


def _of_day(
    connection: duckdb.DuckDBPyConnection, day: date | None, tables: tuple[str, ...]
) -> Iterator[dict[str, pa.Table]]:
    """The tables' rows of a day's calls, a thousand calls at a time."""
    of_day, days = ("call_date = ?", [day]) if day else ("call_date is null", [])
    parts = connection.execute(
        f"""
        with numbered as (
            select call_id, row_number() over (order by call_id) - 1 as number
            from stored.calls where {of_day}
        )
        select min(call_id), max(call_id) from numbered group by number // {_CALLS_TOGETHER}
        """,
        days,
    ).fetchall()
    for first, last in parts:
        yield {
            name: connection.execute(
                f"from stored.{name} where {of_day} and call_id between ? and ?", [*days, first, last]
            ).to_arrow_table()
            for name in tables
        }
