from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from finished_calls import NOON, finished_call, spoken, usage
from hypothesis import given
from hypothesis import strategies as st

from tasks.lake.tables import TABLES
from tasks.rows import call_tables
from tasks.schemas import Conversation, Finding, Word

RELATIONS = ("words", "turns", "calls", "redactions", "certificates", "envelopes", "engine_usage")


def _rows(call: Any, name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = call_tables(call)[name].to_pylist()
    return rows


def test_every_relation_has_the_lakes_own_columns_and_types() -> None:
    tables = call_tables(finished_call())
    assert set(tables) == set(RELATIONS)
    for name in RELATIONS:
        assert tables[name].schema == TABLES[name]


def test_a_call_without_a_word_still_has_its_row() -> None:
    tables = call_tables(finished_call(words={0: [], 1: []}, findings=()))
    assert {name: tables[name].num_rows for name in ("words", "turns", "calls", "redactions")} == {
        "words": 0,
        "turns": 0,
        "calls": 1,
        "redactions": 0,
    }


def test_words_are_numbered_without_holes_and_point_to_their_turns() -> None:
    words = _rows(finished_call(), "words")
    assert [word["word_index"] for word in words] == list(range(11))
    assert [word["turn_index"] for word in words] == [0] * 4 + [1] * 7
    assert [word["speaker"] for word in words] == ["agent"] * 4 + ["customer"] * 7


def test_redacted_words_read_as_their_entity_and_keep_their_times() -> None:
    words = _rows(finished_call(), "words")
    assert {word["word"] for word in words[6:10]} == {"[CARD_NUMBER]"}
    assert {word["entity"] for word in words[6:10]} == {"CARD_NUMBER"}
    assert [word["start_ms"] for word in words[6:10]] == [2_600, 2_900, 3_200, 3_500]
    assert _rows(finished_call(), "turns")[1]["text"] == "my card [CARD_NUMBER] please"


def test_what_is_unknown_is_null() -> None:
    nothing = finished_call(
        words={0: [Word("hello", None, None)]},
        findings=(),
        started_at=None,
        customer_key=None,
        language=None,
        metadata={},
    )
    word, call = _rows(nothing, "words")[0], _rows(nothing, "calls")[0]
    unknown = ("call_date", "speaker", "start_ms", "duration_ms", "confidence_percent", "entity")
    assert [word[name] for name in unknown] == [None] * 6
    unknown = ("started_at", "call_date", "customer_key", "language", "metadata", "mean_confidence")
    assert [call[name] for name in unknown] == [None] * 6
    turn = _rows(nothing, "turns")[0]
    assert [turn[name] for name in ("start_ms", "end_ms", "mean_confidence", "sentiment")] == [None] * 4


def test_the_date_is_the_calls_own_in_utc() -> None:
    for name in ("words", "turns", "calls", "redactions", "engine_usage"):
        assert {row["call_date"] for row in _rows(finished_call(), name)} == {date(2026, 3, 2)}
    assert _rows(finished_call(), "calls")[0]["started_at"] == NOON


@pytest.mark.parametrize(
    ("end_ms", "duration_ms"), [(1_280, 280), (1_000, 0), (900, 0), (1_000 + 70_000, 65_535)]
)
def test_a_words_length_fits_its_column(end_ms: int, duration_ms: int) -> None:
    call = finished_call(words={0: [Word("long", 1_000, end_ms, 0.5)]}, findings=())
    assert _rows(call, "words")[0]["duration_ms"] == duration_ms


@given(st.floats(0, 1))
def test_confidence_is_kept_to_the_percent(confidence: float) -> None:
    call = finished_call(words={0: [Word("x", 0, 1, confidence)]}, findings=())
    assert _rows(call, "words")[0]["confidence_percent"] == pytest.approx(confidence * 100, abs=0.51)


def test_findings_have_no_value_and_a_name_that_stays() -> None:
    call = finished_call()
    (finding,) = _rows(call, "redactions")
    assert not {"value", "text", "word", "sealed"} & set(finding)
    assert (finding["rules_hash"], finding["key_id"]) == ("e" * 16, "0a1b2c3d")
    assert (finding["start_word"], finding["end_word"]) == (6, 10)
    assert (finding["start_ms"], finding["end_ms"]) == (2_600, 3_780)
    assert (finding["mode"], finding["review_status"]) == ("reversible", "not_needed")
    assert _rows(replace(call, run_id="another"), "redactions")[0]["finding_id"] == finding["finding_id"]
    assert _rows(replace(call, call_id="call-2"), "redactions")[0]["finding_id"] != finding["finding_id"]


def test_a_finding_left_for_review_counts_as_no_redaction() -> None:
    doubt = Finding("PERSON", 4, 5, 0.4, "review", "made up")
    flagged = Finding("CARD_NUMBER", 6, 10, 0.7, "flagged", "made up")
    call = finished_call(findings=(doubt, flagged))
    modes = [(row["mode"], row["review_status"]) for row in _rows(call, "redactions")]
    assert modes == [("none", "pending"), ("reversible", "pending")]
    assert _rows(call, "calls")[0]["redaction_count"] == 1
    assert _rows(call, "words")[4]["word"] == "my"


def test_a_call_adds_up_what_its_requests_took() -> None:
    call = finished_call(usage=[usage(0, 0), usage(0, 1), usage(1, 0, cache_hit=True)])
    assert _rows(call, "calls")[0]["billed_ms"] == 10_000
    ids = [row["usage_id"] for row in _rows(call, "engine_usage")]
    assert len(set(ids)) == 3
    assert [row["cache_hit"] for row in _rows(call, "engine_usage")] == [False, False, True]


def test_metadata_is_one_json_text() -> None:
    call = finished_call(metadata={"site": "north", "note": 'quoted " and ünïcode'})
    assert json.loads(_rows(call, "calls")[0]["metadata"]) == {
        "site": "north",
        "note": 'quoted " and ünïcode',
    }


def test_mean_confidence_of_a_turn_leaves_out_what_is_unknown() -> None:
    said = [*spoken("one", 0, 0, 0.5), *spoken("two", 300, 0, None), *spoken("three", 600, 0, 1.0)]
    assert _rows(finished_call(words={0: said}, findings=()), "turns")[0]["mean_confidence"] == 0.75


def test_a_conversation_without_turns_has_no_words() -> None:
    assert _rows(finished_call(conversation=Conversation((), ()), loudness=(), findings=()), "words") == []
