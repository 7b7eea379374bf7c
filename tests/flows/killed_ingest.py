"""The real command line with the canned engine, in a process that a test may kill.

Usage: killed_ingest.py LOG ARCHIVE LAKE
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import canned_engine

from flows.cli.app import main

if __name__ == "__main__":
    log, archive, lake = sys.argv[1:]
    canned_engine.install(Path(log))
    if size := os.environ.get("CANNED_POISON"):
        canned_engine.die_over(int(size))
    sys.argv = ["callarchive", "ingest", archive, "--lake", lake, "--json"]
    main()
