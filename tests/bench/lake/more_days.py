"""A lake of many days out of one of a day: `python -m tests.bench.lake.more_days LAKE NEW_LAKE DAYS`.

Every day holds the same words in calls of other names, already compacted: a hundred million words in minutes
where to land them takes an hour.
"""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.lake.catalog import Lake, reading, writing
from tasks.lake.parquet_files import data_files, encoding, new_path, register, row_group_rows
from tests.bench.lake.made_calls import FIRST_DAY

if TYPE_CHECKING:
    from datetime import date

_NAMES: Final = {"call_id": 5, "finding_id": 5, "usage_id": 5, "recording_sha256": 0}
"""Where two digits of a made name give way to the day."""


def main() -> None:
    """One transaction a day."""
    source, target, days = Lake.at(sys.argv[1]), Lake.at(sys.argv[2]), int(sys.argv[3])
    with reading(source) as connection:
        files = {
            name: [file.name for file in some if file.day]
            for name, some in data_files(connection, source).items()
        }
    with writing(target) as connection:
        for number in range(days):
            day = FIRST_DAY + timedelta(days=number)
            written = {
                name: [
                    _write(target, name, _renamed(pq.ParquetFile(path).read(), name, day), day)
                    for path in paths
                ]
                for name, paths in files.items()
            }
            connection.execute("begin")
            for name, paths in written.items():
                register(connection, target, name, paths)
            connection.execute("commit")


def _renamed(rows: pa.Table, name: str, day: date) -> pa.Table:
    number = (day - FIRST_DAY).days
    columns = {}
    for field in rows.schema:
        column = rows[field.name]
        if field.name in _NAMES:
            start = _NAMES[field.name]
            column = pc.utf8_replace_slice(column, start, start + 2, f"{number:02d}")
        elif field.name == "call_date":
            column = pa.repeat(pa.scalar(day, pa.date32()), rows.num_rows)
        elif field.name == "started_at":
            column = pc.add(column, pa.scalar(timedelta(days=number), pa.duration("us")))
        columns[field.name] = column
    renamed = pa.table(columns, schema=rows.schema)
    return _in_order(renamed) if name == "call_words" else renamed


def _in_order(rows: pa.Table) -> pa.Table:
    """The names have changed, and with them the numbers made of them."""
    with duckdb.connect() as connection:
        connection.register("given", rows)
        return (
            connection.execute(
                "select * replace ((call_date - date '1970-01-01') * 65536"
                " + md5_number_lower(call_id) % 65536 as call_bucket) "
                "from given order by call_bucket, call_id"
            )
            .to_arrow_table()
            .cast(rows.schema)
        )


def _write(lake: Lake, name: str, rows: pa.Table, day: date) -> str:
    path = new_path(name, str(day))
    with lake.data.new(path) as file:
        pq.write_table(rows, file, row_group_size=row_group_rows(name), **encoding(rows.column_names))
    return path


if __name__ == "__main__":
    main()
