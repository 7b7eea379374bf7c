from __future__ import annotations

import pytest

from tasks.redact.checksums import card, iban, nhs, routing
from tasks.redact.spoken_numbers import digits_of
from tasks.redact.tokens import read_word


@pytest.mark.parametrize(
    ("said", "digits"),
    [
        ("four one double one", "4111"),
        ("triple nine oh", "9990"),
        ("forty two twenty", "4220"),
        ("eight hundred five five five", "800555"),
        ("forty eight hundred", "4800"),
        ("two thousand twenty six", "2026"),
        ("nineteen eighty two", "1982"),
        ("twenty-two oh one", "2201"),
        ("4-1-1-1, 11", "411111"),
        ("b seven tango", "b7t"),
        ("double", ""),
    ],
)
def test_spoken_digits_are_what_a_listener_writes_down(said: str, digits: str) -> None:
    assert digits_of([atom for word in said.split() for atom in read_word(word).atoms]) == digits


def test_check_digits() -> None:
    assert card("4111111111111111")
    assert not card("4111111111111112")
    assert not card("0000000000000000")
    assert routing("021000021")
    assert nhs("9434765919")
    assert iban("gb82west12345698765432")
    assert not iban("gb82west12345698765431")
