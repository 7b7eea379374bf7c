"""Running a flow in this process: with progress bars, and with its own errors where it fails."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from flows.cli.watching import watching
from flows.prefect_environment import prepare_environment
from flows.progress import watched_by
from tasks.errors import CallArchiveError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from flows.cli.watching import Bars
    from flows.json_progress import JsonLines


def run_flow(
    flow_of: Callable[[], Any], parameters: Mapping[str, Any], *, verbose: bool
) -> tuple[Any, Bars | JsonLines]:
    """The flow's last state, and what watched it. `flow_of` imports it: seconds of CPU that others save."""
    prepare_environment(verbose=verbose)
    with watching() as watcher, watched_by(watcher):
        from prefect.exceptions import TerminationSignal  # noqa: PLC0415

        try:
            return asyncio.run(_state_of(flow_of(), parameters)), watcher
        except TerminationSignal:
            raise KeyboardInterrupt from None


def result_of(state: Any) -> Any:
    """What the flow gave back.

    Raises:
        CallArchiveError: it did not finish; its own error, if that is one of ours.
    """
    result = asyncio.run(_result_of(state))
    if isinstance(result, CallArchiveError):
        raise result
    if isinstance(result, BaseException) or not state.is_completed():
        kind = type(result).__name__ if isinstance(result, BaseException) else state.name
        raise CallArchiveError(f"the run did not finish ({kind}); run it again")
    return result


async def _state_of(flow: Any, parameters: Mapping[str, Any]) -> Any:
    return await flow(**parameters, return_state=True)


async def _result_of(state: Any) -> Any:
    return await state.aresult(raise_on_failure=False)
