"""A value is the same however it is said."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_properties import spoken

from tasks.redact.canonical import canonical_value

SAME = [
    ("CARD_NUMBER", "4111", ["four one one one", "four triple one", "four, um, double one one", "41-11."]),
    ("PHONE", "8005550", ["eight hundred five five five oh", "800 555 0", "8-0-0 five fifty five zero"]),
    ("PERSON", "jane doe", ["Jane Doe.", "jane doe's", "JANE Doe", "j a n e doe"]),
    ("PERSON", "obrien", ["O'Brien", "obrien", "o b r i e n", "O'Brien's"]),
    ("EMAIL", "jane.doe42@example.com",
     ["jane dot doe forty two at example dot com", "Jane.Doe42@example.com,"]),
    ("DOB", "04051980", ["april fifth nineteen eighty", "fifth of april 1980", "April 5, 1980", "4/5/1980"]),
    ("DOB", "04211980", ["april twenty first 1980", "twenty-first april 1980", "April 21st, 1980"]),
    ("CARD_EXPIRY", "0427", ["oh four twenty seven", "04/27", "april twenty seven", "4/27"]),
    ("POSTAL_CODE", "sw1a1aa", ["s w one a one a a", "SW1A 1AA", "s for sierra w one alpha one a a"]),
    ("ADDRESS", "42 elm street", ["forty two Elm Street", "42 elm street,"]),
    ("UK_NINO", "db12", ["d as in david b for bravo one two", "d b 1 2"]),
    ("IP_ADDRESS", "10.1.2.3", ["ten dot one dot two dot three", "10.1.2.3"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("entity", "value", "said"), [(entity, value, said) for entity, value, ways in SAME for said in ways]
)
def test_every_way_to_say_a_value_is_that_value(entity: str, value: str, said: str) -> None:
    assert canonical_value(entity, said.split()) == value


@given(
    st.text("123456789", min_size=2, max_size=19).flatmap(lambda told: st.tuples(st.just(told), spoken(told)))
)
@settings(max_examples=200)
def test_dictated_digits_are_the_digits(dictated: tuple[str, str]) -> None:
    # without zeros: "twenty one" is 21, or 20 and 1
    digits, said = dictated
    assert canonical_value("CARD_NUMBER", said.split()) == digits


def test_different_values_stay_different() -> None:
    assert canonical_value("PERSON", ["jane"]) != canonical_value("PERSON", ["jane", "doe"])
    assert canonical_value("CARD_NUMBER", ["4111"]) != canonical_value("CARD_NUMBER", ["4112"])
