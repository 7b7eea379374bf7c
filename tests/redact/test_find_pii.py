from __future__ import annotations

import random
from dataclasses import replace

import pytest
from talk import labelled, redacted, talk

from tasks.find_pii import find_pii
from tasks.redact.rules import Rules, load_rules
from tasks.schemas import Conversation, Turn, Word


def test_a_card_is_found_across_back_channels(rules: Rules) -> None:
    said = redacted(
        talk("c: it's four one one one", "a: okay", "c: one one one one", "a: mhm", "c: 1111 1111"), rules
    )
    assert said == ["it's [CARD_NUMBER]", "okay", "[CARD_NUMBER]", "mhm", "[CARD_NUMBER]"]


def test_a_card_that_fails_its_check_digit_is_redacted_all_the_same(rules: Rules) -> None:
    assert redacted(talk("a: card number", "c: 4111 1111 1111 1112"), rules)[1] == "[CARD_NUMBER]"


@pytest.mark.parametrize(
    "written",
    [
        "4-1-1-1, 1111, 1111, 1111.",
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "Four, one, one, one. 1111 1111 11-11.",
    ],
)
def test_every_way_an_engine_writes_a_card(written: str, rules: Rules) -> None:
    assert redacted(talk(f"c: The number is {written}"), rules) == ["The number is [CARD_NUMBER]"]


def test_the_check_digit_makes_a_finding_certain(rules: Rules) -> None:
    finding = find_pii(talk("c: 4111 1111 1111 1111"), rules)[0]
    assert (finding.reason, finding.score, finding.tier) == ("luhn", 1.0, "auto")


def test_a_question_says_what_three_digits_are(rules: Rules) -> None:
    assert redacted(talk("a: and the security code", "c: nine one seven"), rules)[1] == "[CARD_CVV]"
    assert redacted(talk("a: how many seats", "c: nine one seven"), rules)[1] == "nine one seven"


def test_a_read_back_of_a_value_is_redacted_for_the_other_speaker_too(rules: Rules) -> None:
    said = redacted(
        talk("a: account number", "c: 88120447", "a: so that is eight eight one two oh four four seven"),
        rules,
    )
    assert said[2] == "so that is [ACCOUNT_ID]"


def test_a_name_found_once_is_redacted_everywhere(rules: Rules) -> None:
    said = redacted(talk("c: my name is oduya", "a: how can i help", "c: it's under oduya i think"), rules)
    assert said == ["my name is [PERSON]", "how can i help", "it's under [PERSON] i think"]


def test_an_agents_first_name_in_the_greeting_is_a_person(rules: Rules) -> None:
    assert redacted(talk("a: thanks for calling this is jennifer"), rules) == [
        "thanks for calling this is [PERSON]"
    ]


@pytest.mark.parametrize(
    "line",
    [
        "a: your total is one hundred and forty two dollars and sixteen cents",
        "a: Your balance is $1,284.50 and $35 is due on the 21st.",
        "a: see you on march fourteenth at 8:30 or eight thirty",
        "a: press one for sales press two for support",
        "c: twelve boxes of the large and thirty of the small",
        "c: i hope you will grant me more time this summer",
        "a: we are open from nine a m to five thirty p m",
    ],
)
def test_amounts_times_appointments_and_menus_stay(line: str, rules: Rules) -> None:
    assert redacted(talk(line), rules) == [line.partition(": ")[2]]


def test_a_refusal_is_not_an_answer(rules: Rules) -> None:
    assert (
        redacted(talk("a: date of birth please", "c: why do you need that"), rules)[1]
        == "why do you need that"
    )


def test_a_secret_is_the_whole_answer(rules: Rules) -> None:
    said = redacted(talk("a: what was the name of your first pet", "c: it's mister biscuit"), rules)
    assert said[1] == "it's [SECURITY_ANSWER]"


def test_nobody_known_to_speak_is_read_question_by_question(rules: Rules) -> None:
    said = redacted(talk(": and your name? Teresa Lindqvist. and the security code? 331."), rules)
    assert said == ["and your name? [PERSON] and the security code? [CARD_CVV]"]


def test_findings_lie_in_one_turn_in_order_and_do_not_overlap(rules: Rules) -> None:
    words = tuple(
        Word(text, None, None, speaker="customer") for text in "my number is 415 555 0177 thanks".split()
    )
    conversation = Conversation(words, (Turn(0, "customer", 0, 4), Turn(0, "customer", 4, 7)))
    spans = [(f.start_word, f.end_word) for f in find_pii(conversation, rules)]
    assert spans == [(3, 4), (4, 6)]


def test_the_same_call_gives_the_same_findings(rules: Rules) -> None:
    conversation = talk(
        "a: your name and card", "c: jane doe 4111 1111 1111 1111 exp 10/27 and jane at gmail dot com"
    )
    assert len({find_pii(conversation, rules) for _ in range(3)}) == 1


def test_an_empty_call_has_no_findings(rules: Rules) -> None:
    assert find_pii(Conversation((), ()), rules) == ()


def test_profiles_switch_entities() -> None:
    conversation = talk("c: i'm jane doe and the card is 4111 1111 1111 1111")
    assert {f.entity for f in find_pii(conversation, load_rules("pci"))} == {"CARD_NUMBER"}
    assert {f.entity for f in find_pii(conversation, load_rules("hipaa"))} == {"PERSON"}


def test_the_numbers_profile_takes_any_three_digits() -> None:
    assert redacted(talk("c: it was four one nine"), load_rules("numbers")) == ["it was [NUMBER]"]


def test_hipaa_takes_dates_and_high_ages() -> None:
    said = redacted(talk("c: she is ninety four years old and was seen on march third"), load_rules("hipaa"))
    assert said == ["she is [AGE] years old and was seen on [DATE]"]


@pytest.mark.parametrize("piece", ["T -I -L -L -E.", "(415) 555 -0199.", "415 -555 -0199"])
def test_whispers_way_of_cutting_at_dashes_is_read(piece: str, rules: Rules) -> None:
    said = redacted(talk("a: And how do I reach you, or your name?", f"c: It's {piece}"), rules)
    assert said[1] in {"It's [PERSON]", "It's [PHONE]"}


def test_a_call_may_end_after_any_word(rules: Rules) -> None:
    cut = random.Random(3)  # noqa: S311  (nothing secret: the same places every time)
    for said in (item.conversation for item in labelled()):
        end = cut.randrange(len(said.words)) + 1
        turns = (
            replace(turn, end_word=min(turn.end_word, end)) for turn in said.turns if turn.first_word < end
        )
        find_pii(Conversation(said.words[:end], tuple(turns)), rules)
    assert redacted(talk("c: i live at 12 oak street in"), rules) == ["i live at [ADDRESS] in"]


def test_a_call_may_end_in_the_middle_of_a_question(rules: Rules) -> None:
    assert redacted(talk("a: is"), rules) == ["is"]


CARD_TOLD = ("a: card number please", "c: 4111 1111", "a: okay", "c: 1111 1111")


@pytest.mark.parametrize(
    "question", ["and flip it over for me", "what does it say by the signature", "great"]
)
@pytest.mark.parametrize("code", ["four oh nine", "128", "seven forty two"])
def test_short_numbers_soon_after_a_card_are_its_code_however_they_are_asked_for(
    question: str, code: str, rules: Rules
) -> None:
    said = redacted(talk(*CARD_TOLD, f"a: {question}", f"c: {code}"), rules)
    assert code not in said[-1]


@pytest.mark.parametrize("date", ["june twenty eight", "the sixth of twenty eight", "0628", "06/28"])
def test_a_month_and_year_soon_after_a_card_is_its_expiry(date: str, rules: Rules) -> None:
    assert redacted(talk(*CARD_TOLD, "a: good until", f"c: {date}"), rules)[-1] == "[CARD_EXPIRY]"


def test_amounts_and_times_after_a_card_stay(rules: Rules) -> None:
    said = redacted(talk(*CARD_TOLD, "a: how much is it", "c: twelve fifty"), rules)
    assert said[-1] == "twelve fifty"
    said = redacted(talk(*CARD_TOLD, "a: what time suits", "c: eleven thirty"), rules)
    assert said[-1] == "eleven thirty"


@pytest.mark.parametrize(
    ("line", "heard"),
    [
        ("c: it's 4,111 1,111 1111 1,111 thanks", "it's [CARD_NUMBER] thanks"),
        ("c: fifth of november nineteen seventy eight", "[DOB]"),
        ("c: i was born on May 5th 1978. It was the one", "i was born on [DOB] It was the one"),
        ("c: my email is kmillsedexample .com", "my email is [EMAIL]"),
        ("c: you can use jane.doegmail.com", "you can use [EMAIL]"),
        ("c: she said graham would ring", "she said [PERSON] would ring"),
        ("c: please tell Piet it's at three", "please tell [PERSON] it's at three"),
        ("c: the code for the gate is four four one nine", "the code for the gate is [PIN]"),
        ("c: could i speak to grace please", "could i speak to [PERSON] please"),
        ("a: is this joy", "is this [PERSON]"),
        ("c: my husband will call back", "my husband will call back"),
        ("a: is one eighty nine a night fine", "is one eighty nine a night fine"),
        ("c: i drive a 2014 F-150 now", "i drive a 2014 F-150 now"),
    ],
)
def test_what_is_told_without_a_question(line: str, heard: str, rules: Rules) -> None:
    said = redacted(talk(line), rules)[0]
    assert said.replace("[NUMBER]", "[CARD_NUMBER]") == heard
