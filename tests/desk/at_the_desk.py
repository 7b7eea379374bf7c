"""Made-up items and decisions at a desk, for the tests of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from tasks.desk.decisions import record
from tasks.desk.verdicts import Decision, Span, marked
from tasks.redact.marks import finding_id
from tasks.redact.rules import load_rules

if TYPE_CHECKING:
    from tasks.desk.store import Desk

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
RULES = load_rules()
NAME = Span("PERSON", 5, 7, 2_000)


def add_item(desk: Desk, item_id: str = "one", span: Span | None = NAME, **fields: Any) -> str:
    """An open item: a flagged finding, unless it is said to be something else."""
    call_id = fields.get("call_id", "call-1")
    row = {
        "item_id": item_id,
        "kind": "finding",
        "call_id": call_id,
        "finding_id": finding_id(call_id, marked(span)) if span else None,
        "call_date": "2026-03-02",
        "entity": span.entity if span else None,
        "start_word": span.start_word if span else 0,
        "end_word": span.end_word if span else 9,
        "start_ms": span.start_ms if span else 0,
        "tier": "flagged",
        "risk": 500,
        "state": "open",
        "wants_second": 0,
    } | fields
    with desk.connection(write=True) as connection:
        places = ", ".join(f":{name}" for name in row)
        connection.execute(f"insert into items ({', '.join(row)}) values ({places})", row)
    return item_id


def decide(desk: Desk, account: str, decision: str, *, minutes: int = 0, **fields: Any) -> str:
    """A decision about the item `one`, unless others are named; so many minutes after noon."""
    said: dict[str, Any] = {"review_id": uuid4().hex, "call_id": "call-1", "item_id": "one"} | fields
    at = NOON + timedelta(minutes=minutes)
    return record(desk, account, Decision(decision=decision, **said), at, rules=RULES)
