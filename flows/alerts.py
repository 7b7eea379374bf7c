"""The alerts as a Prefect flow, for a schedule of its own: it also notices a night that never began."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prefect import flow
from prefect.states import Completed

from flows.alerting import alerts_of, send
from flows.privately import nothing_said
from tasks.settings import load_settings

if TYPE_CHECKING:
    from prefect.client.schemas.objects import State


@flow(name="alerts", validate_parameters=False, persist_result=False)
def alerts(lake: str | None = None) -> State[Any]:
    """Judge the lake's figures and tell the webhook. The run's state is named Alerted where it had to."""
    settings = load_settings(lake=lake)
    with nothing_said():
        found = alerts_of(settings)
        send(found, settings)
    lines = "; ".join(alert.message for alert in found) or "nothing is beyond its threshold"
    return Completed(name="Alerted" if found else None, message=lines)
