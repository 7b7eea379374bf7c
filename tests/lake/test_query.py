"""What `callarchive sql` runs and what it refuses."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from finished_calls import finished_call
from landed_calls import land_calls

from tasks.errors import QueryRefused
from tasks.lake.catalog import Lake, reading, writing
from tasks.lake.query import confine, run_query

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import pyarrow as pa

    from tasks.lake.catalog import Connection

    Run = Callable[[str], pa.Table]


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """One call, beside a file that nobody may read."""
    folder = tmp_path_factory.mktemp("query")
    (folder / "secret.csv").write_text("a,b\n1,2\n")
    place = Lake.at(str(folder / "it's a lake"))
    call = finished_call()
    with writing(place) as connection:
        land_calls(connection, place, call)
    return place


@pytest.fixture(scope="module")
def confined(lake: Lake) -> Iterator[Connection]:
    with reading(lake) as connection:
        confine(connection, lake)
        yield connection


@pytest.fixture
def run(confined: Connection) -> Iterator[Callable[[str], pa.Table]]:
    """Run one query as the command line does; a transaction that it broke is begun again."""
    yield lambda sql: run_query(confined, sql)
    confined.execute("rollback")
    confined.execute("begin")


def _files(folder: Path) -> dict[Path, bytes]:
    """Every file's bytes, but for what SQLite keeps beside a database while somebody reads it."""
    files = [path for path in folder.rglob("*") if path.is_file() and not path.match("*.sqlite-*")]
    return {path: path.read_bytes() for path in files}


def test_row_groups_are_left_out_for_many_values_where_phrases_are_asked_for_and_nowhere_else(
    run: Run,
) -> None:
    asked = "select current_setting('dynamic_or_filter_threshold') as most"
    phrases = "(select count(*) from said_phrases(['how can'], 0))"
    for _ in range(2):
        assert run(asked).to_pylist() == [{"most": 50}]
        assert run(f"{asked}, {phrases} as places").to_pylist() == [{"most": 2000, "places": 1}]


LEGITIMATE = """
select count(*) from words
select speaker, count(*) from words group by all
with long as (select * from turns where word_count > 3) select * from long join calls using (call_id)
select word, lag(word) over (partition by call_id order by word_index) from words
select * from words where word in (select upper(word) from words)
from turns select call_id limit 1
select * from calls union all by name select * from calls
select unnest(list(word)) from words
select * from range(3)
select * from generate_series(1, 3)
select list_transform([1, 2], x -> x + 1)
select json_extract_string(metadata, '$.site') from calls
select * from words tablesample 10 rows
select strftime(started_at, '%H:%M') from calls
select 'attach; copy; insert' as text, "word" from words -- drop table calls
values (1), (2)
table redactions
show tables
describe words
summarize calls
select (select count(*) from turns) / (select count(*) from calls)
select * from words where regexp_matches(word, '^[a-z]+$')
select quantile_cont(duration_ms, 0.5) from calls
select * from stored.calls
""".strip().splitlines()


@pytest.mark.parametrize("sql", LEGITIMATE)
def test_any_select_over_the_lake_is_run(run: Run, sql: str) -> None:
    assert run(sql).num_columns


WRITING = """
insert into stored.calls select * from stored.calls
update stored.calls set queue = 'x'
delete from stored.words
truncate stored.words
drop table stored.words
drop view words
alter table stored.words add column x integer
create table x as select 1
create temp table x as select 1
create or replace view words as select 1
create macro f(x) as x
create type mood as enum ('x')
comment on table stored.words is 'x'
merge into stored.calls using stored.calls as other on true when matched then delete
with gone as (delete from stored.words returning *) select * from gone
copy words to 'out.csv'
copy (select 1) to 'out.parquet'
copy stored.calls from 'secret.csv'
export database 'out'
import database 'out'
begin
commit
rollback
checkpoint
vacuum
""".strip().splitlines()

REACHING_OUT = """
attach 'other.db'
attach 'ducklake:sqlite:catalog.sqlite' as mine
detach stored
use stored
load httpfs
install httpfs
set enable_external_access = true
set allowed_directories = ['/']
reset lock_configuration
pragma database_list
pragma version
call ducklake_list_files('stored', 'words')
call ducklake_expire_snapshots('stored')
prepare q as select 1
execute q
explain analyze select 1
deallocate q
select * from read_csv('secret.csv')
select * from read_csv_auto('secret.csv')
select * from read_text('secret.csv')
select * from read_blob('secret.csv')
select * from read_json('secret.csv')
select * from read_parquet('**/*.parquet')
select * from parquet_scan('**/*.parquet')
select * from parquet_metadata('x.parquet')
select * from sniff_csv('secret.csv')
select * from glob('/*')
select * from 'secret.csv'
select * from "secret.csv"
select * from '/etc/passwd'
select * from '/etc/hosts.csv'
select * from 'https://example.com/x.parquet'
select * from 's3://bucket/x.parquet'
select * from sqlite_scan('catalog.sqlite', 'ducklake_table')
select * from sqlite_attach('catalog.sqlite')
select * from sqlite_query('stored', 'select 1')
select * from query('select 1')
select * from query_table('calls')
select * from json_execute_serialized_sql('{}')
select * from ducklake_list_files('stored', 'words')
select * from ducklake_snapshots('stored')
select * from ducklake_table_changes('stored', 'main', 'words', 0, 1)
select * from ducklake_cleanup_old_files('stored')
select * from duckdb_settings()
select * from duckdb_secrets()
select * from duckdb_databases()
select * from duckdb_logs()
select * from checkpoint()
select * from pragma_database_list()
select * from which_secret('s3://x', 's3')
select * from python_map_function()
select * from arrow_scan(1, 2, 3)
select * from pandas_scan(1)
select getenv('HOME')
""".strip().splitlines()

HIDDEN = """
with x as (select * from read_csv('secret.csv')) select * from x
with recursive x as (select * from glob('*') union all select * from x) select * from x
select (select max(content) from read_text('secret.csv'))
select * from words where word in (select content from read_text('secret.csv'))
select * from words, lateral (select * from read_text('secret.csv'))
select * from words order by (select max(content) from read_text('secret.csv'))
select * from words join read_csv('secret.csv') on true
select 1 union all select count(*) from glob('*')
select * from (select * from (select * from glob('*')))
select case when exists (from glob('*')) then 1 end
select * from words group by (select count(*) from glob('*')) having count(*) > 0
select count(*) over (order by (select count(*) from glob('*'))) from words
select * from main.read_csv('secret.csv')
select * from system.main.read_csv('secret.csv')
select * from READ_CSV('secret.csv')
select * from "read_csv"('secret.csv')
pivot (select * from read_csv('secret.csv')) on a using sum(b)
select * from words limit (select count(*) from glob('*'))
""".strip().splitlines()

SEVERAL = ["select 1; select 2", "select 1; drop table stored.words"]
NONE = ["", "   ", ";", "-- nothing", "selec 1"]


@pytest.mark.parametrize("sql", [*WRITING, *REACHING_OUT, *HIDDEN, *SEVERAL, *NONE])
def test_everything_else_is_refused_and_changes_nothing(
    run: Run, lake: Lake, sql: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(lake.root.parent)
    before = _files(lake.root.parent)
    with pytest.raises(QueryRefused) as refused:
        run(sql)
    assert str(refused.value)
    assert "secret.csv:" not in str(refused.value)
    assert _files(lake.root.parent) == before


def test_a_variable_of_this_program_cannot_be_read(run: Run) -> None:
    secret = [{"a": 1}]
    with pytest.raises(QueryRefused, match="does not exist"):
        run("select * from secret")
    assert secret


def test_a_refusal_does_not_repeat_the_query(run: Run) -> None:
    with pytest.raises(QueryRefused) as refused:
        run("select cast(word as integer), 'four two six three' from nowhere")
    assert "four two" not in str(refused.value)


def test_parameters_are_bound_and_never_read_as_sql(confined: Connection) -> None:
    rows = run_query(confined, "select $text as text", {"text": "'; drop table stored.words; --"})
    assert rows.to_pylist() == [{"text": "'; drop table stored.words; --"}]


def test_a_missing_parameter_is_refused(run: Run) -> None:
    with pytest.raises(QueryRefused, match="parameter"):
        run("select $text")


@pytest.mark.parametrize("terms", [300, 800, 3_000])
def test_a_long_query_is_run_or_refused(run: Run, terms: int) -> None:
    with suppress(QueryRefused):
        assert run("select " + "+".join(["1"] * terms)).num_rows == 1


def test_a_connection_answers_after_a_query_that_failed(run: Run) -> None:
    with pytest.raises(QueryRefused):
        run("select error('x')")
    assert run("select 1 as one").to_pylist() == [{"one": 1}]


def test_a_question_sees_one_version_of_the_lake(empty_place: Lake) -> None:
    first, second = finished_call("call-1"), finished_call("call-2")
    with writing(empty_place) as connection:
        land_calls(connection, empty_place, first)
        with reading(empty_place) as question:
            counting = "select count(*) as calls from calls"
            assert run_query(question, counting).to_pylist() == [{"calls": 1}]
            land_calls(connection, empty_place, second)
            assert run_query(question, counting).to_pylist() == [{"calls": 1}]
    with reading(empty_place) as question:
        assert run_query(question, counting).to_pylist() == [{"calls": 2}]
