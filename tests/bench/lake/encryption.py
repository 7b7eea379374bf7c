"""What DuckLake's own encryption costs, and what it cannot do: `python -m tests.bench.lake.encryption`."""

from __future__ import annotations

import io
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from tasks.lake.connection import connect
from tasks.lake.parquet_files import encoding
from tests.bench.lake.made_calls import made_batches

if TYPE_CHECKING:
    from collections.abc import Callable

    import duckdb
    import pyarrow as pa

_WORDS = 1_000_000
_ASKED = "select count(*), sum(start_ms) from lake.words where word like '%account%'"


def main() -> None:
    """The same million words written by DuckDB into a plain lake and into an encrypted one."""
    words = next(iter(made_batches(_WORDS, _WORDS // 1_000)))["words"]
    ours = io.BytesIO()
    pq.write_table(words, ours, **encoding(words.column_names))
    print(f"as the lake's files are written: {len(ours.getvalue()) / words.num_rows:.2f} bytes a word")
    for option in ("", ", encrypted"):
        with (
            tempfile.TemporaryDirectory() as folder,
            connect(("sqlite_scanner", "httpfs", "ducklake")) as lake,
        ):
            lake.execute(
                f"attach 'ducklake:sqlite:{folder}/catalog' as lake "
                f"(data_path '{folder}/data/', data_inlining_row_limit 0{option})"
            )
            _measure(lake, words, Path(folder), option.strip(", ") or "plain")


def _measure(lake: duckdb.DuckDBPyConnection, words: pa.Table, folder: Path, name: str) -> None:
    lake.register("made", words)
    written_s = _cpu_s(lambda: lake.execute("create table lake.words as from made"))
    scanned_s = min(_cpu_s(lambda: lake.execute(_ASKED).fetchall()) for _ in range(5))
    size = sum(path.stat().st_size for path in folder.rglob("*.parquet"))
    print(
        f"{name}: {size / words.num_rows:.2f} bytes a word, {written_s:.2f} CPU s to write, "
        f"{scanned_s:.3f} CPU s to scan"
    )


def _cpu_s(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


if __name__ == "__main__":
    main()
