"""Landing: whole or not at all, in the encodings that were measured to be smallest."""

from __future__ import annotations

import shutil
import sqlite3
from collections import Counter
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from finished_calls import finished_call, landed_row, spoken
from lake_checks import broken_checks

from tasks.errors import CallArchiveError
from tasks.lake import landing, parquet_files
from tasks.lake.catalog import Lake, exclusively, in_turn, reading, writing
from tasks.lake.landing import remove_orphans
from tasks.lake.query import run_query
from tasks.lake.stored_marts import mart_names
from tasks.lake.tables import PARTITIONED, TABLES, as_table
from tasks.land import Landing, land
from tasks.schemas import SoundCopy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tasks.lake.catalog import Connection
    from tasks.rows import FinishedCall

WRITTEN = (*PARTITIONED, *(mart for mart in mart_names() if mart != "talk_over"))
"""The relations of which a finished call has rows in Parquet files; nobody in it talks over anybody."""


@pytest.fixture(scope="module")
def new_lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    lake = Lake.at(str(tmp_path_factory.mktemp("new") / "lake"))
    with writing(lake):
        return lake


@pytest.fixture
def lake(new_lake: Lake, empty_place: Lake) -> Lake:
    """A lake without calls: a copy of one, for making one takes a second."""
    shutil.copytree(new_lake.root, empty_place.root)
    with closing(sqlite3.connect(empty_place.catalog.path)) as database:
        database.execute(
            "update ducklake_metadata set value = ? where key = 'data_path'", [f"{empty_place.root}/data/"]
        )
        database.commit()
    return empty_place


@pytest.fixture
def connection(lake: Lake) -> Iterator[Connection]:
    with writing(lake) as connection:
        yield connection


def _land(connection: Connection, lake: Lake, *calls: FinishedCall) -> None:
    land(connection, lake, Landing([(call, landed_row(call)) for call in calls], [], []))


def _rows(connection: Connection, sql: str) -> list[dict[str, Any]]:
    """What the connection that lands sees, without views: quick."""
    return connection.execute(sql).to_arrow_table().to_pylist()


def _calls(connection: Connection) -> list[str]:
    return [row["call_id"] for row in _rows(connection, "select call_id from stored.calls order by call_id")]


def _parquet(lake: Lake) -> set[Path]:
    return set((lake.root / "data").rglob("*.parquet"))


def test_a_landed_call_is_there_in_every_relation(lake: Lake, connection: Connection) -> None:
    _land(connection, lake, finished_call())
    counts = {
        name: _rows(connection, f"select count(*) as n from stored.{name}")[0]["n"]
        for name in TABLES
        if name != "sightings"
    }
    assert counts == {
        "words": 11,
        "turns": 2,
        "calls": 1,
        "redactions": 1,
        "certificates": 1,
        "envelopes": 1,
        "recordings": 1,
        "engine_usage": 2,
        "reviews": 0,
        "reveals": 0,
        "engine_scores": 0,
        "rule_hits": 0,
        "rule_runs": 0,
        "erasures": 0,
        "holds": 0,
        "nights": 0,
    }
    assert broken_checks(connection) == []


def test_an_empty_lake_can_be_asked_and_keeps_its_promises(lake: Lake, connection: Connection) -> None:
    assert connection
    assert _calls(connection) == []
    assert broken_checks(connection) == []


def test_calls_of_many_days_land_in_one_batch_under_their_days(lake: Lake, connection: Connection) -> None:
    calls = [finished_call(f"call-{day}", started_at=datetime(2026, 3, day, tzinfo=UTC)) for day in (1, 2, 3)]
    _land(connection, lake, *calls, finished_call("call-0", started_at=None))
    folders = {path.parent.name for path in (lake.root / "data" / "main" / "words").rglob("*.parquet")}
    assert folders == {
        "call_date=2026-03-01",
        "call_date=2026-03-02",
        "call_date=2026-03-03",
        "call_date=__HIVE_DEFAULT_PARTITION__",
    }
    by_day = {
        row["call_date"]: row["n"]
        for row in _rows(connection, "select call_date, count(*) n from stored.words group by all")
    }
    assert by_day == {date(2026, 3, 1): 11, date(2026, 3, 2): 11, date(2026, 3, 3): 11, None: 11}
    assert broken_checks(connection) == []


def test_dates_far_away_land(lake: Lake, connection: Connection) -> None:
    far = [datetime(year, 12, 31, 23, 59, tzinfo=UTC) for year in (1, 1969, 9999)]
    _land(connection, lake, *(finished_call(f"call-{at.year:04}", started_at=at) for at in far))
    days = _rows(connection, "select distinct call_date as day from stored.words order by day")
    assert [row["day"] for row in days] == [at.date() for at in far]
    starts = _rows(connection, "select started_at from stored.calls order by call_id")
    assert [row["started_at"] for row in starts] == far
    assert broken_checks(connection) == []


def test_landing_a_call_again_replaces_it(lake: Lake, connection: Connection) -> None:
    neighbour = finished_call("neighbour")
    _land(connection, lake, finished_call(), neighbour)
    shorter = finished_call(words={0: spoken("hello", 0, 0)}, findings=(), run_id="run-2", usage=())
    _land(connection, lake, shorter)
    assert _rows(connection, "select word from stored.words where call_id = 'call-1'") == [{"word": "hello"}]
    assert _rows(connection, "select count(*) as n from stored.words where call_id = 'neighbour'") == [
        {"n": 11}
    ]
    assert _rows(connection, "select count(*) as n from stored.redactions where call_id = 'call-1'") == [
        {"n": 0}
    ]
    assert _calls(connection) == ["call-1", "neighbour"]
    assert broken_checks(connection) == []


def test_what_was_spent_stays_on_the_books(lake: Lake, connection: Connection) -> None:
    _land(connection, lake, finished_call())
    _land(connection, lake, finished_call(run_id="run-2"))
    assert _rows(connection, "select count(*) as n, sum(billed_ms)::int as ms from stored.engine_usage") == [
        {"n": 4, "ms": 10_000}
    ]


def test_a_recording_that_lands_under_another_id_and_day_leaves_nothing_behind(
    lake: Lake, connection: Connection
) -> None:
    before = finished_call("old-id", started_at=None)
    _land(connection, lake, before)
    after = finished_call("new-id", run_id="run-2")
    recording = replace(after.recording, sha256=before.recording.sha256)
    _land(connection, lake, replace(after, recording=recording))
    assert _calls(connection) == ["new-id"]
    for name in ("words", "turns", "redactions"):
        assert _rows(connection, f"select distinct call_id from stored.{name}") == [{"call_id": "new-id"}]
    assert len(_rows(connection, "select * from stored.recordings")) == 1
    assert broken_checks(connection) == []


class Broken(RuntimeError):
    """What the tests make fail."""


class Breaking:
    """A connection that fails at its n-th statement."""

    def __init__(self, connection: Connection, fails_at: int) -> None:
        self._connection, self._left = connection, fails_at
        self.statements: Counter[str] = Counter()

    def execute(self, sql: str, *parameters: Any) -> Any:
        self.statements[sql.split(maxsplit=1)[0]] += 1
        if sql != "rollback":
            if not self._left:
                raise Broken(sql)
            self._left -= 1
        return self._connection.execute(sql, *parameters)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


def _statements_of_a_landing(lake: Lake, call: FinishedCall) -> int:
    with writing(lake) as connection:
        counting = Breaking(connection, 10_000)
        _land(counting, lake, call)  # type: ignore[arg-type]  # as much of a connection as is used
        return counting.statements.total()


def test_a_landing_that_fails_at_any_statement_leaves_the_lake_as_it_was(tmp_path: Path, lake: Lake) -> None:
    old, new = finished_call("call-1"), finished_call("call-1", words={0: spoken("hello", 0, 0)}, findings=())
    total = _statements_of_a_landing(Lake.at(str(tmp_path / "other")), old)
    assert total >= 10
    with writing(lake) as connection:
        _land(connection, lake, old, finished_call("call-2"))
        files = _parquet(lake)
        for place in range(1, total + 1):
            with pytest.raises(Broken):
                _land(Breaking(connection, place), lake, new, finished_call("call-3"))  # type: ignore[arg-type]  # see above
            assert _calls(connection) == ["call-1", "call-2"]
            assert _rows(connection, "select count(*) as n from stored.words") == [{"n": 22}]
            assert _parquet(lake) == files
        assert broken_checks(connection) == []
        _land(connection, lake, replace(new, run_id="run-2"), finished_call("call-3"))
        assert _calls(connection) == ["call-1", "call-2", "call-3"]
        assert broken_checks(connection) == []


def test_a_disk_that_fills_up_at_any_file_leaves_the_lake_as_it_was(
    lake: Lake, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    _land(connection, lake, finished_call())
    write_table = pq.write_table
    left = 0

    def full(rows: pa.Table, file: Any, **options: Any) -> None:
        nonlocal left
        if not left:
            file.write(b"PAR1 and half a page")
            raise OSError(28, "No space left on device")
        left -= 1
        write_table(rows, file, **options)

    with monkeypatch.context() as patched:
        patched.setattr(parquet_files.pq, "write_table", full)
        for place in range(len(WRITTEN)):
            left = place
            with pytest.raises(OSError, match="No space"):
                _land(connection, lake, finished_call("call-2"))
            assert _calls(connection) == ["call-1"]
    remove_orphans(connection, lake)
    assert len(_parquet(lake)) == len(WRITTEN)
    _land(connection, lake, finished_call("call-2"))
    assert _calls(connection) == ["call-1", "call-2"]
    assert broken_checks(connection) == []


def test_a_disk_that_fills_up_is_left_no_fuller(
    lake: Lake, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    _land(connection, lake, finished_call())
    files, write_table = _parquet(lake), pq.write_table

    def full(rows: pa.Table, file: Any, **options: Any) -> None:
        write_table(rows, file, **options)
        if "usage_id" in rows.column_names:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(parquet_files.pq, "write_table", full)
    with pytest.raises(OSError, match="No space"):
        _land(connection, lake, finished_call("call-2"))
    assert _parquet(lake) == files


def test_only_files_that_were_never_registered_are_removed(lake: Lake, connection: Connection) -> None:
    _land(connection, lake, finished_call(), finished_call("call-2", started_at=None))
    _land(connection, lake, finished_call(words={0: spoken("hello", 0, 0)}, findings=(), run_id="run-2"))
    before = _parquet(lake)
    orphans = [
        lake.root / "data" / "main" / "words" / "call_date=2026-03-02" / "orphan.parquet",
        lake.root / "data" / "main" / "turns" / "call_date=2031-01-01" / "orphan.parquet",
        lake.root / "data" / "main" / "words" / "call_date=2026-03-02" / "empty.parquet",
    ]
    for path in orphans:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"" if path.stem == "empty" else next(iter(before)).read_bytes())
    kept = [lake.root / "data" / "notes.txt", lake.root / "mine.parquet"]
    for path in kept:
        path.write_text("kept")
    assert remove_orphans(connection, lake) == 3
    assert _parquet(lake) == before
    assert all(path.exists() for path in kept)
    assert _rows(connection, "select count(*) as n from stored.words") == [{"n": 12}]
    assert broken_checks(connection) == []
    assert remove_orphans(connection, lake) == 0


def test_a_lake_reached_by_a_link_keeps_its_files(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "disk")
    lake = Lake.at(str(tmp_path / "link" / "lake"))
    with writing(lake) as connection:
        _land(connection, lake, finished_call())
        _land(connection, lake, finished_call())
        assert remove_orphans(connection, lake) == 0
        assert _calls(connection) == ["call-1"]


@pytest.mark.parametrize("name", ["it's 100% ünïcode;", "a b"])
def test_a_lake_in_a_folder_with_an_odd_name_works(tmp_path: Path, name: str) -> None:
    lake = Lake.at(str(tmp_path / name))
    with writing(lake) as connection:
        _land(connection, lake, finished_call(), finished_call("call-2", started_at=None))
        _land(connection, lake, finished_call())
        assert remove_orphans(connection, lake) == 0
        assert _calls(connection) == ["call-1", "call-2"]


def test_a_lake_that_was_moved_can_be_read(tmp_path: Path, lake: Lake) -> None:
    with writing(lake) as connection:
        _land(connection, lake, finished_call())
    moved = Lake.at(str(tmp_path / "elsewhere"))
    lake.root.rename(moved.root)
    with reading(moved) as question:
        assert run_query(question, "select * from words").num_rows == 11


def _drop_tables(connection: Connection, names: Iterable[str]) -> None:
    for name in names:
        connection.execute(f"drop table stored.{name}")


@pytest.mark.parametrize("tables", [0, 3, 6])
def test_a_lake_that_was_killed_while_it_was_made_can_be_asked(lake: Lake, tables: int) -> None:
    with writing(lake) as connection:
        _drop_tables(connection, [*mart_names(), *list(TABLES)[tables:]])
    with suppress(CallArchiveError), reading(lake) as question:
        run_query(question, "select * from words")


def test_a_lake_that_was_killed_while_it_was_made_is_completed(lake: Lake) -> None:
    with writing(lake) as connection:
        _drop_tables(connection, [*mart_names(), *list(TABLES)[3:]])
    with writing(lake) as connection:
        _land(connection, lake, finished_call())
        assert broken_checks(connection) == []


def test_a_lake_of_an_earlier_version_can_be_asked_before_it_is_written_again(lake: Lake) -> None:
    with writing(lake) as connection:
        connection.execute("drop table stored.engine_scores")
        connection.execute("alter table stored.engine_usage drop column outcome")
        connection.execute("insert into stored.engine_usage (usage_id, engine) values ('u1', 'local')")
    with reading(lake) as question:
        assert run_query(question, "select * from engine_scores").num_rows == 0
        assert run_query(question, "select engine, outcome from engine_usage").to_pylist() == [
            {"engine": "local", "outcome": None}
        ]
    with writing(lake) as connection:
        landing.add_rows(connection, "engine_scores", as_table("engine_scores", [{"comparison_id": "c1"}]))
    with reading(lake) as question:
        assert run_query(question, "select comparison_id from engine_scores").num_rows == 1


def test_reading_does_not_stop_a_landing(lake: Lake, connection: Connection) -> None:
    _land(connection, lake, finished_call())
    with reading(lake) as question:
        run_query(question, "select * from stored.words")
        _land(connection, lake, finished_call("call-2"))
    assert _calls(connection) == ["call-1", "call-2"]


def test_one_process_at_a_time_may_ingest(lake: Lake) -> None:
    with exclusively(lake), pytest.raises(Exception, match="another ingest"), exclusively(lake):
        pass
    with exclusively(lake):
        pass


class Column:
    """One column of a Parquet file as it lies on disk."""

    def __init__(self, path: Path, name: str) -> None:
        file = pq.ParquetFile(path)
        group = file.metadata.row_group(0)
        chunks = [group.column(index) for index in range(group.num_columns)]
        (chunk,) = (one for one in chunks if one.path_in_schema == name)
        self.encodings, self.compression = set(chunk.encodings), chunk.compression
        self.physical_type, self.type = chunk.physical_type, file.schema_arrow.field(name).type


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The file of each relation; only one day has landed."""
    lake = Lake.at(str(tmp_path_factory.mktemp("files")))
    with writing(lake) as connection:
        _land(connection, lake, finished_call("call-b"), finished_call("call-a"))
    found = {}
    for name in PARTITIONED:
        (found[name],) = (lake.root / "data" / "main" / name).rglob("*.parquet")
    return found


@pytest.mark.parametrize("name", PARTITIONED)
def test_files_have_the_lakes_types_and_are_compressed_with_zstd(files: dict[str, Path], name: str) -> None:
    assert pq.read_schema(files[name]).remove_metadata() == TABLES[name]
    for field in TABLES[name]:
        assert Column(files[name], field.name).compression == "ZSTD"


@pytest.mark.parametrize("column", ["start_ms", "word_index", "turn_index"])
def test_times_and_places_are_written_as_differences(files: dict[str, Path], column: str) -> None:
    found = Column(files["words"], column)
    assert "DELTA_BINARY_PACKED" in found.encodings
    assert not any("DICTIONARY" in encoding for encoding in found.encodings)
    assert found.type == pa.int32()


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        ("call_id", pa.string()),
        ("word", pa.string()),
        ("speaker", pa.string()),
        ("entity", pa.string()),
        ("confidence_percent", pa.uint8()),
        ("duration_ms", pa.uint16()),
        ("channel", pa.uint8()),
    ],
)
def test_what_repeats_is_written_as_a_dictionary(
    files: dict[str, Path], column: str, kind: pa.DataType
) -> None:
    found = Column(files["words"], column)
    assert any("DICTIONARY" in encoding for encoding in found.encodings)
    assert found.type == kind


def test_rows_lie_sorted_by_call_and_place(files: dict[str, Path]) -> None:
    words = pq.read_table(files["words"])
    places = list(zip(words["call_id"].to_pylist(), words["word_index"].to_pylist(), strict=True))
    assert places == sorted(places)
    assert {call_id for call_id, _ in places} == {"call-a", "call-b"}


def test_a_batch_is_one_row_group_a_day(files: dict[str, Path]) -> None:
    assert pq.ParquetFile(files["words"]).num_row_groups == 1
    assert parquet_files.ROW_GROUP_ROWS == 500_000


def test_words_take_few_bytes(lake: Lake, connection: Connection) -> None:
    said = [word for at in range(60) for word in spoken("i want to know where my order is", at * 3_000, 0)]
    calls = [finished_call(f"call-{number:03}", words={0: said}, findings=()) for number in range(40)]
    _land(connection, lake, *calls)
    size = sum(path.stat().st_size for path in (lake.root / "data" / "main" / "words").rglob("*.parquet"))
    assert size / (40 * 480) < 6


def test_the_ledger_makes_no_tiny_files(lake: Lake, connection: Connection) -> None:
    _land(connection, lake, finished_call())
    assert {path.relative_to(lake.root / "data").parts[1] for path in _parquet(lake)} == set(WRITTEN)


def test_the_lakes_folders_are_for_their_owner_only(tmp_path: Path) -> None:
    lake = Lake.at(str(tmp_path / "new"))
    with exclusively(lake), writing(lake):
        pass
    assert lake.root.stat().st_mode & 0o077 == 0
    assert (lake.root / "data").stat().st_mode & 0o077 == 0


def _with_copy(lake: Lake, call_id: str, name: str) -> FinishedCall:
    path = lake.root / "audio" / "2026-03-02" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"sound")
    return finished_call(call_id, copy=SoundCopy(f"audio/2026-03-02/{name}", "a" * 64, 1_200))


def _copies(lake: Lake) -> set[str]:
    return {path.name for path in (lake.root / "audio").rglob("*") if path.is_file()}


def test_a_calls_copy_stays_until_the_call_is_replaced(lake: Lake, connection: Connection) -> None:
    _land(connection, lake, _with_copy(lake, "call-1", "one.flac"), _with_copy(lake, "call-2", "two.flac"))
    rows = _rows(connection, "select audio_path, muted_ms from stored.calls where call_id = 'call-1'")
    assert rows == [{"audio_path": "audio/2026-03-02/one.flac", "muted_ms": 1_200}]
    _land(connection, lake, _with_copy(lake, "call-1", "newer.flac"))
    assert _copies(lake) == {"newer.flac", "two.flac"}
    _land(connection, lake, finished_call("call-2"))
    assert _copies(lake) == {"newer.flac"}


def test_a_batch_that_does_not_land_takes_its_copies_with_it(
    lake: Lake, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    _land(connection, lake, _with_copy(lake, "call-1", "one.flac"))
    for name in ("write_days", "_remove_replaced", "register", "_replace_rows"):
        with monkeypatch.context() as patched:
            patched.setattr(landing, name, _fails)
            with pytest.raises(MemoryError):
                _land(connection, lake, _with_copy(lake, "call-1", "newer.flac"))
        assert _copies(lake) == {"one.flac"}
    assert _calls(connection) == ["call-1"]


def _fails(*_: object) -> None:
    raise MemoryError


def test_copies_that_no_call_names_are_removed(lake: Lake, connection: Connection) -> None:
    _land(connection, lake, _with_copy(lake, "call-1", "one.flac"))
    _with_copy(lake, "call-2", "left by a killed run.flac")
    assert remove_orphans(connection, lake) == 1
    assert _copies(lake) == {"one.flac"}


def test_nothing_outside_of_the_audio_folder_is_ever_removed(lake: Lake, connection: Connection) -> None:
    astray = SoundCopy("audio/../catalog.sqlite", "a" * 64, 0)
    _land(connection, lake, finished_call("call-1", copy=astray))
    _land(connection, lake, finished_call("call-1"))
    assert lake.exists()


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="only Linux tells what is open")
def test_a_lake_that_is_closed_is_not_held_open(empty_place: Lake) -> None:
    for _ in range(2):
        with writing(empty_place):
            pass
    opened = []
    for link in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            opened.append(str(link.readlink()))
    assert not [path for path in opened if path.startswith(str(empty_place.root))]


def test_a_second_process_can_write_between_two_landings(lake: Lake, connection: Connection) -> None:
    _land(connection, lake, finished_call("call-1"))
    with writing(lake) as other, in_turn(lake):
        other.execute("insert into stored.reviews (review_id) values ('made elsewhere')")
    _land(connection, lake, finished_call("call-2"))
    assert _calls(connection) == ["call-1", "call-2"]
    assert _rows(connection, "select review_id from stored.reviews") == [{"review_id": "made elsewhere"}]
