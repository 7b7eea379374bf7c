"""`callarchive worker`: work for a Prefect server elsewhere."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from flows.prefect_environment import prepare_environment
from tasks.errors import SettingsError


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("worker")(worker)


def worker(
    pool: Annotated[str, typer.Option(help="The work pool, made if there is none.")] = "callarchive",
    name: Annotated[str | None, typer.Option(help="What Prefect's pages call this worker.")] = None,
    limit: Annotated[int | None, typer.Option(help="Runs at a time; all there are without it.")] = None,
) -> None:
    """Run what a Prefect server has for a work pool. Told to stop, it lets the runs under way end first.

    The server is named by PREFECT_API_URL; deploy/README.md says how all of it is set up.

    Example: callarchive worker --pool callarchive
    """
    prepare_environment(verbose=False)
    from flows.shared_limits import server_there  # noqa: PLC0415  (Prefect takes seconds to import)

    if not server_there():
        raise SettingsError("set PREFECT_API_URL to the Prefect server that this worker is for")
    asyncio.run(_work(pool, name, limit))


async def _work(pool: str, name: str | None, limit: int | None) -> None:
    from flows.worker import PatientWorker  # noqa: PLC0415

    await PatientWorker(pool, name, limit).work()
