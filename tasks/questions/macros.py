"""The relations that take arguments: SQL files of sql/macros as DuckDB's table macros."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tasks.questions.loader import SQL_FOLDER, load_questions

if TYPE_CHECKING:
    from tasks.questions.question import Parameter, Question

MACROS: Final = SQL_FOLDER / "macros"


def load_macros() -> dict[str, Question]:
    """Every macro by name; its parameters are its arguments, in their order."""
    return load_questions(MACROS)


def macro_statements() -> list[str]:
    """What creates the macros, once the relations that they read are there.

    In the order of their names: one that reads another one has the later name.
    """
    return [
        f"create macro {macro.name}({', '.join(map(_argument, macro.parameters))}) as table\n{macro.sql}"
        for macro in load_macros().values()
    ]


def _argument(parameter: Parameter) -> str:
    return parameter.name if parameter.required else f"{parameter.name} := null"
