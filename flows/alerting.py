"""Telling people of trouble: a lake's figures judged, and what is beyond its threshold sent to a webhook."""

from __future__ import annotations

import logging
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import httpx
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_exponential

from tasks.alerts.judge import judge
from tasks.alerts.thresholds import load_thresholds
from tasks.errors import AlertNotSent, CallArchiveError
from tasks.lake.catalog import Lake, reading
from tasks.operations import operations

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tasks.alerts.judge import Alert
    from tasks.settings import Settings

_TIMEOUT_S: Final = 10.0
_TRIES: Final = 3


def alerts_of(settings: Settings) -> list[Alert]:
    """What is beyond its threshold in the lake of these settings."""
    thresholds = load_thresholds(settings.alerts)
    with reading(Lake.at(settings.lake)) as connection:
        return judge(operations(connection, datetime.now(UTC), settings.max_usd_per_month), thresholds)


def send(alerts: Sequence[Alert], settings: Settings) -> None:
    """Post alerts to the webhook: JSON with `text` for people and `alerts` for machines.

    Raises:
        AlertNotSent: it cannot be reached, or does not take them, after three tries. Its address may be a
            secret, so the message does not name it.
    """
    if not settings.alert_webhook or not alerts:
        return
    lines = [f"callarchive, {Lake.at(settings.lake).address}:", *(f"- {alert.message}" for alert in alerts)]
    body: dict[str, object] = {"text": "\n".join(lines), "alerts": [asdict(alert) for alert in alerts]}
    try:
        _post(settings.alert_webhook.get_secret_value(), body)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        kind = (
            error.response.status_code if isinstance(error, httpx.HTTPStatusError) else type(error).__name__
        )
        raise AlertNotSent(f"CALLARCHIVE_ALERT_WEBHOOK did not take the alerts ({kind})") from None


def alert_after_night(settings: Settings) -> None:
    """The same at the end of a night, where a webhook is set; a night does not fail because of it."""
    if not settings.alert_webhook or settings.answers_of:  # a recipe that is tried concerns nobody yet
        return
    try:
        send(alerts_of(settings), settings)
    except CallArchiveError as error:
        logging.getLogger("callarchive").warning("no alerts: %s", error)


@retry(
    retry=retry_if_exception_type(httpx.TransportError),
    stop=stop_after_attempt(_TRIES),
    wait=wait_exponential(multiplier=0.5, max=5),
    reraise=True,
)
def _post(address: str, body: dict[str, object]) -> None:
    httpx.post(address, json=body, timeout=_TIMEOUT_S).raise_for_status()
