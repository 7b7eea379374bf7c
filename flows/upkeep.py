"""What keeps a lake in order between nights, as Prefect flows: reviews applied, files merged, retention."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from prefect import flow
from prefect.states import Completed, Failed

from flows.apply_reviews import apply_reviews
from flows.erase import retain
from flows.privately import nothing_said
from tasks.lake.catalog import Lake
from tasks.lake.compact import compact
from tasks.settings import load_settings

if TYPE_CHECKING:
    from prefect.client.schemas.objects import State

_AGAIN: Final[dict[str, Any]] = {"retries": 8, "retry_delay_seconds": 900}
"""A night may have the lake for hours. Each of these flows may be done twice."""


@flow(name="apply reviews", validate_parameters=False, persist_result=False, **_AGAIN)
def reviews(source: str | None = None, lake: str | None = None) -> State[Any]:
    """Bring what people decided into the lake; `source` gives back sound that was muted for nothing."""
    with nothing_said():
        done = apply_reviews(load_settings(lake=lake), source)
    message = f"{done.decisions} decisions, {done.changed} calls changed"
    if done.failed:
        return Failed(message=f"{message}, {len(done.failed)} calls failed", data=done.as_dict())
    return Completed(message=message, data=done.as_dict())


@flow(name="compaction", validate_parameters=False, persist_result=False, **_AGAIN)
def compaction(lake: str | None = None, above: int = 1) -> State[Any]:
    """Merge the small files of every day that has more than `above` of them in a table."""
    settings = load_settings(lake=lake)
    with nothing_said():
        done = compact(Lake.at(settings.lake), most_files=above, keep_hours=settings.keep_versions_hours)
    return Completed(message=f"{done.files_merged} files became {done.files_written}")


@flow(name="retention", validate_parameters=False, persist_result=False, **_AGAIN)
def retention(policy: str, lake: str | None = None) -> State[Any]:
    """Take out what a retention policy no longer keeps. What is on legal hold stays."""
    with nothing_said():
        done = retain(load_settings(lake=lake), Path(policy), dry_run=False)
    return Completed(message="the policy is applied", data=done.as_dict())
