"""Lands calls in a process of its own, one after another, which a test may kill.

Usage: landing_child.py LAKE CALL_ID... ; with HANGS=1 it stops before it commits, says so, and waits.
"""

from __future__ import annotations

import os
import sys
import time

from finished_calls import finished_call
from landed_calls import land_calls

from tasks.lake import landing
from tasks.lake.catalog import Lake, writing


def _hang(*_: object) -> None:
    print("written", flush=True)
    time.sleep(600)


if __name__ == "__main__":
    address, *call_ids = sys.argv[1:]
    if os.environ.get("HANGS"):
        landing._replace_rows = _hang
    lake = Lake.at(address)
    with writing(lake) as connection:
        for call_id in call_ids:
            call = finished_call(call_id, run_id=call_ids[0])
            land_calls(connection, lake, call)
