"""A lake's figures as Prometheus reads them. Numbers, states and engines' names; no reason, file or word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Gauge, generate_latest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tasks.operations import Operations

_STATES = ("found", "landed", "skipped", "quarantined", "failed")
_NIGHT = {
    "found": ("callarchive_last_night_found_recordings", "Recordings that the night saw."),
    "landed": ("callarchive_last_night_landed_recordings", "Recordings that became calls."),
    "skipped": ("callarchive_last_night_skipped_recordings", "Recordings that needed nothing or wait."),
    "quarantined": ("callarchive_last_night_quarantined_recordings", "Recordings not usable as they are."),
    "failed": ("callarchive_last_night_failed_recordings", "Recordings that failed."),
    "over_budget": ("callarchive_last_night_over_budget_recordings", "Recordings that wait for money."),
    "took_s": ("callarchive_last_night_seconds", "How long the night ran."),
    "minutes_landed": ("callarchive_last_night_landed_minutes", "Length of the calls that landed."),
    "cost_usd": ("callarchive_last_night_cost_usd", "What the night was charged."),
}


def metrics(now: Operations) -> bytes:
    """The text format 0.0.4, for a textfile collector. What is unknown is left out, never 0."""
    registry = CollectorRegistry()
    states = Gauge("callarchive_recordings", "Recordings ever seen, by state.", ["state"], registry=registry)
    for state in _STATES:
        states.labels(state).set(now.recordings(state))
    _times(now, registry)
    _last_night(now, registry)
    _engines(now, registry)
    _one("callarchive_month_cost_usd", "Charged in this UTC month.", now.month.cost_usd, registry)
    _one("callarchive_month_ceiling_usd", "Ceiling of the month.", now.month.ceiling_usd, registry)
    text = "Failed recordings that redaction holds back."
    _one("callarchive_held_by_redaction", text, now.held_by_redaction, registry)
    return generate_latest(registry)


def _times(now: Operations, registry: CollectorRegistry) -> None:
    times = {
        "last_ingest": ("When an ingest last ended.", now.last_ingest_at),
        "newest_call": ("When the newest landed call began.", now.newest_call_at),
        "newest_landed": ("When a call last landed.", now.newest_landed_at),
        "newest_recording": ("When a recording was last seen for the first time.", now.newest_seen_at),
        "figures": ("When these figures were taken.", now.at),
    }
    for name, (text, at) in times.items():
        _one(f"callarchive_{name}_timestamp_seconds", text, at.timestamp() if at else None, registry)


def _last_night(now: Operations, registry: CollectorRegistry) -> None:
    ended = next((night for night in now.nights if night["took_s"] is not None), {})
    for column, (name, text) in _NIGHT.items():
        _one(name, text, ended.get(column), registry)


def _engines(now: Operations, registry: CollectorRegistry) -> None:
    labels = ["engine", "model"]
    columns: Mapping[str, tuple[str, str]] = {
        "requests": ("callarchive_engine_requests", "Requests ever sent."),
        "cost_usd": ("callarchive_engine_cost_usd", "Ever charged."),
    }
    for column, (name, text) in columns.items():
        gauge = Gauge(name, text, labels, registry=registry)
        for row in now.engines:
            gauge.labels(row["engine"], row["model"]).set(row[column])
    drift: Mapping[str, tuple[str, str]] = {
        "mean_confidence": ("callarchive_confidence", "Of the calls landed in the last 7 days, 0-1."),
        "confidence_change": ("callarchive_confidence_change", "Against the 28 days before."),
        "unheard_share": ("callarchive_unheard_share", "Speech without words in the same calls, 0-1."),
        "unheard_change": ("callarchive_unheard_share_change", "Against the 28 days before."),
    }
    for column, (name, text) in drift.items():
        gauge = Gauge(name, text, labels, registry=registry)
        for row in now.drift:
            if row[column] is not None:
                gauge.labels(row["engine"], row["model"]).set(row[column])


def _one(name: str, text: str, value: float | None, registry: CollectorRegistry) -> None:
    if value is not None:
        Gauge(name, text, registry=registry).set(value)
