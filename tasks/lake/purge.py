"""Take what no call says any more from the disk: replaced rows stay in old files until somebody does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tasks.lake.catalog import in_turn, writing
from tasks.lake.stored_marts import mart_names
from tasks.lake.tables import REPLACED

if TYPE_CHECKING:
    from tasks.lake.catalog import Lake


def purge(lake: Lake) -> None:
    """Rewrite the files that hold replaced rows, drop the lake's earlier versions, and empty their room.

    Only for a process that holds the lake's lock. Who is reading an earlier version at this moment loses it.
    """
    with writing(lake) as connection, in_turn(lake):
        for name in (*REPLACED, *mart_names()):
            connection.execute(f"call ducklake_rewrite_data_files('stored', '{name}', delete_threshold => 0)")
        connection.execute("call ducklake_expire_snapshots('stored', older_than => now())")
        connection.execute("call ducklake_cleanup_old_files('stored', cleanup_all => true)")
    with in_turn(lake):
        lake.catalog.empty_free_room()
