"""Headers lifted into the database, so that any SQL client shows what a relation and its columns mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tasks.questions.question import Question


def comments(relation: Question) -> list[str]:
    """The `comment on` statements of one view and its columns."""
    about = (
        f"{relation.question} {relation.grain[:1].upper()}{relation.grain[1:]}. "
        f"Empty: {relation.empty_means}. Limits: {relation.limits}."
    )
    return [
        f"comment on view {relation.name} is {_quoted(about)}",
        *(
            f"comment on column {relation.name}.{column.name} is "
            f"{_quoted(column.description + (f' [{column.unit}]' if column.unit else ''))}"
            for column in relation.columns
        ),
    ]


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
