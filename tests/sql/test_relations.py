"""The order in which relations are created, and where their files are found."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tasks.errors import SettingsError
from tasks.questions.loader import SQL_FOLDER
from tasks.questions.relations import in_dependency_order, load_relations, reads, view_statements

if TYPE_CHECKING:
    from tasks.questions.question import Question


RELATIONS = load_relations()
REPOSITORY = Path(__file__).parents[2]


def relation(name: str, sql: str) -> Question:
    return replace(RELATIONS["words"], name=name, sql=sql)


def test_relations_come_after_the_ones_they_read() -> None:
    made: set[str] = set()
    for view in RELATIONS.values():
        assert reads(view) & set(RELATIONS) <= made
        made.add(view.name)
    assert "speech_spans" in reads(RELATIONS["gaps"])


def test_only_names_after_from_and_join_count_as_read() -> None:
    sql = """
        -- from comments
        with own as (select a from words) select * from own
        left join calls on own.a = calls.a
        inner join stored.turns on true
        cross join unnest([1]) as items
    """
    assert reads(relation("mine", sql)) == {"words", "own", "calls"}


def test_relations_that_read_each_other_are_refused() -> None:
    circle = {
        "left": relation("left", "select * from right"),
        "right": relation("right", "select * from left"),
    }
    with pytest.raises(SettingsError, match="read each other"):
        in_dependency_order(circle)


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    for folder in ("staging", "marts"):
        (tmp_path / folder).mkdir()
        shutil.copy(SQL_FOLDER / "staging" / "words.sql", tmp_path / folder)
    with pytest.raises(SettingsError, match=r"two files of .* are called words\.sql"):
        load_relations(tmp_path)


def test_views_come_before_comments_which_can_be_left_out() -> None:
    statements = view_statements(RELATIONS)
    views = view_statements(RELATIONS, with_comments=False)
    assert statements[: len(views)] == views
    assert [view.split()[2] for view in views] == list(RELATIONS)
    assert all(statement.startswith("comment on") for statement in statements[len(views) :])


def test_a_wheel_finds_its_sql_files_beside_its_code(tmp_path: Path) -> None:
    source, site = tmp_path / "source", tmp_path / "site"
    source.mkdir()
    for name in ("flows", "tasks", "sql"):
        shutil.copytree(REPOSITORY / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(REPOSITORY / "pyproject.toml", source)
    (source / "README.md").write_text("# callarchive\n")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=source, check=True, capture_output=True)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        wheel.extractall(site)
    code = "from tasks.questions.relations import load_relations; print(' '.join(load_relations()))"
    environment = {**os.environ, "PYTHONPATH": str(site)}
    ran = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    assert ran.stdout.split() == list(RELATIONS)
