"""The checks of sql/checks over a lake, asked of a copy in memory: seconds quicker than of the files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tasks.lake.layout import create_computed
from tasks.lake.scratch import scratch
from tasks.lake.tables import TABLES
from tasks.questions.loader import CHECKS, load_questions

if TYPE_CHECKING:
    from tasks.lake.catalog import Connection


def broken_checks(connection: Connection) -> list[str]:
    """The names of the checks that the lake behind a connection breaks."""
    with scratch() as copy:
        for name in TABLES:
            copy.register("landed", connection.execute(f"from stored.{name}").to_arrow_table())
            copy.execute(f"insert into stored.{name} from landed")
            copy.unregister("landed")
        checks = load_questions(CHECKS).values()
        return [check.name for check in checks if copy.execute(check.sql).fetchall()]


def broken_promises_of(reader: Connection) -> list[str]:
    """The same by the views of a reading connection, stored marts included: slower."""
    create_computed(reader)
    checks = load_questions(CHECKS).values()
    return [check.name for check in checks if reader.execute(check.sql).fetchall()]
