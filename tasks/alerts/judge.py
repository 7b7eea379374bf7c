"""Figures against thresholds: pure, so that every alert can be shown to come and to stay away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tasks.alerts.thresholds import Thresholds
    from tasks.operations import Operations

Kind = Literal["night_late", "failed", "quarantined", "fallen_back", "redaction", "spending", "drift"]


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing a person should know. Counts, shares and engines' names; nothing of a call."""

    kind: Kind
    message: str
    value: float | None
    threshold: float


def judge(now: Operations, thresholds: Thresholds) -> list[Alert]:
    """What is beyond its threshold."""
    return [
        *_late(now, thresholds),
        *_shares(now, thresholds),
        *_money(now, thresholds),
        *_drift(now, thresholds),
    ]


def _late(now: Operations, thresholds: Thresholds) -> Iterator[Alert]:
    limit = thresholds.night_late_h
    if limit is None:
        return
    ended = now.last_ingest_at
    hours = (now.at - ended) / timedelta(hours=1) if ended else None
    if hours is None:
        yield Alert("night_late", "no ingest has ever ended", None, limit)
    elif hours > limit:
        yield Alert("night_late", f"the last ingest ended {hours:.0f} h ago", hours, limit)


def _shares(now: Operations, thresholds: Thresholds) -> Iterator[Alert]:
    day = now.last_day
    new = day.landed + day.failed + day.quarantined
    counts: list[tuple[Kind, int, int, float | None, str]] = [
        ("failed", day.failed, new, thresholds.failed_share, "recordings failed"),
        ("quarantined", day.quarantined, new, thresholds.quarantined_share, "recordings were quarantined"),
        (
            "fallen_back",
            day.fallen_back,
            day.landed,
            thresholds.fallen_back_share,
            "calls went to another engine",
        ),
    ]
    for kind, count, whole, limit, what in counts:
        if limit is not None and whole >= thresholds.least_recordings and count / whole > limit:
            yield Alert(kind, f"{count} of {whole} {what} in the last day", count / whole, limit)
    if thresholds.held_by_redaction is not None and now.held_by_redaction > thresholds.held_by_redaction:
        held, limit = now.held_by_redaction, thresholds.held_by_redaction
        yield Alert("redaction", f"redaction holds {held} recordings back", held, limit)


def _money(now: Operations, thresholds: Thresholds) -> Iterator[Alert]:
    share, limit = now.month.share, thresholds.spent_share
    if share is not None and limit is not None and share > limit:
        spent = f"{now.month.cost_usd:.2f} of {now.month.ceiling_usd:.2f} USD"
        yield Alert("spending", f"{spent} are spent since {now.month.start}", share, limit)


def _drift(now: Operations, thresholds: Thresholds) -> Iterator[Alert]:
    for row in now.drift:
        if min(row["calls"], row["calls_before"]) < thresholds.least_calls:
            continue
        engine = f"{row['engine']} ({row['model']})"
        drop, rise = _minus(row["confidence_change"]), row["unheard_change"]
        if _beyond(drop, thresholds.confidence_drop):
            words = f"{engine} is less sure of its words: {_from_to(row, 'mean_confidence')}"
            yield Alert("drift", words, drop, thresholds.confidence_drop or 0)
        if _beyond(rise, thresholds.unheard_rise):
            words = f"{engine} leaves more speech without words: {_from_to(row, 'unheard_share')}"
            yield Alert("drift", words, rise, thresholds.unheard_rise or 0)


def _from_to(row: dict[str, Any], name: str) -> str:
    return f"{row[name]:.2f} after {row[f'{name}_before']:.2f}"


def _minus(change: float | None) -> float | None:
    return None if change is None else -change


def _beyond(value: float | None, limit: float | None) -> bool:
    return value is not None and limit is not None and value > limit
