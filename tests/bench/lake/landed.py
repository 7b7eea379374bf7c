"""Land a made lake in a process of its own, and say what that took."""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from tasks.lake.catalog import Lake, writing
from tasks.lake.landing import Batch, land_batch
from tests.bench.lake.made_calls import made_batches


def main() -> None:
    """`python -m tests.bench.lake.landed FOLDER WORDS CALLS_A_BATCH [FIRST_CALL]`: one line of JSON.

    Where the folder has a lake, calls with numbers that it has already are replaced.
    """
    folder, words, calls_a_batch = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    first_call = int(sys.argv[4]) if len(sys.argv) > 4 else 0
    lake = Lake.at(str(folder))
    cpu_s, landed, calls = 0.0, 0, 0
    with writing(lake) as connection:
        for tables in made_batches(words, calls_a_batch, first_call=first_call):
            started = time.process_time()
            land_batch(connection, lake, Batch(tables))
            cpu_s += time.process_time() - started
            landed += tables["words"].num_rows
            calls += tables["calls"].num_rows
    scale = 1 if sys.platform == "darwin" else 1024
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale / 2**20
    print(json.dumps({"words": landed, "calls": calls, "cpu_s": cpu_s, "peak_mib": peak_mib}))


if __name__ == "__main__":
    main()
