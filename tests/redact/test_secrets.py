"""Codes, PINs and passwords: under no other name, for what has one may be kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from talk import redacted, talk

from tasks.find_pii import find_pii

if TYPE_CHECKING:
    from tasks.redact.rules import Rules


@pytest.mark.parametrize(
    "lines",
    [
        ["a: what's your pin", "c: four four one nine"],
        ["c: my pin is four four one nine"],
        ["a: and the pin code please", "c: four four one nine"],
        ["a: thanks and now the second and third digit of your telephone pin", "c: four and nine"],
    ],
)
def test_a_pin_is_a_secret_and_never_a_post_code(lines: list[str], rules: Rules) -> None:
    found = find_pii(talk(*lines), rules)
    assert {finding.entity for finding in found} == {"PIN"}


@pytest.mark.parametrize(
    "line",
    [
        "c: 4111 1111 1111 1111 expiration 12/26, code 123.",
        "c: 4111 1111 1111 1111 and it expires oh nine twenty nine code two oh two",
        "c: 4111 1111 1111 1111 valid till august twenty nine security's double three nine",
        "c: 4111 1111 1111 1111 good till 9 of 26, 321",
    ],
)
def test_a_code_behind_the_date_is_a_secret_and_the_date_is_none(line: str, rules: Rules) -> None:
    found = find_pii(talk(line), rules)
    assert found[-1].entity == "CARD_CVV"
    assert found[0].entity == "CARD_NUMBER"


def test_a_date_that_is_put_right_stays_a_date(rules: Rules) -> None:
    found = find_pii(
        talk("a: expiry date", "c: oh nine twenty five", "a: no", "c: oh nine twenty nine"), rules
    )
    assert {finding.entity for finding in found} == {"CARD_EXPIRY"}


@pytest.mark.parametrize(
    ("lines", "heard"),
    [
        (
            ["c: can you change my password", "a: what would you like it to be"],
            "what would you like it to be",
        ),
        (["c: what's my password", "a: marigold what else do you need"], "[PASSWORD]"),
        (["a: what's your pin", "c: so that would be for ate won tree"], "so that would be [PIN]"),
        (["a: what's your pin", "c: you're not supposed to ask me that are you"], ""),
        (["c: what's my account number one more time", "a: k seven four four"], "[ACCOUNT_ID]"),
        (["a: And your surname?", "c: hang on", "a: Hello?", "c: Featherstone."], "[PERSON]"),
    ],
)
def test_what_comes_back_is_a_value_or_a_question(lines: list[str], heard: str, rules: Rules) -> None:
    assert redacted(talk(*lines), rules)[-1] == (heard or lines[-1].partition(": ")[2])
