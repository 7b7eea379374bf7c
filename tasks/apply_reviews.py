"""Step: what people decided, put onto a landed call before it is redacted again."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, Final

from tasks.desk.corrections import about, moved, strongest
from tasks.desk.placing import TimedWord, is_known, placed
from tasks.desk.store import moment, stamp
from tasks.desk.verdicts import standing

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from tasks.desk.corrections import Correction
    from tasks.desk.verdicts import Decided, Span
    from tasks.lake.landed_calls import LandedCall
    from tasks.schemas import Conversation

_DECIDED: Final = frozenset({"confirmed", "rejected"})


def corrected(landed: LandedCall, corrections: Sequence[Correction]) -> LandedCall:
    """The call with its findings as people want them; itself where it has them so already."""
    rows = {row["finding_id"]: row for row in landed.findings}
    for one in corrections:
        row = rows.get(one.finding_id)
        if one.verdict == "confirmed":
            rows[one.finding_id] = (row or _row(one)) | {"review_status": "confirmed"}
        elif row and one.verdict == "rejected":
            rows[one.finding_id] = row | {"review_status": "rejected"}
        elif row and row["review_status"] in _DECIDED:
            rows[one.finding_id] = row | {"review_status": None}
    findings = list(rows.values())
    return landed if findings == landed.findings else replace(landed, findings=findings)


def in_place(
    landed: LandedCall, corrections: Sequence[Correction], conversation: Conversation
) -> tuple[list[Correction], set[str]]:
    """The corrections where their words are now; and the findings whose words are nowhere in the call.

    A call that was transcribed anew has the same words at other places, or others.
    """
    words = [
        TimedWord(number, word.start_ms, word.end_ms)
        for number, turn in enumerate(conversation.turns)
        for word in conversation.words[turn.first_word : turn.end_word]
    ]
    findings = {row["finding_id"]: row for row in landed.findings}
    landed_at = stamp(landed.call["landed_at"])
    found: list[Correction] = []
    nowhere: set[str] = set()
    for one in corrections:
        known = is_known(one.span, findings.get(one.finding_id))
        span = one.span if known else placed(one.span, words, anew=one.decided_at < landed_at)
        if span is None:
            nowhere.add(one.finding_id)
        else:
            found.append(moved(one, landed.call_id, span))
    return strongest(found), nowhere


def gives_back(landed: LandedCall, after: LandedCall) -> bool:
    """Whether words come back: somebody rejected what was taken out, or withdrew what a person had marked."""
    was = {row["finding_id"]: row["review_status"] for row in landed.findings}
    turns = [(was.get(row["finding_id"]), row["review_status"]) for row in after.findings]
    return any(now != before and (now == "rejected" or before == "confirmed") for before, now in turns)


def to_note(decided: Sequence[Decided], not_applied: Collection[str]) -> list[Decided]:
    """The decisions that are done with, once the call has landed: settled, and about words that are there."""
    return [
        one
        for one in decided
        if not one.applied_at and one.settled and not about(one).intersection(not_applied)
    ]


def review_rows(
    landed: LandedCall, decided: Sequence[Decided], noted: Sequence[Decided]
) -> list[dict[str, Any]]:
    """What is noted, as rows of `reviews`. What was withdrawn before it was applied never was in the lake."""
    stand = {one.review_id for one in standing(decided)}
    applied = {one.review_id for one in decided if one.applied_at is not None}
    return [
        {
            "review_id": one.review_id,
            "call_id": one.call_id,
            "call_date": landed.call["call_date"],
            "finding_id": one.finding_id,
            "reviewer": one.reviewer,
            "decided_at": moment(one.decided_at),
            "decision": one.decision,
            "before": _json(one.before),
            "after": _json(one.after),
            "reason": one.comment,
            "kind": one.kind,
            "undoes": one.undoes,
        }
        for one in noted
        if one.review_id in stand or one.undoes in applied
    ]


def _row(one: Correction) -> dict[str, Any]:
    row = asdict(one.finding) | {"finding_id": one.finding_id, "mode": "none"}
    if one.span.is_passage:
        row |= {
            "start_word": None,
            "end_word": None,
            "start_ms": one.span.start_ms,
            "end_ms": one.span.end_ms,
        }
    return row


def _json(span: Span | None) -> str | None:
    return json.dumps(asdict(span)) if span else None
