"""The lake's Parquet files: the encodings that were measured to be smallest, sorted rows, few bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from finished_calls import finished_call, spoken
from landed_calls import WRITTEN, land_calls, parquet_of

from tasks.lake import parquet_files
from tasks.lake.catalog import Lake, writing
from tasks.lake.tables import PARTITIONED, TABLES

if TYPE_CHECKING:
    from pathlib import Path

    from tasks.lake.catalog import Connection


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
        land_calls(connection, lake, finished_call("call-b"), finished_call("call-a"))
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
    land_calls(connection, lake, *calls)
    size = sum(path.stat().st_size for path in (lake.root / "data" / "main" / "words").rglob("*.parquet"))
    assert size / (40 * 480) < 6


def test_the_ledger_makes_no_tiny_files(lake: Lake, connection: Connection) -> None:
    land_calls(connection, lake, finished_call())
    assert {path.relative_to(lake.root / "data").parts[1] for path in parquet_of(lake)} == set(WRITTEN)
