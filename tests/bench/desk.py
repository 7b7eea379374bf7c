"""What a queue of 100,000 items takes: a page of it, its counts, the next item, filling and refreshing it."""

from __future__ import annotations

import hashlib
import time
from datetime import UTC, date, datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING, Any

from tasks.desk import items
from tasks.desk.items import Filters
from tasks.desk.refresh import Sampling, refresh
from tasks.desk.store import Desk
from tasks.lake.scratch import scratch
from tasks.lake.tables import as_table

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_CALLS, _FINDINGS, _TIMES = 20_000, 5, 15


def desk(folder: Path) -> None:
    """CPU milliseconds, the median of some runs, for questions; CPU seconds for the lake held against it."""
    place = Desk.at(folder / "review.sqlite")
    with scratch() as connection:
        for name, rows in {"calls": _calls(), "redactions": _redactions()}.items():
            connection.register("made", as_table(name, rows))
            connection.execute(f"insert into stored.{name} select * from made")
        for what in ("filled", "refreshed"):
            began = time.process_time()
            done = refresh(place, connection, Sampling(sample_share=0))
            print(
                f"{what}: {done.open} items open, {done.added} new: {time.process_time() - began:.1f} s CPU"
            )
    for name, ask in _questions(place).items():
        print(f"  {name:32} {median(_ms(ask) for _ in range(_TIMES)):6.1f} ms CPU")


def _questions(place: Desk) -> dict[str, Callable[[], Any]]:
    now, people = datetime.now(UTC), iter(range(1_000))
    middle = items.page(place, Filters(), limit=500)[-1].item_id
    rare, nobody = Filters(agent_id="agent-7"), Filters(agent_id="nobody")
    return {
        "a page": lambda: items.page(place, Filters(), limit=50),
        "a page further on": lambda: items.page(place, Filters(after=middle), limit=50),
        "a page of one agent": lambda: items.page(place, rare, limit=50),
        "a page of nothing": lambda: items.page(place, nobody, limit=50),
        "counts": lambda: items.counts(place, Filters(), now),
        "counts of one agent": lambda: items.counts(place, rare, now),
        "counts since a day": lambda: items.counts(place, Filters(since=date(2026, 2, 1)), now),
        "the next item, claimed": lambda: items.next_item(place, f"p{next(people)}", Filters(), now, 10),
    }


def _ms(ask: Callable[[], Any]) -> float:
    began = time.process_time()
    ask()
    return (time.process_time() - began) * 1_000


def _key(number: int) -> dict[str, Any]:
    return {"call_id": f"call-{number:05}", "call_date": date(2026, 1, 1) + timedelta(days=number % 60)}


def _calls() -> list[dict[str, Any]]:
    return [
        _key(number) | {"agent_id": f"agent-{number % 200}", "queue": "billing"} for number in range(_CALLS)
    ]


def _redactions() -> list[dict[str, Any]]:
    return [
        _key(number)
        | {
            "finding_id": hashlib.sha256(f"{number} {place}".encode()).hexdigest()[:32],
            "entity": ("PERSON", "NUMBER", "CARD_NUMBER")[(number + place) % 3],
            "reason": "made up",
            "score": (number * 7 + place) % 100 / 100,
            "tier": ("flagged", "review")[place % 2],
            "start_word": place * 10,
            "end_word": place * 10 + 2,
            "review_status": "pending",
        }
        for number in range(_CALLS)
        for place in range(_FINDINGS)
    ]
