"""Ways to break each promise of the lake: each function breaks its rows and says what the check finds."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from made_lake import Break, Lake
    from made_talk import Row

BREAKS: dict[str, list[Break]] = {}


def breaks(check: str) -> Callable[[Break], Break]:
    """Mark a function as a way to break the promise of that check; it says which rows are to be found."""

    def _keep(broken: Break) -> Break:
        BREAKS.setdefault(check, []).append(broken)
        return broken

    return _keep


def words_of(rows: Lake, place: int) -> list[Row]:
    """The words of a call: the place-th among the calls with known speakers and times."""
    known = [call for call in rows["calls"] if call["agent_talk_ms"] and call["customer_talk_ms"]]
    call_id = known[place]["call_id"]
    return [word for word in rows["words"] if word["call_id"] == call_id]


def taken_out(rows: Lake) -> Row:
    return next(finding for finding in rows["redactions"] if finding["tier"] != "review")


def words_in(rows: Lake, finding: Row) -> list[Row]:
    return [
        word
        for word in rows["words"]
        if word["call_id"] == finding["call_id"]
        and finding["start_word"] <= word["word_index"] < finding["end_word"]
    ]


def wordless(rows: Lake) -> Row:
    return next(call for call in rows["calls"] if not call["word_count"])


def one_sided(rows: Lake) -> Row:
    """A call of which only the agent is known, so that its times need not add up."""
    return next(call for call in rows["calls"] if call["agent_talk_ms"] and call["other_talk_ms"])


@breaks("call_ids_unique")
def call_landed_twice(rows: Lake) -> list[Row]:
    rows["calls"].append(rows["calls"][3])
    return [{"call_id": "call-003", "copies": 2}]


@breaks("word_index_dense")
def word_lost(rows: Lake) -> list[Row]:
    words = words_of(rows, 1)
    rows["words"].remove(words[4])
    return [{"call_id": words[0]["call_id"], "last_index": len(words) - 1}]


@breaks("word_index_dense")
def word_doubled(rows: Lake) -> list[Row]:
    words = words_of(rows, 1)
    words[4]["word_index"] = 3
    return [{"call_id": words[0]["call_id"], "different_indexes": len(words) - 1}]


@breaks("word_index_dense")
def words_counted_from_one(rows: Lake) -> list[Row]:
    words = words_of(rows, 1)
    for word in words:
        word["word_index"] += 1
    return [{"call_id": words[0]["call_id"], "first_index": 1}]


@breaks("turn_index_dense")
def turn_lost(rows: Lake) -> list[Row]:
    turns = [turn for turn in rows["turns"] if turn["call_id"] == "call-001"]
    rows["turns"].remove(turns[1])
    return [{"call_id": "call-001", "turns": len(turns) - 1}]


@breaks("turn_index_dense")
def turn_doubled(rows: Lake) -> list[Row]:
    turns = [turn for turn in rows["turns"] if turn["call_id"] == "call-001"]
    turns[1]["turn_index"] = 0
    return [{"call_id": "call-001", "different_indexes": len(turns) - 1}]


@breaks("word_times_in_order")
def word_before_its_predecessor(rows: Lake) -> list[Row]:
    words = words_of(rows, 0)
    words[5]["start_ms"] = words[4]["start_ms"] - 10
    return [{"word_index": 5}]


@breaks("word_times_in_order")
def word_after_the_recording(rows: Lake) -> list[Row]:
    words = words_of(rows, 0)
    words[-1]["duration_ms"] += 20_000
    return [{"word_index": len(words) - 1}]


@breaks("word_times_in_order")
def word_before_the_recording(rows: Lake) -> list[Row]:
    words_of(rows, 0)[0]["start_ms"] = -10
    return [{"word_index": 0}]


@breaks("rows_have_calls")
def call_forgotten(rows: Lake) -> list[Row]:
    call = rows["calls"].pop(0)
    return [
        {"relation": relation, "call_id": call["call_id"]}
        for relation in ("redactions", "reviews", "turns", "words")
    ]


@breaks("call_word_count")
def word_count_overstated(rows: Lake) -> list[Row]:
    rows["calls"][0]["word_count"] += 1
    return [{"call_id": "call-000", "stated_words": rows["calls"][0]["word_count"]}]


@breaks("call_word_count")
def all_words_lost(rows: Lake) -> list[Row]:
    rows["words"] = [word for word in rows["words"] if word["call_id"] != "call-000"]
    return [{"call_id": "call-000", "word_rows": 0}]


@breaks("redacted_words_marked")
def word_left_in(rows: Lake) -> list[Row]:
    words_in(rows, taken_out(rows))[0]["word"] = "4111"
    return [{"entity": taken_out(rows)["entity"]}]


@breaks("redacted_words_marked")
def mark_without_entity(rows: Lake) -> list[Row]:
    words_in(rows, taken_out(rows))[0]["entity"] = None
    return [{"entity": None}]


@breaks("redacted_words_marked")
def wrong_mark(rows: Lake) -> list[Row]:
    words_in(rows, taken_out(rows))[0]["word"] = "[OTHER]"
    return [{"entity": taken_out(rows)["entity"]}]


@breaks("redacted_words_marked")
def mark_with_something_else_behind_the_entity(rows: Lake) -> list[Row]:
    words_in(rows, taken_out(rows))[0]["word"] = f"[{taken_out(rows)['entity']}_four]"
    return [{"entity": taken_out(rows)["entity"]}]


@breaks("redacted_words_marked")
def pseudonym_without_entity(rows: Lake) -> list[Row]:
    words_in(rows, taken_out(rows))[0].update(word="[PERSON_0a1b2c3d4e5f]", entity=None)
    return [{"entity": None}]


@breaks("secrets_deleted")
def secret_kept_in_an_envelope(rows: Lake) -> list[Row]:
    taken_out(rows).update(entity="CARD_CVV", mode="reversible")
    return [{"entity": "CARD_CVV", "mode": "reversible"}]


@breaks("secrets_deleted")
def secret_written_as_a_pseudonym(rows: Lake) -> list[Row]:
    taken_out(rows).update(entity="PIN", mode="label", key_id="0a1b2c3d")
    return [{"entity": "PIN", "mode": "label"}]


@breaks("findings_taken_out")
def finding_not_rendered(rows: Lake) -> list[Row]:
    for word in words_in(rows, taken_out(rows)):
        word.update(word="four", entity=None)
    return [{"finding_id": taken_out(rows)["finding_id"], "redacted_words": 0}]


@breaks("findings_taken_out")
def finding_without_span(rows: Lake) -> list[Row]:
    taken_out(rows)["end_word"] = None
    return [{"finding_id": taken_out(rows)["finding_id"]}]


@breaks("findings_taken_out")
def finding_of_neither_words_nor_time(rows: Lake) -> list[Row]:
    taken_out(rows).update(start_word=None, end_word=None, start_ms=None, end_ms=None)
    return [{"finding_id": taken_out(rows)["finding_id"]}]


@breaks("findings_taken_out")
def finding_of_no_words(rows: Lake) -> list[Row]:
    finding = taken_out(rows)
    finding["end_word"] = finding["start_word"]
    return [{"finding_id": finding["finding_id"], "redacted_words": 0}]


@breaks("findings_taken_out")
def finding_rendered_one_word_late(rows: Lake) -> list[Row]:
    finding = taken_out(rows)
    *_, last = words_in(rows, finding)
    after = rows["words"][rows["words"].index(last) + 1]
    after.update(word=last["word"], entity=last["entity"])
    last.update(word="four", entity=None)
    return [{"finding_id": finding["finding_id"]}]


@breaks("redacted_words_explained")
def finding_lost(rows: Lake) -> list[Row]:
    finding = taken_out(rows)
    rows["redactions"].remove(finding)
    return [{"word_index": word["word_index"]} for word in words_in(rows, finding)]


@breaks("redacted_words_explained")
def one_word_too_many_redacted(rows: Lake) -> list[Row]:
    *_, last = words_in(rows, taken_out(rows))
    after = rows["words"][rows["words"].index(last) + 1]
    after.update(word=last["word"], entity=last["entity"])
    return [{"word_index": after["word_index"]}]


@breaks("redacted_words_explained")
def redacted_before_review(rows: Lake) -> list[Row]:
    finding = taken_out(rows)
    finding["tier"] = "review"
    return [{"word_index": word["word_index"]} for word in words_in(rows, finding)]


@breaks("finding_ids_unique")
def finding_twice(rows: Lake) -> list[Row]:
    rows["redactions"].append(rows["redactions"][0])
    return [{"copies": 2, "call_id": rows["redactions"][0]["call_id"]}]


@breaks("finding_ids_unique")
def tier_unknown(rows: Lake) -> list[Row]:
    rows["redactions"][0]["tier"] = None
    rows["redactions"][1]["tier"] = "perhaps"
    return [{"unknown_tiers": 1}, {"unknown_tiers": 1}]


@breaks("call_redaction_count")
def redaction_count_wrong(rows: Lake) -> list[Row]:
    rows["calls"][0]["redaction_count"] += 1
    return [{"call_id": "call-000"}]


@breaks("call_redaction_count")
def redaction_claimed_without_any(rows: Lake) -> list[Row]:
    call = wordless(rows)
    call["redaction_count"] = 1
    return [{"call_id": call["call_id"], "taken_out": 0}]


@breaks("words_in_turns")
def word_of_another_speaker(rows: Lake) -> list[Row]:
    words_of(rows, 0)[0]["speaker"] = "someone"
    return [{"turn_index": 0, "misplaced_words": 1}]


@breaks("words_in_turns")
def words_of_another_channel(rows: Lake) -> list[Row]:
    for word in words_of(rows, 0)[:2]:
        word["channel"] = 5
    return [{"turn_index": 0, "misplaced_words": 2}]


@breaks("words_in_turns")
def word_outside_its_turn(rows: Lake) -> list[Row]:
    turn = rows["turns"][2]
    turn["end_ms"] -= 10
    return [{"call_id": turn["call_id"], "turn_index": turn["turn_index"], "misplaced_words": 1}]


@breaks("words_in_turns")
def word_without_turn(rows: Lake) -> list[Row]:
    word = words_of(rows, 0)[-1]
    words_before = sum(other["turn_index"] == word["turn_index"] for other in words_of(rows, 0)) - 1
    word["turn_index"] = 999
    return [
        {"turn_index": rows_turns(rows, word) - 1, "word_rows": words_before},
        {"turn_index": 999, "word_rows": 1},
    ]


def rows_turns(rows: Lake, word: Row) -> int:
    return sum(turn["call_id"] == word["call_id"] for turn in rows["turns"])


@breaks("turn_text_marked")
def text_not_redacted(rows: Lake) -> list[Row]:
    turn = next(turn for turn in rows["turns"] if "[" in turn["text"])
    turn["text"] = "my card is four one one one"
    return [{"turn_index": turn["turn_index"], "stray_marks": 0}]


@breaks("turn_text_marked")
def text_marked_for_nothing(rows: Lake) -> list[Row]:
    turn = next(turn for turn in rows["turns"] if "[" not in turn["text"])
    turn["text"] += " [CARD_NUMBER]"
    return [{"turn_index": turn["turn_index"], "missing_marks": 0, "stray_marks": 1}]


@breaks("confidence_in_range")
def word_too_sure(rows: Lake) -> list[Row]:
    rows["words"][0]["confidence_percent"] = 101
    return [{"relation": "words", "wrong_values": 1}]


@breaks("confidence_in_range")
def two_words_too_sure(rows: Lake) -> list[Row]:
    for word in rows["words"][:2]:
        word["confidence_percent"] = 101
    return [{"relation": "words", "wrong_values": 2}]


@breaks("confidence_in_range")
def means_and_scores_out_of_range(rows: Lake) -> list[Row]:
    rows["calls"][0]["mean_confidence"] = 91.0
    rows["turns"][0]["mean_confidence"] = -0.5
    rows["redactions"][0]["score"] = 1.5
    return [{"relation": relation} for relation in ("calls", "redactions", "turns")]


@breaks("recordings_unique")
def recording_twice(rows: Lake) -> list[Row]:
    rows["recordings"].append(rows["recordings"][0])
    return [{"recording_sha256": "sha-call-000", "copies": 2}]


@breaks("ledger_states_known")
def state_unknown(rows: Lake) -> list[Row]:
    rows["recordings"][0]["state"] = "done"
    rows["recordings"][1]["state"] = None
    return [{"state": "done"}, {"state": None}]


@breaks("ledger_states_known")
def quarantined_without_reason(rows: Lake) -> list[Row]:
    rows["recordings"][0].update(state="quarantined", reason=" ")
    return [{"state": "quarantined", "has_reason": False}]


@breaks("ledger_adds_up")
def recording_undecided(rows: Lake) -> list[Row]:
    rows["recordings"][0]["state"] = "found"
    return [{"found": 21, "landed": 17, "undecided": 1}]


@breaks("one_landed_recording_per_call")
def call_of_two_recordings(rows: Lake) -> list[Row]:
    rows["recordings"][1]["call_id"] = "call-000"
    return [{"call_id": "call-000", "landed_recordings": 2}]


@breaks("one_landed_recording_per_call")
def landed_without_call(rows: Lake) -> list[Row]:
    rows["recordings"][1]["call_id"] = None
    return [{"call_id": None, "landed_recordings": 1}]


@breaks("calls_match_ledger")
def ledger_knows_nothing_of_a_call(rows: Lake) -> list[Row]:
    rows["recordings"][0]["state"] = "failed"
    return [{"call_id": "call-000", "in_calls": True, "in_ledger": False}]


@breaks("calls_match_ledger")
def ledger_claims_a_call(rows: Lake) -> list[Row]:
    rows["calls"].pop(0)
    return [{"call_id": "call-000", "in_calls": False, "in_ledger": True}]


@breaks("calls_match_ledger")
def ledger_names_another_call(rows: Lake) -> list[Row]:
    rows["recordings"][0]["call_id"] = "another"
    return [{"call_id": "another", "in_calls": False}, {"call_id": "call-000", "in_calls": True}]


@breaks("dates_agree")
def words_under_another_day(rows: Lake) -> list[Row]:
    word = next(word for word in rows["words"] if word["call_date"])
    word["call_date"] = date(2020, 1, 1)
    return [{"relation": "words", "strays": 1, "call_date": date(2020, 1, 1)}]


@breaks("dates_agree")
def call_under_another_day_than_it_began(rows: Lake) -> list[Row]:
    call = wordless(rows)
    call["call_date"] = date(2020, 1, 1)
    return [{"relation": "calls", "call_date": date(2020, 1, 1)}]


@breaks("dates_agree")
def words_under_no_day_of_a_call_with_one(rows: Lake) -> list[Row]:
    word = next(word for word in rows["words"] if word["call_date"])
    call = next(call for call in rows["calls"] if call["call_id"] == word["call_id"])
    call["started_at"], day, word["call_date"] = None, word["call_date"], None
    return [{"relation": "words", "strays": 1, "expected_date": day}]


@breaks("call_times_add_up")
def silence_longer_than_the_call(rows: Lake) -> list[Row]:
    rows["calls"][2]["silence_ms"] = rows["calls"][2]["duration_ms"] + 10
    return [{"call_id": "call-002"}]


@breaks("call_times_add_up")
def talk_counted_twice(rows: Lake) -> list[Row]:
    call = next(call for call in rows["calls"] if call["agent_talk_ms"] and call["customer_talk_ms"])
    call["agent_talk_ms"] += 10
    return [{"call_id": call["call_id"]}]


@breaks("call_times_add_up")
def overlap_below_zero(rows: Lake) -> list[Row]:
    one_sided(rows)["overlap_ms"] = -10
    return [{"overlap_ms": -10}]


@breaks("call_times_add_up")
def talk_longer_than_the_call(rows: Lake) -> list[Row]:
    call = one_sided(rows)
    call["agent_talk_ms"] = call["duration_ms"] + 10
    return [{"call_id": call["call_id"]}]


@breaks("call_times_add_up")
def silence_and_overlap_longer_than_the_call(rows: Lake) -> list[Row]:
    call = one_sided(rows)
    call["overlap_ms"] = call["duration_ms"] - call["silence_ms"] + 10
    return [{"call_id": call["call_id"]}]


@breaks("call_silence_matches_turns")
def silence_overstated(rows: Lake) -> list[Row]:
    rows["calls"][0]["silence_ms"] += 10
    return [{"call_id": "call-000", "stated_silence_ms": rows["calls"][0]["silence_ms"]}]


@breaks("call_silence_matches_turns")
def silent_call_said_to_have_speech(rows: Lake) -> list[Row]:
    call = wordless(rows)
    call["silence_ms"] -= 10
    return [{"call_id": call["call_id"], "uncovered_ms": call["duration_ms"]}]


@breaks("usage_in_range")
def usage_listed_twice(rows: Lake) -> list[Row]:
    rows["engine_usage"].append(rows["engine_usage"][0])
    return [{"copies": 2}]


@breaks("usage_in_range")
def stored_answer_charged(rows: Lake) -> list[Row]:
    rows["engine_usage"][1]["cost_usd"] = 0.01
    return [{"charged_hits": 1}]


@breaks("usage_in_range")
def negative_cost(rows: Lake) -> list[Row]:
    rows["engine_usage"][0]["cost_usd"] = -0.01
    return [{"negative_amounts": 1}]
