"""What a whole lake has promised: its checks, and that stored marts say what computing them says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tasks.lake.scratch import scratch
from tasks.lake.stored_marts import mart_names
from tasks.lake.tables import TABLES
from tasks.questions.loader import CHECKS, load_questions
from tasks.questions.relations import load_relations

if TYPE_CHECKING:
    from tasks.lake.catalog import Connection


def broken_checks(connection: Connection) -> list[str]:
    """The checks that a lake breaks, asked of a copy in memory: seconds quicker than of the files."""
    with scratch() as copy:
        for name in TABLES:
            copy.register("landed", connection.execute(f"from stored.{name}").to_arrow_table())
            copy.execute(f"insert into stored.{name} from landed")
            copy.unregister("landed")
        return _broken(copy)


def broken_promises_of(reader: Connection) -> list[str]:
    """The checks, asked by the views of a connection that reads, and the stored marts that lie: slower."""
    return _broken(reader) + stale_marts(reader)


def stale_marts(reader: Connection) -> list[str]:
    """The stored marts whose rows are not those that computing them now gives."""
    relations = load_relations()
    return [
        name
        for name in mart_names()
        if reader.execute(
            f"with computed as (select * from ({relations[name].sql})) "
            f"(from {name} except all from computed) union all (from computed except all from {name})"
        ).fetchall()
    ]


def _broken(connection: Connection) -> list[str]:
    checks = load_questions(CHECKS).values()
    return [check.name for check in checks if connection.execute(check.sql).fetchall()]
