"""Values that are told in pieces, put right, begun a turn ago or read back: and what only looks like one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from talk import redacted, talk

if TYPE_CHECKING:
    from tasks.redact.rules import Rules


@pytest.mark.parametrize(
    ("lines", "heard"),
    [
        (["c: my date of of birth is the third of may sixty one"], ["my date of of birth is [DOB]"]),
        (
            [
                "c: forty one eleven that's the first part twenty two thirty three",
                "a: okay",
                "c: next lot forty four fifty five and the last bit sixty six seventy seven",
            ],
            ["[CARD_NUMBER]", "okay", "next lot [CARD_NUMBER]"],
        ),
        (
            ["c: my mobile is seven seven one five five five oh one let me look here nine nine"],
            ["my mobile is [PHONE] let me look here [PHONE]"],
        ),
        (
            ["a: your reference", "c: it's b as in uh bravo seven two two four", "a: n as in november"],
            ["your reference", "it's [ACCOUNT_ID]", "n as in november"],
        ),
        (
            ["a: the last name spelled out", "c: k e o u g h", "a: b as in bravo", "c: no g as in golf"],
            ["the last name spelled out", "[PERSON]", "b as in bravo", "no [PERSON]"],
        ),
        (
            ["a: how is that spelled", "c: k e o u g h", "a: got it mister keough"],
            ["how is that spelled", "[SPELLED]", "got it [PERSON]"],
        ),
        (
            ["c: it's for my daughter Anneliese Okonkwo 11/7/2016"],
            ["it's for my daughter [PERSON] [DOB]"],
        ),
        (
            ["c: we saw the doctor Anneliese Okonkwo 11/7/2026"],
            ["we saw the [PERSON] 11/7/2026"],
        ),
        (
            ["c: i live at flat two elm court it's off oak lane um wrexley postcode b n one two a b"],
            ["i live at [ADDRESS] it's off [ADDRESS] postcode [POSTAL_CODE]"],
        ),
        (
            ["a: the first line of your address", "c: the old tannery swan lane"],
            ["the first line of your address", "[ADDRESS]"],
        ),
        (
            ["c: the code just popped up two two nine nine one four"],
            ["the code just popped up [OTP]"],
        ),
        (
            ["c: two two", "a: yes", "c: nine hold on one four oh", "a: two two nine one four oh thanks"],
            ["[NUMBER]", "yes", "[NUMBER]", "[NUMBER] thanks"],
        ),
        (
            ["c: my policy's um let me see", "a: take your time", "c: a v nine"],
            ["my policy's um let me see", "take your time", "[ACCOUNT_ID]"],
        ),
        (
            ["a: thanks and now the second digit of your telephone pin", "c: second is four"],
            ["thanks and now the second digit of your telephone pin", "[PIN]"],
        ),
        (
            ["a: spell your last name", "c: v a n d e r b e e k", "a: thanks mister van der beek"],
            ["spell your last name", "[PERSON]", "thanks [PERSON]"],
        ),
        (["c: hiya it's shaz iqbal"], ["hiya it's [PERSON]"]),
        (["c: we're at the old rectory um swan lane"], ["we're at the [ADDRESS]"]),
        (
            ["a: your email", "c: k a r o l dot j at", "a: mm hm", "c: example dot org"],
            ["your email", "[EMAIL]", "mm hm", "[EMAIL]"],
        ),
        (
            ["a: it's 20 x 25 x 1 and weighs 6-kilos", "c: so 12-inch"],
            ["it's 20 x 25 x 1 and weighs 6-kilos", "so 12-inch"],
        ),
        (
            ["c: have them ring me on 555 0132", "a: sure that's 2 stops away"],
            ["have them ring me on [PHONE]", "sure that's 2 stops away"],
        ),
        (
            ["a: is there a code for the gate", "c: no they should leave it with the front desk"],
            ["is there a code for the gate", "no they should leave it with the front desk"],
        ),
        (
            ["a: What's your phone number?", "c: 555 0132.", "a: And the firmware?", "c: Version 3.1.6."],
            ["What's your phone number?", "[PHONE]", "And the firmware?", "Version 3.1.6."],
        ),
        (
            ["c: the first half is forty nine ninety nine and the second half twenty nine ninety nine"],
            ["the first half is forty nine ninety nine and the second half twenty nine ninety nine"],
        ),
    ],
)
def test_what_is_said_between_the_parts_of_a_value(lines: list[str], heard: list[str], rules: Rules) -> None:
    assert redacted(talk(*lines), rules) == heard
