"""What the lake's tables take: `python -m tests.bench.lake.stored [MILLIONS]`."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from tasks.lake.catalog import Lake, writing
from tasks.lake.compact import compact
from tasks.lake.landing import Batch, land_batch
from tasks.lake.stored_marts import computed, mart_names
from tests.bench.lake.made_calls import made_batches

_CALLS_A_BATCH = 32


def main() -> None:
    """Bytes of every table for each word, and the CPU of landing, of the stored marts and of compacting."""
    words = int(float(sys.argv[1] if len(sys.argv) > 1 else 1) * 1_000_000)
    with tempfile.TemporaryDirectory() as folder:
        lake, landed, batches = Lake.at(folder), 0, 0
        landing_s = marts_s = 0.0
        with writing(lake) as connection:
            for tables in made_batches(words, _CALLS_A_BATCH):
                begun = time.process_time()
                computed(tables)
                middle = time.process_time()
                land_batch(connection, lake, Batch(tables))
                marts_s, landing_s = marts_s + middle - begun, landing_s + time.process_time() - middle
                landed, batches = landed + tables["words"].num_rows, batches + 1
        print(f"{landed:,} words in {batches} batches of {_CALLS_A_BATCH} calls")
        print(f"landing {landing_s:.1f} CPU s, of which the stored marts {marts_s:.1f}")
        before = _sizes(folder)
        begun = time.process_time()
        done = compact(lake, keep_hours=0)
        print(f"compacting {time.process_time() - begun:.1f} CPU s: {done}")
        for name, size in sorted(_sizes(folder).items(), key=lambda item: -item[1]):
            stored = "  stored mart" if name in mart_names() else ""
            print(
                f"  {name:<16} {size / landed:6.3f} bytes a word, {before[name] / landed:6.3f} before{stored}"
            )


def _sizes(folder: str) -> dict[str, int]:
    tables = sorted((Path(folder) / "data" / "main").iterdir())
    return {table.name: sum(path.stat().st_size for path in table.rglob("*.parquet")) for table in tables}


if __name__ == "__main__":
    main()
