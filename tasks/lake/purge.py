"""Take what no call says any more from the disk: replaced rows stay in old files until somebody does."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Final

from tasks.errors import CheckFailed
from tasks.lake.catalog import in_turn, writing
from tasks.lake.landing import REPLACED

if TYPE_CHECKING:
    from tasks.lake.catalog import Lake

_VACUUM: Final = """
import sqlite3, sys
catalog = sqlite3.connect(sys.argv[1], timeout=60)
catalog.execute("vacuum")
catalog.execute("pragma wal_checkpoint(truncate)")
catalog.close()
"""


def purge(lake: Lake) -> None:
    """Rewrite the files that hold replaced rows, drop the lake's earlier versions, and empty their room.

    Only for a process that holds the lake's lock. Who is reading an earlier version at this moment loses it.
    """
    with in_turn(lake):
        with writing(lake) as connection:
            for name in REPLACED:
                connection.execute(
                    f"call ducklake_rewrite_data_files('stored', '{name}', delete_threshold => 0)"
                )
            connection.execute("call ducklake_expire_snapshots('stored', older_than => now())")
            connection.execute("call ducklake_cleanup_old_files('stored', cleanup_all => true)")
        _vacuum(lake)


def _vacuum(lake: Lake) -> None:
    """Empty the catalog's free pages: it keeps the smallest and the largest text of each file.

    In a process of its own, for this one may have DuckDB's SQLite open (see catalog.writing).
    """
    command = [sys.executable, "-I", "-c", _VACUUM, str(lake.catalog)]
    done = subprocess.run(command, env={}, capture_output=True, check=False)
    if done.returncode:
        raise CheckFailed(f"the catalog at {lake.catalog} could not be emptied of old text; run it again")
