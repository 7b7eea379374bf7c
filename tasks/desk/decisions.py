"""Decisions as the desk keeps them: added to, never edited; a later one counts."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from tasks.desk.items import item_of
from tasks.desk.store import stamp
from tasks.desk.verdicts import ABOUT_FINDINGS, CONCLUSIONS, Decided, Span, marked, standing, state_after
from tasks.errors import CallArchiveError
from tasks.redact.marks import finding_id as finding_id_of
from tasks.redact_metadata import redact_text

if TYPE_CHECKING:
    import sqlite3
    from datetime import datetime

    from tasks.desk.items import Item
    from tasks.desk.store import Desk
    from tasks.desk.verdicts import Decision
    from tasks.redact.rules import Rules

_LONGEST_COMMENT: Final = 2_000
_LET_GO: Final = """
    update items set claimed_by = null, claimed_until = null where item_id = ? and claimed_by = ?
"""
_ALL: Final = """
    select decisions.*, items.kind, items.state
    from decisions left join items on items.item_id = decisions.item_id
"""


class UnknownItem(CallArchiveError):
    """There is no such item."""


class WrongDecision(CallArchiveError):
    """This cannot be decided about such an item, or lacks what it is about."""


class NeedsLead(CallArchiveError):
    """Two people differ about the item, so that a lead must decide."""


def record(desk: Desk, account: str, decision: Decision, now: datetime, *, rules: Rules) -> str:
    """Store a decision; its review_id. One that is stored already stays as it is.

    A claim does not bar others: who decides after theirs ran out gives a second opinion, and nothing is lost.

    Raises:
        UnknownItem: there is no such item.
        WrongDecision: it does not fit the item, or lacks what it is about.
        NeedsLead: two people differ about the item, and the decision does not settle.
    """
    _check(decision, rules)
    comment = redact_text(decision.comment.strip(), rules) if decision.comment else None
    with desk.connection(write=True) as connection:
        for known in decided_where(connection, "decisions.review_id = ?", [decision.review_id]):
            if known.reviewer != account:
                raise WrongDecision("somebody else has sent this form")
            return known.review_id
        item = _item_of(connection, decision)
        _check_fits(decision, item)
        said = {"reviewer": account, "decided_at": stamp(now), "comment": comment or None}
        _insert(connection, _row(decision, item) | said)
        if item and decision.decision in CONCLUSIONS:
            bring_up_to_date(connection, item.item_id)
            connection.execute(_LET_GO, [item.item_id, account])
    return decision.review_id


def undo(desk: Desk, account: str, now: datetime) -> str | None:
    """Withdraw the account's newest decision that is not applied yet; its review_id, if there is one."""
    with desk.connection(write=True) as connection:
        last = connection.execute(
            """
            select * from decisions
            where reviewer = ? and applied_at is null and decision <> 'withdrawn'
            and not exists (select 1 from decisions as undo where undo.undoes = decisions.review_id)
            order by decided_at desc, rowid desc limit 1
            """,
            [account],
        ).fetchone()
        if last is None:
            return None
        about = {name: last[name] for name in ("item_id", "call_id", "call_date", "finding_id")}
        withdrawal = {
            "review_id": uuid4().hex,
            "reviewer": account,
            "decided_at": stamp(now),
            "decision": "withdrawn",
            "undoes": last["review_id"],
        }
        _insert(connection, about | withdrawal)
        if last["item_id"]:
            bring_up_to_date(connection, last["item_id"])
        return str(last["review_id"])


def decision_named(desk: Desk, review_id: str) -> Decided | None:
    """One decision."""
    with desk.connection() as connection:
        return next(iter(decided_where(connection, "decisions.review_id = ?", [review_id])), None)


def decisions_of_call(desk: Desk, call_id: str) -> list[Decided]:
    """All decisions about a call in the order they were made, withdrawn ones included."""
    with desk.connection() as connection:
        return decided_where(connection, "decisions.call_id = ?", [call_id])


def decisions_of_item(desk: Desk, item_id: str) -> list[Decided]:
    """All decisions about an item in the order they were made, withdrawn ones included."""
    with desk.connection() as connection:
        return decided_where(connection, "decisions.item_id = ?", [item_id])


def all_decisions(desk: Desk) -> list[Decided]:
    """Every decision in the order they were made, withdrawn ones included."""
    with desk.connection() as connection:
        return decided_where(connection, "true", [])


def _check(decision: Decision, rules: Rules) -> None:
    after, marks = decision.after, decision.decision in {"changed", "missed", "muted"}
    if decision.decision == "withdrawn":
        raise WrongDecision("a decision is withdrawn by undo")
    if marks and (after is None or not (_is_of_words(after) or decision.decision == "muted")):
        raise WrongDecision("mark the words that are personal data")
    if after is not None and (not marks or after.entity not in rules.known):
        raise WrongDecision("say what kind of personal data it is, as the redaction rules name it")
    if decision.decision == "commented" and not (decision.comment or "").strip():
        raise WrongDecision("write a comment")
    if len(decision.comment or "") > _LONGEST_COMMENT:
        raise WrongDecision(f"a comment has {_LONGEST_COMMENT} characters at most")


def _check_fits(decision: Decision, item: Item | None) -> None:
    if item is not None and item.call_id != decision.call_id:
        raise WrongDecision("this item is of another call")
    if decision.decision == "muted" and not (item and decision.after and _is_all_of(decision.after, item)):
        raise WrongDecision(
            "a passage is muted as a whole, where speech got no words; elsewhere mark the words"
        )
    if decision.decision not in CONCLUSIONS:
        return
    finding_id = item.finding_id if item else decision.finding_id
    if (decision.decision in ABOUT_FINDINGS) != (finding_id is not None):
        raise WrongDecision("a finding is accepted, rejected or changed; a passage without one is cleared")
    if item is None and (decision.decision == "cleared" or decision.before is None):
        raise WrongDecision("say which words the decision is about")
    if item is None and decision.before and finding_id != _named(decision.call_id, decision.before):
        raise WrongDecision("the finding is not at these words")
    if item is not None and item.state == "disputed" and not decision.settles:
        raise NeedsLead("two people differ about this, so a lead decides")


def _is_of_words(span: Span) -> bool:
    return 0 <= span.start_word < span.end_word


def _is_all_of(span: Span, item: Item) -> bool:
    """Whether this is the passage that an item without words is about."""
    is_passage = span.is_passage and item.start_word is None and item.start_ms is not None
    return is_passage and (span.start_ms, span.end_ms) == (item.start_ms, item.end_ms)


def _item_of(connection: sqlite3.Connection, decision: Decision) -> Item | None:
    """The item that is named, or the one that the call has for the finding."""
    if decision.item_id is None:
        by_finding = "select * from items where call_id = ? and finding_id = ? order by item_id"
        row = connection.execute(by_finding, [decision.call_id, decision.finding_id]).fetchone()
        return item_of(row) if row else None
    row = connection.execute("select * from items where item_id = ?", [decision.item_id]).fetchone()
    if row is None:
        raise UnknownItem("there is no such item")
    return item_of(row)


def _row(decision: Decision, item: Item | None) -> dict[str, Any]:
    about_finding = decision.decision in ABOUT_FINDINGS
    finding_id = item.finding_id if item else decision.finding_id
    before = _span(item) if item and about_finding else decision.before
    return {
        "review_id": decision.review_id,
        "item_id": item.item_id if item else None,
        "call_id": decision.call_id,
        "call_date": item.call_date if item else decision.call_date,
        "finding_id": finding_id if about_finding else None,
        "decision": decision.decision,
        "before_json": _json(before),
        "after_json": _json(decision.after),
        "settles": decision.settles and item is not None and item.state == "disputed",
    }


def _insert(connection: sqlite3.Connection, row: dict[str, Any]) -> None:
    places = ", ".join(f":{name}" for name in row)
    connection.execute(f"insert into decisions ({', '.join(row)}) values ({places})", row)


def bring_up_to_date(connection: sqlite3.Connection, item_id: str) -> None:
    """Bring an item into the state that its decisions make; one that left the lake stays gone."""
    item = item_of(connection.execute("select * from items where item_id = ?", [item_id]).fetchone())
    decided = decided_where(connection, "decisions.item_id = ?", [item_id])
    state = state_after(decided, wants_second=item.wants_second)
    ended = [one.decided_at for one in standing(decided) if one.decision in CONCLUSIONS]
    connection.execute(
        "update items set state = iif(state = 'gone', state, ?), decided_at = ? where item_id = ?",
        [state, max(ended) if ended and state == "done" else None, item_id],
    )


def _named(call_id: str, span: Span) -> str:
    return finding_id_of(call_id, marked(span))


def _span(item: Item) -> Span:
    return Span(item.entity or "", item.start_word or 0, item.end_word or 0, item.start_ms, item.end_ms)


def _json(span: Span | None) -> str | None:
    return json.dumps(asdict(span)) if span else None


def decided_where(connection: sqlite3.Connection, where: str, values: list[str]) -> list[Decided]:
    """Decisions as they are stored, in the order they were made."""
    rows = connection.execute(f"{_ALL} where {where} order by decided_at, decisions.rowid", values)
    return [_decided_of(dict(row)) for row in rows]


def _decided_of(row: dict[str, Any]) -> Decided:
    before, after = (
        Span(**json.loads(text)) if (text := row.pop(name)) else None
        for name in ("before_json", "after_json")
    )
    return Decided(**row | {"before": before, "after": after, "settles": bool(row["settles"])})
