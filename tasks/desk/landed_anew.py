"""What people decided about calls that landed again: applied again where it can be, or asked again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tasks.desk.applying import AGAIN, AGAIN_OR_NEVER, decisions_of_calls
from tasks.desk.corrections import about, of_call
from tasks.desk.placing import NEAR_MS, TimedWord, is_known, placed
from tasks.desk.store import stamp

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from tasks.desk.corrections import Correction
    from tasks.desk.store import Desk
    from tasks.lake.catalog import Connection

    Row = dict[str, Any]

_CALLS: Final = "select call_id, call_date, agent_id, queue, landed_at from stored.calls"
_WORDS: Final = "select call_id, turn_index, start_ms, start_ms + duration_ms as end_ms from stored.words"
_FINDINGS: Final = "select call_id, finding_id, start_ms, end_ms, mode, review_status from stored.redactions"


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A correction whose words are not where they were, nor anywhere else."""

    call: Row
    correction: Correction
    review_ids: tuple[str, ...]
    is_lost: bool
    """Marked by a person as personal, and not taken out now."""

    @property
    def item(self) -> Row:
        """What has a person look for the words; a time in the call, and nothing of what was said."""
        span = self.correction.span
        return {
            "kind": "doubtful",
            "finding_id": None,
            "entity": span.entity,
            "tier": "review",
            "reason": "mark-lost",
            "start_word": None,
            "end_word": None,
            "start_ms": span.start_ms,
            "end_ms": span.end_ms,
            "what": self.correction.finding_id,
            "decided": False,
            **{name: self.call[name] for name in ("call_id", "call_date", "agent_id", "queue")},
        }


def apply_again(desk: Desk, connection: Connection) -> None:
    """Have decisions applied again where their call has landed since they were, whatever landed it."""
    with desk.connection() as store:
        rows = store.execute("select distinct call_id from decisions where applied_at > ''").fetchall()
    landed = [
        (AGAIN, call["call_id"], stamp(call["landed_at"]))
        for call in _of(connection, _CALLS, [row["call_id"] for row in rows])
    ]
    with desk.connection(write=True) as store:
        store.executemany(
            "update decisions set applied_at = ? where call_id = ? and applied_at > '' and applied_at <> ?",
            landed,
        )


def unplaced(desk: Desk, connection: Connection) -> list[Unplaced]:
    """Of what is still to be applied to calls that landed since it was decided, what cannot be by itself."""
    with desk.connection() as store:
        rows = store.execute(
            f"select call_id, min(decided_at) as first from decisions where {AGAIN_OR_NEVER} group by call_id"
        ).fetchall()
    first = {row["call_id"]: row["first"] for row in rows}
    calls = [
        call for call in _of(connection, _CALLS, first) if first[call["call_id"]] < stamp(call["landed_at"])
    ]
    return [one for call in calls for one in _unplaced_of(desk, connection, call)]


def settle(desk: Desk, done: Iterable[Unplaced]) -> None:
    """Note as applied what somebody has looked for, and what needs nobody."""
    with desk.connection(write=True) as store:
        store.executemany(
            f"update decisions set applied_at = ? where review_id = ? and {AGAIN_OR_NEVER}",
            [(stamp(one.call["landed_at"]), review_id) for one in done for review_id in one.review_ids],
        )


def _unplaced_of(desk: Desk, connection: Connection, call: Row) -> Iterator[Unplaced]:
    call_id = call["call_id"]
    decided = decisions_of_calls(desk, [call_id])[call_id]
    words = [
        TimedWord(row["turn_index"], row["start_ms"], row["end_ms"])
        for row in _of(connection, _WORDS, [call_id], "order by word_index")
    ]
    findings = _of(connection, _FINDINGS, [call_id])
    by_id = {row["finding_id"]: row for row in findings}
    for one in of_call(decided):
        anew = one.decided_at < stamp(call["landed_at"])
        known = is_known(one.span, by_id.get(one.finding_id))
        if not anew or known or placed(one.span, words, anew=True):
            continue
        own = tuple(
            said.review_id for said in decided if not said.applied_at and one.finding_id in about(said)
        )
        is_lost = one.verdict == "confirmed" and not _is_taken_out(one, findings)
        if own:
            yield Unplaced(call, one, own, is_lost)


def _is_taken_out(one: Correction, findings: Sequence[Row]) -> bool:
    """Whether something is taken out there already, as the rules find it again in what is heard now."""
    start, end = one.span.start_ms, one.span.end_ms
    if start is None:
        return False
    return any(
        row["mode"] != "none"
        and row["start_ms"] is not None
        and row["start_ms"] <= start + NEAR_MS
        and row["end_ms"] >= (start if end is None else end) - NEAR_MS
        for row in findings
    )


def _of(connection: Connection, sql: str, call_ids: Collection[str], order: str = "") -> list[Row]:
    """Rows of these calls."""
    if not call_ids:
        return []
    found: list[Row] = (
        connection.execute(f"{sql} where call_id in (select unnest(?)) {order}", [list(call_ids)])
        .to_arrow_table()
        .to_pylist()
    )
    return found
