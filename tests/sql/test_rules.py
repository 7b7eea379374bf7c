"""Rules over the made lake against plain Python: a loop over calls for each kind of condition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import sql_oracles
from made_talk import end_ms

from tasks.rules.evaluate import evaluate
from tasks.rules.rules_file import parse_rules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from made_lake import Connection, Lake, Open
    from made_talk import Row

    from tasks.rules.rule import Condition

    Spot = tuple[str | None, int | None, int | None, str | None]

RULES = """
rules:
  said: {about: x, when: {say: [my account, how can i help]}}
  by_speaker: {about: x, when: {say: [my account, "yes"], speaker: customer}}
  early: {about: x, when: {say: [hello i want, thank you, good morning], within_first_s: 4}}
  late: {about: x, when: {say: [my account, one moment, anything else], within_last_s: 9}}
  missing: {about: x, when: {not: {say: [my account]}}}
  both: {about: x, when: {all: [{say: [my account]}, {say: [card number], speaker: agent}]}}
  either: {about: x, when: {any: [{say: [zurich cancel]}, {say: [mmhm]}]}}
  neither: {about: x, when: {not: {any: [{say: [cancel]}, {say: [help]}]}}}
  said_again: {about: x, when: {not: {not: {say: [cancel]}}}}
  loose: {about: x, when: {say: [cancel account, card please], slop: 2}}
  then: {about: x, when: {say: [how can i help, let me check], after: {say: [my account], within_s: 8}}}
  never_then:
    about: x
    when: {all: [{say: [my account]}, {not: {say: [let me check], after: {say: [my account], within_s: 20}}}]}
  silent: {about: x, when: {dead_air_s: 3}}
  silent_after_agent: {about: x, when: {dead_air_s: 1.5, speaker: agent}}
  silent_after: {about: x, when: {dead_air_s: 1, after: {say: [one moment], speaker: agent, within_s: 5}}}
  talked_over: {about: x, when: {talk_over_s: 0.5}}
  interrupted: {about: x, when: {talk_over_s: 0.3, speaker: agent, within_first_s: 20}}
"""


class Oracle:
    """Every condition of every call, one after another."""

    def __init__(self, rows: Lake, times: Lake) -> None:
        self.rows, self.times = rows, times

    def hits(self, call: Row, when: Condition) -> tuple[bool, list[Spot]]:
        """Whether the call meets it, and the places that show it."""
        if when.all is not None or when.any is not None:
            parts = [self.hits(call, part) for part in when.all or when.any or ()]
            held = (all if when.all is not None else any)(part[0] for part in parts)
            return held, [spot for part in parts for spot in part[1]]
        if when.negated is not None:
            held, spots = self.hits(call, when.negated)
            doubly = when.negated.negated is not None
            return not held, spots if doubly else []
        spots = self.spots(call, when)
        return bool(spots), spots

    def shown(self, call: Row, when: Condition, *, positive: bool = True) -> list[Spot]:
        """The places of all conditions that are not negated."""
        if when.negated is not None:
            return self.shown(call, when.negated, positive=not positive)
        if when.all is not None or when.any is not None:
            parts = when.all or when.any or ()
            return [spot for part in parts for spot in self.shown(call, part, positive=positive)]
        return self.spots(call, when) if positive else []

    def spots(self, call: Row, when: Condition) -> list[Spot]:
        found = []
        for speaker, start, end, last, words in self.heard(call, when):
            fits = when.speaker in (None, speaker)
            if when.within_first_s is not None:
                fits = fits and last is not None and last <= when.within_first_s * 1000
            if when.within_last_s is not None:
                fits = fits and start is not None and start >= call["duration_ms"] - when.within_last_s * 1000
            if when.after is not None:
                earlier = self.spots(call, when.after)
                fits = fits and any(
                    begun[2] is not None and start is not None
                    and begun[2] <= start <= begun[2] + when.after.within_s * 1000
                    for begun in earlier
                )  # fmt: skip
            if fits:
                found.append((speaker, start, end, words))
        return found

    def heard(self, call: Row, when: Condition) -> Iterator[tuple[Any, ...]]:
        call_id = call["call_id"]
        for gap in self.times["gaps"] if when.dead_air_s else ():
            long = gap["duration_ms"] >= (when.dead_air_s or 0) * 1000
            if gap["call_id"] == call_id and gap["place"] == "middle" and long:
                yield gap["voice_before"], gap["start_ms"], gap["end_ms"], gap["start_ms"], None
        for over in self.times["talk_over"] if when.talk_over_s else ():
            if over["call_id"] == call_id and over["overlap_ms"] >= (when.talk_over_s or 0) * 1000:
                yield over["voice"], over["start_ms"], over["end_ms"], over["start_ms"], None
        for phrase in when.say or ():
            for said in sql_oracles.spoken(self.rows, call_id).values():
                for words in sql_oracles.said_phrase(said, sql_oracles.tokens(phrase), 2000, when.slop):
                    start, last = words[0]["start_ms"], words[-1]["start_ms"]
                    end = None if start is None else max(end_ms(word) or 0 for word in words)
                    yield words[0]["speaker"], start, end, last, " ".join(word["word"] for word in words)


@pytest.fixture(scope="module")
def made(open_lake: Open, made_rows: Lake) -> Iterator[Connection]:
    with open_lake(made_rows) as connection:
        yield connection


def test_rules_match_what_a_loop_over_calls_matches(made: Connection, made_rows: Lake, times: Lake) -> None:
    rules, oracle = parse_rules(RULES, "here"), Oracle(made_rows, times)
    hits = evaluate(made, rules).to_pylist()
    for name, rule in rules.rules.items():
        expected = {
            call["call_id"]: sorted(oracle.shown(call, rule.when) or [(None, None, None, None)], key=repr)
            for call in made_rows["calls"]
            if oracle.hits(call, rule.when)[0]
        }
        found: dict[str, list[Spot]] = {}
        for hit in hits:
            if hit["rule"] == name:
                shown = (hit["speaker"], hit["start_ms"], hit["end_ms"], hit["words"])
                found.setdefault(hit["call_id"], []).append(shown)
        assert {call: sorted(spots, key=repr) for call, spots in found.items()} == expected, name
        assert 0 < len(expected) < len(made_rows["calls"]), name


def test_places_are_numbered_in_time(made: Connection) -> None:
    hits = evaluate(made, parse_rules(RULES, "here")).to_pylist()
    by_call = sql_oracles.grouped(hits, "rule", "call_id")
    assert any(len(places) > 2 for places in by_call.values())
    for places in by_call.values():
        assert [hit["place"] for hit in places] == list(range(1, len(places) + 1))
        assert [hit["start_ms"] or 0 for hit in places] == sorted(hit["start_ms"] or 0 for hit in places)


def test_only_calls_of_the_days_are_judged(made: Connection, made_rows: Lake) -> None:
    from datetime import date

    first, last = date(2026, 3, 3), date(2026, 3, 4)
    hits = evaluate(made, parse_rules(RULES, "here"), first, last).to_pylist()
    assert {hit["call_date"] for hit in hits} == {first, last}
    every = evaluate(made, parse_rules(RULES, "here")).to_pylist()
    assert hits == [hit for hit in every if hit["call_date"] in (first, last)]
