"""A worker for a Prefect server elsewhere that, told to stop, lets the runs on this machine end first."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from typing import Any, Final

import anyio
from prefect.workers.process import ProcessWorker

_LOOK_S: Final = 0.2


class PatientWorker(ProcessWorker):
    """Runs what the server has for a pool, each run in a process of its own.

    Prefect's own worker kills these processes when it is told to stop (3.8.8, workers/process.py): a night
    could neither land what it had begun nor give it back.
    """

    def __init__(self, pool: str, name: str | None = None, limit: int | None = None) -> None:
        """Make the pool if there is none; run `limit` flows at a time, or as many as there are."""
        super().__init__(work_pool_name=pool, name=name, limit=limit)
        self._told = asyncio.Event()
        self._runs: dict[object, int | None] = {}
        """Those under way, each with its process once there is one."""

    @classmethod
    def __dispatch_key__(cls) -> str:
        """Prefect's own worker keeps its name in Prefect's register of types."""
        return "callarchive"

    async def work(self) -> None:
        """Work until SIGTERM or Ctrl-C; then take nothing new, pass the order on, and wait for all to end."""
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self._told.set)
        working = asyncio.create_task(self.start())
        told = asyncio.create_task(self._told.wait())
        await asyncio.wait([working, told], return_when=asyncio.FIRST_COMPLETED)
        await self._all_ended()
        working.cancel()
        with suppress(asyncio.CancelledError):
            await working

    async def get_and_submit_flow_runs(self) -> Any:
        """What the server has for this worker; nothing any more once it is to stop."""
        return [] if self._told.is_set() else await super().get_and_submit_flow_runs()

    async def run(self, flow_run: Any, configuration: Any, task_status: Any = None) -> Any:
        """One flow run, from its process's start to its end."""
        self._runs[flow_run.id] = None
        try:
            noted = _Noted(self._runs, flow_run.id, task_status or anyio.TASK_STATUS_IGNORED)
            return await super().run(flow_run, configuration, noted)
        finally:
            del self._runs[flow_run.id]

    async def _all_ended(self) -> None:
        passed_on: set[int] = set()
        while self._runs:
            for pid in {pid for pid in self._runs.values() if pid} - passed_on:
                passed_on.add(pid)
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGTERM)
            await asyncio.sleep(_LOOK_S)


class _Noted(anyio.abc.TaskStatus[int]):
    """Tells whoever waits for a process to start, and notes which it is."""

    def __init__(self, runs: dict[object, int | None], run: object, waits: Any) -> None:
        self._runs, self._run, self._waits = runs, run, waits

    def started(self, value: Any = None) -> None:
        """The process is there."""
        self._runs[self._run] = value
        self._waits.started(value)
