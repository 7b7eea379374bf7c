"""Step: calls by agent, queue, days or category, the newest first or those that stand out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from datetime import date

    from tasks.lake.catalog import Connection

Row = dict[str, Any]
Order = Literal["newest", "longest", "silence", "talk_over", "doubt", "redactions"]

ORDERS: Final[dict[Order, str]] = {
    "newest": "call_date desc nulls last, started_at desc nulls last",
    "longest": "duration_ms desc",
    "silence": "silence_ms / nullif(duration_ms, 0) desc nulls last",
    "talk_over": "overlap_ms / nullif(duration_ms, 0) desc nulls last",
    "doubt": "low_confidence_words / nullif(word_count, 0) desc nulls last",
    "redactions": "redaction_count desc",
}
_LISTED: Final = """
select
    call_id, call_date, started_at, agent_id, queue, duration_ms, word_count, redaction_count,
    silence_ms / nullif(duration_ms, 0) as silence_share,
    overlap_ms / nullif(duration_ms, 0) as overlap_share,
    low_confidence_words / nullif(word_count, 0) as doubtful_share
from calls
where {conditions}
order by {order}, call_id
limit $limit offset $offset
"""
_OF_RULE: Final = """
call_id in (
    select call_id from rule_hits
    where rule = $rule and rules_hash = (select arg_max(rules_hash, run_at) from rule_runs)
)
"""
_CONDITIONS: Final = {
    "call_id": "call_id = $call_id",
    "agent_id": "agent_id = $agent_id",
    "queue": "queue = $queue",
    "since": "call_date >= $since",
    "until": "call_date <= $until",
    "rule": _OF_RULE,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """Which calls; None is any. Days are UTC, both included; a rule is one of those that were run last."""

    call_id: str | None = None
    agent_id: str | None = None
    queue: str | None = None
    since: date | None = None
    until: date | None = None
    rule: str | None = None


def list_calls(
    connection: Connection, asked: Asked, order: Order, *, limit: int, offset: int = 0
) -> list[Row]:
    """The calls in that order, with the shares that QA looks for."""
    given = {name: getattr(asked, name) for name in _CONDITIONS if getattr(asked, name) is not None}
    conditions = " and ".join(_CONDITIONS[name] for name in given) or "true"
    sql = _LISTED.format(conditions=conditions, order=ORDERS[order])
    found: list[Row] = (
        connection.execute(sql, given | {"limit": limit, "offset": offset}).to_arrow_table().to_pylist()
    )
    return found
