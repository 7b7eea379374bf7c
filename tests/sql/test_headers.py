"""What every SQL file's header says is what its select does."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tasks.questions.bind import bind
from tasks.questions.loader import CHECKS, SQL_FOLDER, load_questions
from tasks.questions.macros import load_macros
from tasks.questions.relations import load_relations, view_statements

if TYPE_CHECKING:
    from made_lake import Connection, Open

    from tasks.questions.question import Question


RELATIONS = load_relations()
QUESTIONS = load_questions()
ALL_CHECKS = load_questions(CHECKS)
EVERYTHING = {**RELATIONS, **QUESTIONS, **ALL_CHECKS}
REQUIRED = {
    "phrase_search": {"phrase": "my account"},
    "keyword_trends": {"since": "2026-03-04"},
    "forbidden_phrases": {"phrases": "let me check; one moment"},
}
CONTRACT = set(
    "calls words turns redactions recordings engine_usage engine_scores reviews reveals certificates "
    "rule_hits rule_runs nights erasures holds".split()
)
UNSPOKEN = re.compile(r"'[^']*'|--.*")


def answer(connection: Connection, question: Question) -> Connection:
    return connection.execute(question.sql, bind(question, REQUIRED.get(question.name, {})) or None)


def test_the_contract_relations_and_the_ten_questions_are_there() -> None:
    assert {path.stem for path in (SQL_FOLDER / "staging").glob("*.sql")} == CONTRACT
    assert set(QUESTIONS) >= {
        "talk_listen_ratio",
        "longest_silence",
        "interruptions",
        "response_time",
        "words_per_minute",
        "low_confidence_calls",
        "redactions_by_type",
        "greeting_within",
        "phrase_search",
        "calls_by_agent",
    }


def test_no_two_files_share_a_name() -> None:
    files = Counter(path.name for path in SQL_FOLDER.glob("*/*.sql"))
    assert files.most_common(1)[0][1] == 1
    assert len(EVERYTHING) + len(load_macros()) == len(files)


@pytest.mark.parametrize("question", EVERYTHING.values(), ids=EVERYTHING)
def test_columns_are_the_ones_in_the_header(question: Question, empty_lake: Connection) -> None:
    description = answer(empty_lake, question).description
    assert [column[0] for column in description] == [column.name for column in question.columns]


@pytest.mark.parametrize("question", EVERYTHING.values(), ids=EVERYTHING)
def test_an_empty_lake_gives_an_empty_answer(question: Question, empty_lake: Connection) -> None:
    assert answer(empty_lake, question).fetchall() == []


@pytest.mark.parametrize("question", EVERYTHING.values(), ids=EVERYTHING)
def test_parameters_are_the_ones_in_the_header(question: Question) -> None:
    used = set(re.findall(r"\$(\w+)", UNSPOKEN.sub("", question.sql)))
    assert used == {parameter.name for parameter in question.parameters}


@pytest.mark.parametrize("question", [*RELATIONS.values(), *QUESTIONS.values()], ids=[*RELATIONS, *QUESTIONS])
def test_no_two_rows_share_a_key(question: Question, lake: Connection) -> None:
    cursor = answer(lake, question)
    names = [column[0] for column in cursor.description]
    places = [names.index(name) for name in question.key]
    rows = cursor.fetchall()
    assert rows
    assert len({tuple(row[place] for place in places) for row in rows}) == len(rows)


@pytest.mark.parametrize(
    "question", [*QUESTIONS.values(), *ALL_CHECKS.values()], ids=[*QUESTIONS, *ALL_CHECKS]
)
def test_no_column_is_wider_than_64_bits(question: Question, empty_lake: Connection) -> None:
    types = [str(column[1]) for column in answer(empty_lake, question).description]
    assert "HUGEINT" not in types


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_questions_read_only_relations_that_users_see(question: Question) -> None:
    assert "stored." not in question.sql


@pytest.mark.parametrize("question", EVERYTHING.values(), ids=EVERYTHING)
def test_the_last_step_is_all_that_is_selected(question: Question) -> None:
    if question.sql.startswith("with"):
        last = re.findall(r"^(\w+) as \(|^with (\w+) as \(", question.sql, re.MULTILINE)[-1]
        assert re.findall(r"^select \* from (\w+)$", question.sql, re.MULTILINE) == ["".join(last)]
    assert question.grain.startswith("one row ")
    assert question.question.endswith("?")


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_answers_come_in_a_settled_order(question: Question) -> None:
    order = re.findall(r"^order by (.+)$", question.sql, re.MULTILINE)[-1]
    assert question.sql.endswith(f"order by {order}")
    assert {column.split()[0] for column in order.split(", ")} >= set(question.key)


def test_headers_are_lifted_into_comments_on_views_and_columns(open_lake: Open) -> None:
    with open_lake({}) as connection:
        for statement in view_statements(RELATIONS)[len(RELATIONS) :]:
            connection.execute(statement)
        views = dict(
            connection.execute(
                "select view_name, comment from duckdb_views() "
                "where not internal and database_name = 'memory' and schema_name = 'main'"
            ).fetchall()
        )
        uncommented = connection.execute(
            "select table_name, column_name from duckdb_columns() "
            "where not internal and database_name = 'memory' and schema_name = 'main' and comment is null"
        ).fetchall()
    assert set(views) == set(RELATIONS)
    assert views["words"].startswith(
        "What was said in each call, word by word, as redacted? One row per word."
    )
    assert uncommented == []


@pytest.mark.parametrize("macro", load_macros().values(), ids=load_macros())
def test_a_macro_has_the_columns_and_the_key_of_its_header(macro: Question, lake: Connection) -> None:
    values = {"phrases": ["my account", "cancel my account", "my", "help me"], "slop": 1}
    given = {one.name: values[one.name] for one in macro.parameters if one.required}
    asked = f"from {macro.name}({', '.join(f'${name}' for name in given)})"
    rows = lake.execute(asked, given).fetchall()
    names = [column[0] for column in lake.execute(asked, given).description]
    assert names == [column.name for column in macro.columns]
    places = [names.index(name) for name in macro.key]
    assert len({tuple(row[place] for place in places) for row in rows}) == len(rows) > 3
