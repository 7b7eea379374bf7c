"""Failures put into the nightly flow: every one quotes as much of a call as it can get at."""

from __future__ import annotations

import inspect
import os
import re
import signal
import sys
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import count
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from flows import batch, call, hear
from flows.stages import stage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Replace = Callable[[Any, str, Any], None]

STAGES = re.findall(r'with stage\("(\w+)"\)', inspect.getsource(hear) + inspect.getsource(call))
"""All stages of a call, in their order."""


def fail_at_the_end_of(
    replace: Replace, stage_of: Callable[[Any], str | None], *, killed: bool = False
) -> None:
    """Make a job fail at the end of a stage, when all its work is done; or kill the process there."""
    working_on: ContextVar[str | None] = ContextVar("working_on")
    real = batch.finish_call

    def finish_call(job: Any, *given: Any) -> Any:
        async def finish() -> Any:
            working_on.set(stage_of(job))
            return await real(job, *given)

        return finish()

    @contextmanager
    def failing_stage(name: str) -> Iterator[None]:
        with stage(name):
            yield
            if working_on.get() == name and killed:
                os.kill(os.getpid(), signal.SIGKILL)
            if working_on.get() == name:
                raise ConnectionError(repr(sys._getframe(2).f_locals))

    replace(batch, "finish_call", finish_call)
    replace(hear, "stage", failing_stage)
    replace(call, "stage", failing_stage)


def install(replace: Replace, fault: str) -> None:
    """`plan`, `stages`, `landing`, `kill:STAGE`, or `nothing`."""
    if fault == "plan":
        from flows import ingest  # imports Prefect

        replace(ingest, "plan_night", _no_plan)
    if fault == "stages":
        numbers = count()
        fail_at_the_end_of(replace, lambda _: (STAGES * 2)[next(numbers)])
    if fault == "landing":
        replace(pq, "write_table", _not_written)
    if fault.startswith("kill:"):
        fail_at_the_end_of(replace, lambda _: fault.removeprefix("kill:"), killed=True)


def _no_plan(_: object, archive: Any, *__: object) -> None:
    raise OSError(repr([(file.uri, archive.read(file.name)) for file in archive.files()]))


def _not_written(table: Any, *_: object, **__: object) -> None:
    raise OSError(repr(table.to_pylist()))
