"""The relations that users see: staging and marts as views, each after the ones it reads from."""

from __future__ import annotations

import re
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Final

from tasks.errors import SettingsError
from tasks.questions.comments import comments
from tasks.questions.loader import SQL_FOLDER, load_questions

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from tasks.questions.question import Question

_FOLDERS: Final = ("staging", "marts")
_COMMENT: Final = re.compile(r"--.*")
_TABLES: Final = re.compile(r"\b(?:from|join)\s+stored\.([a-z_]+)")
_READS: Final = re.compile(r"\b(?:from|join)\s+([a-z_][a-z0-9_]*)\b(?!\s*[.(])")


def load_relations(folder: Path = SQL_FOLDER) -> dict[str, Question]:
    """The relations in an order in which they can be created.

    Raises:
        SettingsError: a header is not right, two files have one name, or two relations read each other.
    """
    relations: dict[str, Question] = {}
    for name in _FOLDERS:
        for relation in load_questions(folder / name).values():
            if relation.name in relations:
                raise SettingsError(f"two files of {folder} are called {relation.name}.sql")
            relations[relation.name] = relation
    return in_dependency_order(relations)


def in_dependency_order(relations: Mapping[str, Question]) -> dict[str, Question]:
    """The same relations, each after the ones it reads from.

    Raises:
        SettingsError: two relations read each other.
    """
    graph = {name: sorted(reads(relation) & set(relations)) for name, relation in sorted(relations.items())}
    try:
        return {name: relations[name] for name in TopologicalSorter(graph).static_order()}
    except CycleError as error:
        raise SettingsError(f"these relations read each other: {' -> '.join(error.args[1])}") from None


def reads(question: Question) -> frozenset[str]:
    """What stands after `from` and `join` without a catalog: relations and its own steps, not itself."""
    return frozenset(_READS.findall(_COMMENT.sub("", question.sql))) - {question.name}


def behind(relations: Mapping[str, Question], name: str) -> dict[str, Question]:
    """A relation and every relation that it is computed from."""
    direct = reads(relations[name]) & set(relations)
    further = [behind(relations, other) for other in direct]
    return {name: relations[name]} | {key: value for one in further for key, value in one.items()}


def tables_behind(relations: Mapping[str, Question], name: str) -> frozenset[str]:
    """The tables of the lake that a relation is computed from."""
    return frozenset(table for one in behind(relations, name).values() for table in _TABLES.findall(one.sql))


def view_statements(
    relations: Mapping[str, Question], *, with_comments: bool = True, stored: Collection[str] = ()
) -> list[str]:
    """What creates the relations as views, in the order given; those `stored` read their tables.

    Comments are most of the work: 50 of 60 ms.
    """
    views = [
        f"create view {name} as\n{_from_table(relation) if name in stored else relation.sql}"
        for name, relation in relations.items()
    ]
    if not with_comments:
        return views
    return views + [comment for relation in relations.values() for comment in comments(relation)]


def _from_table(mart: Question) -> str:
    return f"select {', '.join(column.name for column in mart.columns)} from stored.{mart.name}"
