"""The relations that take arguments: SQL files of sql/macros as DuckDB's table macros."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tasks.questions.loader import SQL_FOLDER, load_questions

if TYPE_CHECKING:
    from tasks.questions.question import Question

MACROS: Final = SQL_FOLDER / "macros"


def load_macros() -> dict[str, Question]:
    """Every macro by name; its parameters are its arguments, in their order."""
    return load_questions(MACROS)


def macro_statements() -> list[str]:
    """What creates the macros, once the relations that they read are there."""
    return [
        f"create macro {macro.name}({', '.join(one.name for one in macro.parameters)}) as table\n{macro.sql}"
        for macro in load_macros().values()
    ]
