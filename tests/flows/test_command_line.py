"""What each command prints and ends with; for `ingest` see test_ingest_command."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest
from command_line import files_of

from tasks.questions.loader import load_questions

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from command_line import WarmCommandLine

    Ask = Callable[[Path, str], list[dict[str, Any]]]


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("ingest", "/no/such/folder"), 2, "nothing at this source"),
        pytest.param(("ingest", ".", "--engine", "nobody"), 2, "there is no engine"),
        (("ingest", ".", "--lake", "s3://bucket/lake"), 2, "?catalog=postgresql://"),
        (("ingest", ".", "--since", "yesterday"), 2, "since"),
        (("ingest", ".", "--limit", "0"), 2, "limit"),
        (("sql", "select 1", "--lake", "nowhere"), 2, "no lake at"),
        (("ask", "talk_listen_ratio", "--lake", "nowhere"), 2, "no lake at"),
        (("status", "--lake", "nowhere"), 2, "no lake at"),
        (("ask", "talk_listen_ration"), 2, "did you mean talk_listen_ratio"),
        (("ask", "phrase_search", "--param", "phrase"), 2, "name=value"),
        (("worker",), 2, "set PREFECT_API_URL"),
        (("nonsense",), 2, "No such command"),
    ],
)
def test_a_wrong_order_is_answered_in_one_line_and_with_its_code(
    warm: WarmCommandLine, arguments: tuple[str, ...], code: int, says: str
) -> None:
    said = warm(*arguments)
    assert said.code == code
    assert says in " ".join(said.err.split())
    assert "Traceback" not in said.err
    assert said.out == ""


def test_a_wrong_setting_is_named_without_its_value(warm: WarmCommandLine) -> None:
    said = warm("status", CALLARCHIVE_BATCH_SIZE="secret-value")
    assert said.code == 2
    assert "CALLARCHIVE_BATCH_SIZE" in said.err
    assert "secret-value" not in said.err


@pytest.mark.parametrize(
    "command", ["demo", "ingest", "sql", "ask", "status", "doctor", "score-redaction", "schedule", "worker"]
)
def test_every_command_explains_itself_with_an_example(warm: WarmCommandLine, command: str) -> None:
    said = warm(command, "--help")
    assert said.code == 0
    assert f"Example: callarchive {command}" in said.out


def test_sql_prints_json_csv_and_tables(warm: WarmCommandLine, three_calls: Path) -> None:
    query = "select call_id, call_date, word_count > 0 as heard from calls order by call_id"
    rows = warm("sql", query, "--lake", three_calls, "--format", "json").json
    assert rows[0] == {"call_id": "short-0", "call_date": "2026-03-01", "heard": True}
    assert warm("sql", query, "--lake", three_calls, "--json").json == rows
    lines = list(
        csv.DictReader(io.StringIO(warm("sql", query, "--lake", three_calls, "--format", "csv").out))
    )
    assert [line["call_id"] for line in lines] == ["short-0", "short-1", "short-2"]
    table = warm("sql", query, "--lake", three_calls).out
    assert all(name in table for name in ("call_id", "short-2", "2026-03-01"))


def test_sql_writes_files(warm: WarmCommandLine, three_calls: Path, tmp_path: Path) -> None:
    query = "select word, start_ms from words"
    said = warm("sql", query, "--lake", three_calls, "--format", "parquet", "-o", tmp_path / "words.parquet")
    assert (said.code, said.out) == (0, "")
    assert pq.read_table(tmp_path / "words.parquet").column_names == ["word", "start_ms"]
    warm("sql", query, "--lake", three_calls, "-o", tmp_path / "words.json")
    assert json.loads((tmp_path / "words.json").read_text())[0].keys() == {"word", "start_ms"}


def test_sql_without_rows_prints_an_empty_list(warm: WarmCommandLine, three_calls: Path) -> None:
    assert warm("sql", "select * from words where false", "--lake", three_calls, "--json").json == []


def test_sql_prints_json_that_others_can_read(warm: WarmCommandLine, three_calls: Path) -> None:
    said = warm("sql", "select 'nan'::double as x, 'inf'::double as y", "--lake", three_calls, "--json")

    def refuse(word: str) -> None:
        raise ValueError(word)

    assert json.loads(said.out, parse_constant=refuse) == [{"x": None, "y": None}]


def test_a_sum_of_whole_numbers_is_whole(warm: WarmCommandLine, three_calls: Path) -> None:
    said = warm(
        "sql", "select sum(n) as n from (values (9007199254740993)) t(n)", "--lake", three_calls, "--json"
    )
    assert said.json == [{"n": 9007199254740993}]


def test_a_list_can_be_printed_as_csv(warm: WarmCommandLine, three_calls: Path) -> None:
    assert warm("sql", "select [1, 2] as x", "--lake", three_calls, "--format", "csv").code == 0


def test_sql_that_writes_is_refused_with_its_own_code(warm: WarmCommandLine, three_calls: Path) -> None:
    before = files_of(three_calls)
    said = warm("sql", "delete from stored.calls", "--lake", three_calls)
    assert (said.code, said.out) == (5, "")
    assert "only a SELECT" in said.err
    assert files_of(three_calls) == before


def test_without_a_question_ask_lists_them_all(warm: WarmCommandLine) -> None:
    questions = load_questions()
    assert {one["name"] for one in warm("ask", "--json").json} == set(questions)
    listed = warm("ask").out
    assert all(name in listed for name in questions)


def test_a_question_is_answered_with_its_parameters(warm: WarmCommandLine, three_calls: Path) -> None:
    talk = warm("ask", "talk_listen_ratio", "--lake", three_calls, "--json")
    assert (talk.code, {row["call_id"] for row in talk.json}) == (0, {"short-0", "short-1", "short-2"})
    found = warm("ask", "phrase_search", "--param", "phrase=the", "--lake", three_calls, "--format", "csv")
    assert found.code == 0
    assert "call_id" in found.out.splitlines()[0]
    shown = warm("ask", "greeting_within", "-p", "within_s=10", "--lake", three_calls)
    assert load_questions()["greeting_within"].question in shown.out


def test_an_answer_without_rows_says_what_that_means(warm: WarmCommandLine, three_calls: Path) -> None:
    said = warm("ask", "phrase_search", "--param", "phrase=zebra crossing", "--lake", three_calls)
    assert said.code == 0
    assert "No rows" in said.out


def test_status_shows_states_reasons_and_engines(warm: WarmCommandLine, three_calls: Path) -> None:
    facts = warm("status", "--lake", three_calls, "--json").json
    assert {row["state"]: row["recordings"] for row in facts["states"]} == {"landed": 3, "quarantined": 1}
    assert facts["reasons"][0]["stage"] == "find_recordings"
    assert facts["engines"][0]["engine"] == "local"
    shown = warm("status", "--lake", three_calls).out
    assert "quarantined" in shown
    assert "not a sound recording" in shown


def test_doctor_finds_nothing_wrong_here(warm: WarmCommandLine, three_calls: Path) -> None:
    said = warm("doctor", "--lake", three_calls, "--json")
    assert said.code == 0
    assert {one["check"] for one in said.json} >= {
        "lake",
        "keys",
        "ffmpeg",
        "speech model",
        "redaction rules",
    }
    assert all(one["ok"] for one in said.json)
    assert "3 calls" in said.out


def test_doctor_says_what_is_wrong_and_shows_no_key(
    warm: WarmCommandLine, three_calls: Path, tmp_path: Path
) -> None:
    keys = tmp_path / "keys.json"
    keys.write_text('{"current": "0a1b2c3d", "keys": {"0a1b2c3d": "c2VjcmV0"}}')
    keys.chmod(0o600)
    said = warm("doctor", "--lake", three_calls, "--json", CALLARCHIVE_KEY_FILE=str(keys))
    assert said.code == 2
    assert [one["check"] for one in said.json if not one["ok"]] == ["keys"]
    assert "c2VjcmV0" not in said.out


@pytest.mark.parametrize(
    "command", [("doctor",), ("status",), ("sql", "select 1")], ids=lambda words: words[0]
)
def test_a_damaged_catalog_is_told_as_what_it_is(
    warm: WarmCommandLine, tmp_path: Path, command: tuple[str, ...]
) -> None:
    (tmp_path / "lake").mkdir()
    (tmp_path / "lake" / "catalog.sqlite").write_bytes(b"no catalog" * 100)
    said = warm(*command, "--lake", tmp_path / "lake")
    assert said.code == 2
    assert "unexpected" not in said.err
