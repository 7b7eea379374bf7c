"""Serving the nightly flow from this machine, with a Prefect server of its own where none is named."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import httpx

from tasks.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from prefect.schedules import Schedule

_START_S: Final = 180
_LOOK_S: Final = 0.5
_HOST: Final = "127.0.0.1"
_POOL: Final = "callarchive-schedule"


def serve_nightly(source: str, lake: str, cron: str, timezone: str) -> None:
    """Run the flow at every time the cron expression names, until the process is told to stop.

    Raises:
        SettingsError: the cron expression or the time zone is wrong.
    """
    from prefect.schedules import Cron  # noqa: PLC0415  (reads the server's address when it is imported)

    try:
        schedule = Cron(cron, timezone=timezone)
    except ValueError:
        raise SettingsError(
            "the schedule is not a cron expression and a time zone, as in '0 2 * * *'"
        ) from None
    asyncio.run(_serve(schedule, {"source": source, "lake": lake}))


async def _serve(schedule: Schedule, parameters: dict[str, str]) -> None:
    """By a worker, which waits for its run when it is told to stop; Prefect's own `serve` kills it."""
    from prefect.client.orchestration import get_client  # noqa: PLC0415
    from prefect.client.schemas.actions import WorkPoolCreate  # noqa: PLC0415
    from prefect.types.entrypoint import EntrypointType  # noqa: PLC0415

    from flows.ingest import ingest  # noqa: PLC0415
    from flows.worker import PatientWorker  # noqa: PLC0415

    template = PatientWorker.get_default_base_job_template()
    async with get_client() as client:
        pool = WorkPoolCreate(name=_POOL, type=PatientWorker.type, base_job_template=template)
        await client.create_work_pool(pool, overwrite=True)
    nightly = await ingest.ato_deployment(
        "nightly",
        schedule=schedule,
        parameters=parameters,
        work_pool_name=_POOL,
        job_variables={"working_dir": str(Path.cwd())},  # where .env is
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    await nightly.aapply()
    await PatientWorker(_POOL, limit=1).work()


@contextmanager
def prefect_server() -> Iterator[str]:
    """The address of a Prefect server: the one in PREFECT_API_URL, else one started for the time inside.

    An embedded server that lives and dies with a flow run has no scheduler, so a real one is needed here.

    Raises:
        SettingsError: it does not answer within three minutes.
    """
    if named := os.environ.get("PREFECT_API_URL"):
        _wait_until_healthy(named, lambda: True)
        yield named
        return
    port = _free_port()
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", _HOST, "--port", str(port)]
    # In a session of its own, so that Ctrl-C stops the flows first and the server they report to last.
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    ) as server:
        try:
            address = f"http://{_HOST}:{port}/api"
            _wait_until_healthy(address, lambda: server.poll() is None)
            os.environ["PREFECT_API_URL"] = address
            yield address
        finally:
            os.environ.pop("PREFECT_API_URL", None)
            server.terminate()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        return int(probe.getsockname()[1])


def _wait_until_healthy(address: str, alive: Callable[[], bool]) -> None:
    end = time.monotonic() + _START_S
    while time.monotonic() < end and alive():
        try:
            if httpx.get(f"{address}/health", timeout=2).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(_LOOK_S)
    raise SettingsError("Prefect's server does not answer; try: prefect server start")
