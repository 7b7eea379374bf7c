"""The header's format: what is read from it, and what is refused."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from tasks.errors import SettingsError
from tasks.questions.comments import comments
from tasks.questions.header import parse_question
from tasks.questions.loader import load_questions
from tasks.questions.question import Column, Parameter

if TYPE_CHECKING:
    from pathlib import Path


TEXT = """\
-- name: calls_like
-- question: Which calls
--   are like this one?
-- grain: one row per call
-- key: call_id, call_date
-- parameters:
--   within_s [s] (double, default 15): how near
--     in time
--   words (varchar[], default thank you; good morning,
--     sir): what to say
--   since (date, default none): first day
--   until (date, default 2026-03-02): last day
--   phrase (varchar, required): what to look for
-- columns:
--   call_id: the caller's call
--   start_ms [ms]: where it begins: or ends (roughly)
-- empty: nothing
-- limits: none
-- known
select 1 as call_id
"""
GOOD = TEXT.replace("-- known\n", "")


def test_a_header_is_read_into_a_question() -> None:
    question = parse_question(GOOD)
    assert question.name == "calls_like"
    assert question.question == "Which calls are like this one?"
    assert question.grain == "one row per call"
    assert question.key == ("call_id", "call_date")
    assert question.columns == (
        Column("call_id", None, "the caller's call"),
        Column("start_ms", "ms", "where it begins: or ends (roughly)"),
    )
    assert question.parameters == (
        Parameter(
            "within_s", "double", required=False, default=15.0, unit="s", description="how near in time"
        ),
        Parameter(
            "words",
            "varchar[]",
            required=False,
            default=("thank you", "good morning, sir"),
            unit=None,
            description="what to say",
        ),
        Parameter("since", "date", required=False, default=None, unit=None, description="first day"),
        Parameter(
            "until", "date", required=False, default=date(2026, 3, 2), unit=None, description="last day"
        ),
        Parameter(
            "phrase", "varchar", required=True, default=None, unit=None, description="what to look for"
        ),
    )
    assert (question.empty_means, question.limits) == ("nothing", "none")
    assert question.sql == "select 1 as call_id"


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("-- empty: nothing\n", "", "lacks empty"),
        ("-- limits: none", "-- limits:", "lacks limits"),
        (
            "-- limits: none",
            "-- limits: none\n-- grain: one row per turn",
            "'grain', which is unknown or repeated",
        ),
        ("-- limits: none", "-- author: me\n-- limits: none", "'author', which is unknown or repeated"),
        ("--   call_id: the caller's call", "--   call_id the caller's call", "not of the form"),
        ("--   call_id: the", "--   call_id (varchar): the", "which only parameters do"),
        ("(date, default none)", "(day, default none)", "since needs"),
        ("(date, default none)", "(date)", "since needs"),
        ("(date, default none)", "(date, default soon)", "the default of since is not a date"),
    ],
)
def test_a_header_of_another_form_is_refused(old: str, new: str, complaint: str) -> None:
    assert old in GOOD
    with pytest.raises(SettingsError, match=complaint):
        parse_question(GOOD.replace(old, new))


def test_a_file_without_header_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "bare.sql").write_text("select 1 as one\n")
    with pytest.raises(SettingsError, match=r"bare\.sql: the header lacks name"):
        load_questions(tmp_path)


def test_a_file_named_otherwise_than_its_header_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other.sql").write_text(GOOD)
    with pytest.raises(SettingsError, match=r"other\.sql: the header calls it calls_like"):
        load_questions(tmp_path)


def test_comments_quote_apostrophes_and_name_units() -> None:
    statements = comments(parse_question(GOOD))
    assert statements[0].startswith(
        "comment on view calls_like is 'Which calls are like this one? One row per call."
    )
    assert statements[1] == "comment on column calls_like.call_id is 'the caller''s call'"
    assert statements[2].endswith("begins: or ends (roughly) [ms]'")
