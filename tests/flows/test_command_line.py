"""What each command prints and ends with."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest
from short_recordings import seconds_of, write_calls, write_sidecar

from tasks.lake.catalog import Lake
from tasks.lake.company import together
from tasks.questions.loader import load_questions

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from command_line import WarmCommandLine

    Ask = Callable[[Path, str], list[dict[str, Any]]]


def _everything(folder: Path) -> dict[str, bytes]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    # A reader's marks beside the catalog: no data of anybody's.
    return {str(path): path.read_bytes() for path in files if not path.name.endswith(("-shm", "-wal"))}


@pytest.fixture(scope="module")
def made(warm: WarmCommandLine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake with three landed calls and one quarantined file. Read only."""
    folder = tmp_path_factory.mktemp("made")
    write_calls(folder / "archive", 3)
    (folder / "archive" / "bad.wav").write_bytes(b"no sound")
    assert warm("ingest", folder / "archive", "--lake", folder / "lake").code == 3
    return folder / "lake"


def test_a_run_prints_its_counts_as_json(warm: WarmCommandLine, archive: Path, tmp_path: Path) -> None:
    said = warm("ingest", archive, "--lake", tmp_path / "lake", "--json")
    assert said.code == 0
    facts = said.json
    assert {name: facts[name] for name in ("found", "landed", "skipped", "quarantined", "failed")} == {
        "found": 3,
        "landed": 3,
        "skipped": 0,
        "quarantined": 0,
        "failed": 0,
    }
    assert facts["other_files"] == 3
    assert facts["engine_requests"] >= 3
    assert facts["minutes_landed"] == pytest.approx(0.25, abs=0.01)
    assert facts["troubled"] == []


def test_a_limit_takes_so_many_and_the_next_run_goes_on(
    warm: WarmCommandLine, archive: Path, tmp_path: Path, ask_lake: Ask
) -> None:
    first = warm("ingest", archive, "--lake", tmp_path / "lake", "--limit", "2", "--json").json
    assert (first["landed"], first["skipped_because"]) == (2, {"beyond --limit": 1})
    second = warm("ingest", archive, "--lake", tmp_path / "lake", "--limit", "2", "--json").json
    assert (second["landed"], second["skipped_because"]) == (1, {"already landed": 2})
    assert len(ask_lake(tmp_path / "lake", "select * from recordings where state = 'landed'")) == 3


def test_since_leaves_older_calls_for_another_time(warm: WarmCommandLine, tmp_path: Path) -> None:
    for path in write_calls(tmp_path / "archive", 3):
        os.utime(path)
    said = warm(
        "ingest", tmp_path / "archive", "--lake", tmp_path / "lake", "--since", "2026-03-02", "--json"
    )
    assert (said.json["landed"], said.json["skipped_because"]) == (2, {"before --since": 1})
    said = warm("ingest", tmp_path / "archive", "--lake", tmp_path / "lake", "--json")
    assert said.json["landed"] == 1


def test_a_renamed_recording_is_not_transcribed_again(
    warm: WarmCommandLine, archive: Path, tmp_path: Path
) -> None:
    warm("ingest", archive, "--lake", tmp_path / "lake")
    (archive / "again").mkdir()
    for number, path in enumerate(sorted(archive.glob("*.wav"))):
        path.rename(archive / "again" / f"other-{number}.bin")
    before = warm.fetched()
    said = warm("ingest", archive, "--lake", tmp_path / "lake", "--json").json
    assert said["skipped_because"] == {"already landed": 3}
    assert warm.fetched() == before


def test_two_files_with_the_same_bytes_are_one_recording(
    warm: WarmCommandLine, archive: Path, tmp_path: Path, ask_lake: Ask
) -> None:
    shutil.copy(archive / "short-0.wav", archive / "copy.wav")
    said = warm("ingest", archive, "--lake", tmp_path / "lake", "--json").json
    assert said["skipped_because"] == {"the same bytes as another file of this archive": 1}
    assert (said["found"], said["landed"]) == (4, 3)
    assert len(ask_lake(tmp_path / "lake", "select * from recordings")) == 3


def test_two_recordings_that_claim_one_call_id_both_land(
    warm: WarmCommandLine, archive: Path, tmp_path: Path, ask_lake: Ask
) -> None:
    for name in ("short-0.wav", "short-1.wav"):
        write_sidecar(archive / name, call_id="same")
    assert warm("ingest", archive, "--lake", tmp_path / "lake", "--json").json["landed"] == 3
    ids = [row["call_id"] for row in ask_lake(tmp_path / "lake", "select call_id from calls order by 1")]
    assert ids[0] == "same"
    assert ids[1].startswith("same~")


def test_replacing_lands_everything_again_from_kept_answers(
    warm: WarmCommandLine,
    archive: Path,
    tmp_path: Path,
    ask_lake: Ask,
    broken_checks: Callable[[Path], list[str]],
) -> None:
    warm("ingest", archive, "--lake", tmp_path / "lake")
    before = warm.fetched()
    write_sidecar(archive / "short-0.wav", call_id="corrected", started_at="2026-04-01T00:00:00Z")
    said = warm("ingest", archive, "--lake", tmp_path / "lake", "--replace", "--json").json
    assert (said["landed"], said["engine_requests"]) == (3, 0)
    assert warm.fetched() == before
    ids = [row["call_id"] for row in ask_lake(tmp_path / "lake", "select call_id from calls order by 1")]
    assert ids == ["corrected", "short-1", "short-2"]
    assert broken_checks(tmp_path / "lake") == []


def test_what_failed_is_tried_again_and_says_so(
    warm: WarmCommandLine, archive: Path, tmp_path: Path, ask_lake: Ask
) -> None:
    said = warm("ingest", archive, "--lake", tmp_path / "lake", "--json", CANNED_FAILS="1")
    assert (said.code, said.json["failed"], said.json["landed"]) == (10, 3, 0)
    assert "four two six" not in said.out + said.err
    rows = ask_lake(tmp_path / "lake", "select state, stage, reason, attempts from recordings")
    assert {row["reason"] for row in rows} == {"unexpected ConnectionError in transcribe"}
    assert warm("ingest", archive, "--lake", tmp_path / "lake", "--json").json["landed"] == 3
    rows = ask_lake(tmp_path / "lake", "select state, attempts from recordings")
    assert {(row["state"], row["attempts"]) for row in rows} == {("landed", 2)}


def test_a_call_that_cannot_be_replaced_stays_landed(
    warm: WarmCommandLine, archive: Path, tmp_path: Path, broken_checks: Callable[[Path], list[str]]
) -> None:
    warm("ingest", archive, "--lake", tmp_path / "lake")
    shutil.rmtree(tmp_path / "lake" / "answers")
    said = warm("ingest", archive, "--lake", tmp_path / "lake", "--replace", "--json", CANNED_FAILS="1")
    assert said.json["failed"] == 3
    assert broken_checks(tmp_path / "lake") == []


def test_quarantined_recordings_are_tried_again_when_asked(warm: WarmCommandLine, tmp_path: Path) -> None:
    (tmp_path / "archive").mkdir()
    content = seconds_of("call-0001", 0, 5)
    (tmp_path / "archive" / "cut.wav").write_bytes(content[: len(content) // 2])
    order = ("ingest", tmp_path / "archive", "--lake", tmp_path / "lake", "--json")
    assert warm(*order).json["quarantined"] == 1
    assert warm(*order, CALLARCHIVE_ACCEPT_TRUNCATED="true").json["skipped"] == 1
    said = warm(*order, "--retry-quarantined", CALLARCHIVE_ACCEPT_TRUNCATED="true")
    assert (said.code, said.json["landed"]) == (0, 1)


def test_a_dry_run_says_what_would_be_done_and_changes_nothing(
    warm: WarmCommandLine, made: Path, tmp_path: Path
) -> None:
    write_calls(tmp_path / "archive", 4)
    before = _everything(made)
    said = warm("ingest", tmp_path / "archive", "--lake", made, "--dry-run", "--json")
    assert said.code == 0
    assert {name: said.json[name] for name in ("found", "to_transcribe", "skipped", "quarantined")} == {
        "found": 4,
        "to_transcribe": 1,
        "skipped": 3,
        "quarantined": 0,
    }
    assert _everything(made) == before


def test_a_dry_run_before_the_first_run_writes_nothing_at_all(
    warm: WarmCommandLine, archive: Path, tmp_path: Path
) -> None:
    before = _everything(tmp_path)
    said = warm(
        "ingest", archive, "--lake", tmp_path / "lake", "--dry-run", "--json",
        CALLARCHIVE_KEY_FILE=str(tmp_path / "keys.json"),
    )  # fmt: skip
    assert said.json["to_transcribe"] == 3
    assert _everything(tmp_path) == before


def test_what_needs_a_lake_alone_is_told_to_wait_for_an_ingest(
    warm: WarmCommandLine, archive: Path, tmp_path: Path
) -> None:
    assert warm("ingest", archive, "--lake", tmp_path / "lake", "--json").json["landed"] == 3
    with together(Lake.at(str(tmp_path / "lake"))):
        said = warm("redact", "--since", "2026-01-01", "--lake", tmp_path / "lake", "--json")
        assert warm("ingest", archive, "--lake", tmp_path / "lake", "--json").json["skipped"] == 3
    assert said.code == 2
    assert "another ingest" in said.err
    assert "wait for it to end" in said.err
    assert "Traceback" not in said.err


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
    "command", ["demo", "ingest", "sql", "ask", "status", "doctor", "score-redaction", "schedule"]
)
def test_every_command_explains_itself_with_an_example(warm: WarmCommandLine, command: str) -> None:
    said = warm(command, "--help")
    assert said.code == 0
    assert f"Example: callarchive {command}" in said.out


def test_sql_prints_json_csv_and_tables(warm: WarmCommandLine, made: Path) -> None:
    query = "select call_id, call_date, word_count > 0 as heard from calls order by call_id"
    rows = warm("sql", query, "--lake", made, "--format", "json").json
    assert rows[0] == {"call_id": "short-0", "call_date": "2026-03-01", "heard": True}
    assert warm("sql", query, "--lake", made, "--json").json == rows
    lines = list(csv.DictReader(io.StringIO(warm("sql", query, "--lake", made, "--format", "csv").out)))
    assert [line["call_id"] for line in lines] == ["short-0", "short-1", "short-2"]
    table = warm("sql", query, "--lake", made).out
    assert all(name in table for name in ("call_id", "short-2", "2026-03-01"))


def test_sql_writes_files(warm: WarmCommandLine, made: Path, tmp_path: Path) -> None:
    query = "select word, start_ms from words"
    said = warm("sql", query, "--lake", made, "--format", "parquet", "-o", tmp_path / "words.parquet")
    assert (said.code, said.out) == (0, "")
    assert pq.read_table(tmp_path / "words.parquet").column_names == ["word", "start_ms"]
    warm("sql", query, "--lake", made, "-o", tmp_path / "words.json")
    assert json.loads((tmp_path / "words.json").read_text())[0].keys() == {"word", "start_ms"}


def test_sql_without_rows_prints_an_empty_list(warm: WarmCommandLine, made: Path) -> None:
    assert warm("sql", "select * from words where false", "--lake", made, "--json").json == []


def test_sql_prints_json_that_others_can_read(warm: WarmCommandLine, made: Path) -> None:
    said = warm("sql", "select 'nan'::double as x, 'inf'::double as y", "--lake", made, "--json")

    def refuse(word: str) -> None:
        raise ValueError(word)

    assert json.loads(said.out, parse_constant=refuse) == [{"x": None, "y": None}]


def test_a_sum_of_whole_numbers_is_whole(warm: WarmCommandLine, made: Path) -> None:
    said = warm("sql", "select sum(n) as n from (values (9007199254740993)) t(n)", "--lake", made, "--json")
    assert said.json == [{"n": 9007199254740993}]


def test_a_list_can_be_printed_as_csv(warm: WarmCommandLine, made: Path) -> None:
    assert warm("sql", "select [1, 2] as x", "--lake", made, "--format", "csv").code == 0


def test_sql_that_writes_is_refused_with_its_own_code(warm: WarmCommandLine, made: Path) -> None:
    before = _everything(made)
    said = warm("sql", "delete from stored.calls", "--lake", made)
    assert (said.code, said.out) == (5, "")
    assert "only a SELECT" in said.err
    assert _everything(made) == before


def test_without_a_question_ask_lists_them_all(warm: WarmCommandLine) -> None:
    questions = load_questions()
    assert {one["name"] for one in warm("ask", "--json").json} == set(questions)
    listed = warm("ask").out
    assert all(name in listed for name in questions)


def test_a_question_is_answered_with_its_parameters(warm: WarmCommandLine, made: Path) -> None:
    talk = warm("ask", "talk_listen_ratio", "--lake", made, "--json")
    assert (talk.code, {row["call_id"] for row in talk.json}) == (0, {"short-0", "short-1", "short-2"})
    found = warm("ask", "phrase_search", "--param", "phrase=the", "--lake", made, "--format", "csv")
    assert found.code == 0
    assert "call_id" in found.out.splitlines()[0]
    shown = warm("ask", "greeting_within", "-p", "within_s=10", "--lake", made)
    assert load_questions()["greeting_within"].question in shown.out


def test_an_answer_without_rows_says_what_that_means(warm: WarmCommandLine, made: Path) -> None:
    said = warm("ask", "phrase_search", "--param", "phrase=zebra crossing", "--lake", made)
    assert said.code == 0
    assert "No rows" in said.out


def test_status_shows_states_reasons_and_engines(warm: WarmCommandLine, made: Path) -> None:
    facts = warm("status", "--lake", made, "--json").json
    assert {row["state"]: row["recordings"] for row in facts["states"]} == {"landed": 3, "quarantined": 1}
    assert facts["reasons"][0]["stage"] == "find_recordings"
    assert facts["engines"][0]["engine"] == "local"
    shown = warm("status", "--lake", made).out
    assert "quarantined" in shown
    assert "not a sound recording" in shown


def test_doctor_finds_nothing_wrong_here(warm: WarmCommandLine, made: Path) -> None:
    said = warm("doctor", "--lake", made, "--json")
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
    warm: WarmCommandLine, made: Path, tmp_path: Path
) -> None:
    keys = tmp_path / "keys.json"
    keys.write_text('{"current": "0a1b2c3d", "keys": {"0a1b2c3d": "c2VjcmV0"}}')
    keys.chmod(0o600)
    said = warm("doctor", "--lake", made, "--json", CALLARCHIVE_KEY_FILE=str(keys))
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


def test_a_lake_that_is_a_file_is_a_wrong_setting(
    warm: WarmCommandLine, archive: Path, tmp_path: Path
) -> None:
    (tmp_path / "lake").write_text("not a folder")
    assert warm("ingest", archive, "--lake", tmp_path / "lake").code == 2


def test_what_a_killed_run_left_in_the_store_is_removed(
    warm: WarmCommandLine, archive: Path, tmp_path: Path
) -> None:
    part = tmp_path / "lake" / "answers" / "ab" / f"ab{'0' * 62}.0011aabb.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(b"half")
    warm("ingest", archive, "--lake", tmp_path / "lake")
    assert not part.exists()
