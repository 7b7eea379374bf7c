"""`python -m tests.bench.distributed`: what a lake in a bucket costs beside one in a folder, in one run.

The servers run on this machine, so wall times know no network; CPU is this process's alone.
"""

from __future__ import annotations

import os
import tempfile
import time
from contextlib import ExitStack
from itertools import count
from typing import TYPE_CHECKING, Any

from pyarrow import fs

from tasks.answers import AnswerStore
from tasks.keys import Keyring
from tasks.lake.catalog import Lake, reading, writing
from tasks.lake.query import confine, run_query
from tasks.land import Landing, land
from tests.finished_calls import finished_call, landed_row, spoken
from tests.servers import PASSWORD, postgres, s3

if TYPE_CHECKING:
    from collections.abc import Callable

_CALLS, _SENTENCES = 32, 125
_SENTENCE = "i want to know where my order is"
_ANSWER = b"x" * 20_000


def main() -> None:
    """Print CPU and wall time of each step, for both forms."""
    with ExitStack() as stack:
        catalog, storage = stack.enter_context(postgres()), stack.enter_context(s3())
        os.environ.update(storage.environment, PGPASSWORD=PASSWORD)
        endpoint = storage.environment["AWS_ENDPOINT_URL"]
        fs.S3FileSystem(endpoint_override=endpoint, allow_bucket_creation=True).create_dir("calls")
        catalog.sql("create database calls")
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        steps(Lake.at(f"{folder}/lake"), "folder")
        steps(Lake.at(f"s3://calls/lake?catalog={catalog.url('calls')}"), "bucket")


def steps(lake: Lake, form: str) -> None:
    """Everything that is done with a lake, once or a few times."""
    words = [word for at in range(_SENTENCES) for word in spoken(_SENTENCE, at * 3000, 0)]
    calls = [finished_call(f"call-{number:03}", words={0: words}, findings=()) for number in range(_CALLS)]
    landing = Landing([(call, landed_row(call)) for call in calls], [], [])

    def opened() -> None:
        with reading(lake):
            pass

    def locked() -> None:
        with lake.catalog.held("commit", 10):
            pass

    with writing(lake) as connection:
        _timed(form, f"land {_CALLS} calls of 1,000 words", lambda: land(connection, lake, landing))
    _timed(form, "open for reading", opened, 3)
    with reading(lake) as connection:
        confine(connection, lake)
        asked = "select speaker, count(*) from words group by all"
        _timed(form, "count words by speaker", lambda: run_query(connection, asked), 3)
    store = AnswerStore(lake.answers, Keyring("0a1b2c3d", {"0a1b2c3d": bytes(32)}))
    numbers = count()
    _timed(form, "keep an answer of 20 kB", lambda: store.put(f"{next(numbers):064}", _ANSWER), 50)
    _timed(form, "take an answer", lambda: store.get(f"{7:064}"), 50)
    _timed(form, "take and free a lock", locked, 5)


def _timed(form: str, name: str, work: Callable[[], Any], times: int = 1) -> None:
    started, used = time.perf_counter(), time.process_time()
    for _ in range(times):
        work()
    cpu_ms, wall_ms = (
        (now - then) / times * 1000
        for now, then in ((time.process_time(), used), (time.perf_counter(), started))
    )
    print(f"{form}  {name:32} {cpu_ms:9.1f} CPU ms {wall_ms:9.1f} ms", flush=True)


if __name__ == "__main__":
    main()
