"""What asks for a person, and what people say of redaction, against plain Python."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
import sql_oracles
from sql_answers import DAYS, of_days, same

from tasks.desk.quality import Quality, evaluation_rows, quality
from tasks.desk.verdicts import Decided, Span

if TYPE_CHECKING:
    from made_lake import Ask, Lake, Open
    from made_talk import Row


def lower_half(text: str) -> int:
    """The lower half of an MD5, as DuckDB reads it: little end first."""
    return int.from_bytes(hashlib.md5(text.encode()).digest()[8:], "little")  # noqa: S324


def sampled(finding_id: str, share: float) -> bool:
    return lower_half(finding_id) < share * 2**64


def sampled_turn(call_id: str, turn_index: int, share: float) -> bool:
    return (lower_half(call_id) + turn_index * 2654435761) % 2**32 < share * 2**32


PLACE = ("start_word", "end_word", "start_ms", "end_ms")


def findings(lake: Lake, days: dict[str, str], share: float) -> list[Row]:
    names = ("call_id", "finding_id", "entity", "tier", "reason", "score", *PLACE)
    return [
        {name: row[name] for name in names}
        | {"kind": "sample_redacted" if row["tier"] == "auto" else "finding"}
        | {"decided": row["review_status"] in {"confirmed", "rejected"}}
        for row in of_days(lake["redactions"], days)
        if row["tier"] != "auto" or sampled(row["finding_id"], share)
    ]


def untouched_turns(lake: Lake, days: dict[str, str], share: float) -> list[Row]:
    found = sql_oracles.grouped(lake["redactions"], "call_id")
    turns = []
    for (call_id, turn), words in sql_oracles.grouped(
        of_days(lake["words"], days), "call_id", "turn_index"
    ).items():
        places = {word["word_index"] for word in words}
        touched = any(
            places & set(range(row["start_word"], row["end_word"])) for row in found.get((call_id,), [])
        )
        if sampled_turn(call_id, turn, share) and not touched:
            turns.append(
                {"kind": "sample_untouched", "call_id": call_id, "decided": False}
                | {"start_word": min(places), "end_word": max(places) + 1}
            )
    return turns


@pytest.mark.parametrize("days", DAYS)
@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_items_for_review_are_findings_in_doubt_and_steady_samples(
    days: dict[str, str], share: float, ask: Ask, made_rows: Lake
) -> None:
    rows = ask("items_for_review", sample_share=str(share), at_least_unheard_ms="1000", **days)
    facts = sql_oracles.by_call(made_rows)
    by_kind = {kind: [row for row in rows if row["kind"] == kind] for kind in {row["kind"] for row in rows}}
    expected = [row | facts(row["call_id"]) for row in findings(made_rows, days, share)]
    of_findings = [row for row in rows if row["finding_id"]]
    same(of_findings, expected, "finding_id")
    turns = {
        (row["call_id"], row["start_word"], row["end_word"]) for row in by_kind.get("sample_untouched", [])
    }
    wanted = untouched_turns(made_rows, days, share)
    assert turns == {(row["call_id"], row["start_word"], row["end_word"]) for row in wanted}
    assert bool(turns) == (share > 0)
    unheard = {
        call["call_id"] for call in of_days(made_rows["calls"], days) if (call["unheard_ms"] or 0) >= 1000
    }
    assert {row["call_id"] for row in by_kind.get("doubtful", [])} == unheard
    stretches = [
        (call["call_id"], *span)
        for call in of_days(made_rows["calls"], days)
        if call["call_id"] in unheard
        for span in shown_stretches(json.loads(call["unheard_spans"] or "[]"))
    ]
    shown = [(row["call_id"], row["start_ms"], row["end_ms"]) for row in by_kind.get("doubtful", [])]
    assert sorted(shown, key=str) == sorted(stretches, key=str)


def shown_stretches(spans: list[list[int]]) -> list[list[int | None]]:
    """Those of a second, or else the longest; none is known of a call that landed before they were noted."""
    long = [span for span in spans if span[1] - span[0] >= 1000]
    return (
        [*long] or [list(max(spans, key=lambda span: (span[1] - span[0], -span[0])))]
        if spans
        else [[None, None]]
    )


def review(
    number: int, kind: str, decision: str, before: str | None, after: str | None, **fields: Any
) -> Row:
    spans = [
        name and f'{{"entity": "{name}", "start_word": {number}, "end_word": {number + 1}}}'
        for name in (before, after)
    ]
    return {
        "review_id": f"review-{number:03}",
        "call_id": "call",
        "finding_id": f"finding-{number}" if before else None,
        "reviewer": "ann",
        "decided_at": datetime(2026, 3, 2, 0, number, tzinfo=UTC),
        "decision": decision,
        "before": spans[0],
        "after": spans[1],
        "kind": kind,
    } | fields


REVIEWS = [
    review(0, "sample_redacted", "accepted", "PERSON", None),
    review(1, "sample_redacted", "rejected", "PERSON", None),
    review(2, "sample_redacted", "changed", "PERSON", "PERSON"),
    review(3, "sample_redacted", "changed", "PERSON", "ADDRESS"),
    review(4, "sample_redacted", "accepted", "PHONE", None),
    review(5, "sample_redacted", "accepted", "EMAIL", None, finding_id="finding-4"),
    review(6, "sample_untouched", "missed", None, "PERSON"),
    review(7, "sample_untouched", "missed", None, "IBAN"),
    review(8, "sample_untouched", "cleared", None, None),
    review(9, "finding", "accepted", "PERSON", None),
    review(10, "sample_redacted", "rejected", "PHONE", None),
    review(11, "sample_redacted", "withdrawn", None, None, undoes="review-010"),
]


def decided_of(row: Row) -> Decided:
    """The same decision as the desk has it; of one finding the last counts there as well."""
    entity = {name: row[name] and row[name].split('"')[3] for name in ("before", "after")}
    span = {name: Span(text, 0, 1) if text else None for name, text in entity.items()}
    item = row["finding_id"] or ("turn" if row["kind"] == "sample_untouched" else None)
    return Decided(
        row["review_id"], item, "call", None, row["finding_id"], "ann", str(row["decided_at"]),
        row["decision"], span["before"], span["after"], None, row.get("undoes"), settles=False,
        applied_at=None, kind=row["kind"], state="done",
    )  # fmt: skip


def test_redaction_quality_says_what_the_desk_says(open_lake: Open, answer: Any) -> None:
    with open_lake({"reviews": REVIEWS}) as connection:
        rows = answer(connection, "redaction_quality", {})
    expected = [figures(one) for one in quality(evaluation_rows([decided_of(row) for row in REVIEWS]))]
    assert {row["entity"] for row in expected} == {"PERSON", "EMAIL", "IBAN"}
    same(rows, expected, "entity")


def figures(one: Quality) -> Row:
    none = (None, None)
    precision, recall = one.precision.interval or none, one.recall.interval or none
    return {
        "entity": one.entity,
        "judged": one.precision.whole,
        "right_ones": one.precision.part,
        "missed": one.recall.whole - one.recall.part,
        "precision_share": one.precision.value,
        "precision_low": precision[0],
        "precision_high": precision[1],
        "recall_share": one.recall.value,
        "recall_low": recall[0],
        "recall_high": recall[1],
    }
