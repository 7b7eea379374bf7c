from __future__ import annotations

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st
from talk import covered, talk

from tasks.find_pii import find_pii
from tasks.redact.render import render
from tasks.redact.rules import Rules, load_rules

RULES = load_rules()
ASKED = {
    "the long card number please": 16,
    "your social security number": 9,
    "the best phone number for you": 10,
    "and your account number": 8,
    "what's the sort code": 6,
    "read me the verification code": 6,
    "and the routing number please": 9,
    "your n h s number": 10,
}
LETTERED = {
    "and the iban": (4, 18),
    "what's your postcode": (2, 3),
    "can i take the policy number": (3, 6),
    "your national insurance number please": (2, 6),
    "the vin please": (8, 9),
}
ALPHABET = "bravo charlie delta echo foxtrot golf hotel juliet kilo lima mike november papa romeo".split()
"""Without "a" and "i", which are words as well."""
UNITS = "zero one two three four five six seven eight nine".split()
TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
TENS = "_ _ twenty thirty forty fifty sixty seventy eighty ninety".split()
FILLERS = ["um", "uh", "and then", "let me see", "sorry"]
PROMPTS = ["okay", "mhm", "yes go ahead", "uh huh got it"]


def pair(two: str) -> str:
    """ "42" is "forty two"; pairs that begin with a zero are said digit by digit."""
    if two[0] == "0":
        return f"oh {UNITS[int(two[1])]}"
    if two[0] == "1":
        return TEENS[int(two[1])]
    return TENS[int(two[0])] + (f" {UNITS[int(two[1])]}" if two[1] != "0" else "")


@st.composite
def spoken(draw: st.DrawFn, digits: str) -> str:
    """The digits as somebody may say them, or as an engine may write them."""
    said: list[str] = []
    at = 0
    while at < len(digits):
        here, after = digits[at], digits[at + 1 : at + 2]
        way = draw(st.sampled_from(["one", "one", "pair", "double", "written"]))
        if way == "double" and here == after:
            said.append(f"double {UNITS[int(here)]}")
            at += 2
        elif way == "pair" and after:
            said.append(pair(here + after))
            at += 2
        elif way == "written":
            chunk = digits[at : at + draw(st.integers(2, 4))]
            said.append(draw(st.sampled_from([chunk, "-".join(chunk), " -".join(chunk), chunk + ","])))
            at += len(chunk)
        else:
            said.append("oh" if here == "0" and draw(st.booleans()) else UNITS[int(here)])
            at += 1
    return " ".join(said)


@st.composite
def dictations(draw: st.DrawFn) -> tuple[list[str], int]:
    """A question, an answer in up to three turns, and how many fillers are in it."""
    question = draw(st.sampled_from(sorted(ASKED)))
    digits = "".join(
        draw(st.lists(st.sampled_from("0123456789"), min_size=ASKED[question], max_size=ASKED[question]))
    )
    cut = sorted(draw(st.lists(st.integers(3, len(digits) - 3), max_size=2, unique=True)))
    lines = [f"a: {question}"]
    for start, end in zip([0, *cut], [*cut, len(digits)], strict=True):
        filler = draw(st.sampled_from(["", "", *FILLERS]))
        if start:
            lines.append(f"a: {draw(st.sampled_from(PROMPTS))}")
        lines.append(f"c: {filler} {draw(spoken(digits[start:end]))}")
    return lines, len(cut)


@given(dictations())
@settings(max_examples=150, deadline=None)
def test_every_dictated_digit_is_redacted(dictation: tuple[list[str], int]) -> None:
    conversation = talk(*dictation[0])
    redacted = covered(conversation, RULES)
    fillers = set(" ".join(FILLERS).split())
    told = {
        index
        for turn in conversation.turns
        if turn.speaker == "customer"
        for index in range(turn.first_word, turn.end_word)
        if conversation.words[index].text not in fillers
    }
    assert told <= redacted


@st.composite
def spellings(draw: st.DrawFn) -> list[str]:
    """A question, and an answer of letters and digits as somebody may spell it."""
    question = draw(st.sampled_from(sorted(LETTERED)))
    letters, digits = LETTERED[question]
    said = [draw(spelled_letter(draw(st.sampled_from(ALPHABET)))) for _ in range(letters)]
    number = "".join(draw(st.lists(st.sampled_from("123456789"), min_size=digits, max_size=digits)))
    said.append(draw(spoken(number)))
    return [f"a: {question}", f"c: {draw(st.sampled_from(['', 'yes', 'um']))} {' '.join(said)}"]


@st.composite
def spelled_letter(draw: st.DrawFn, word: str) -> str:
    letter = word[0]
    ways = [
        letter,
        letter.upper(),
        letter.upper() + ",",
        word,
        f"{letter} for {word}",
        f"{letter} as in {word}",
    ]
    return draw(st.sampled_from(ways))


@given(spellings())
@settings(max_examples=150, deadline=None)
def test_every_spelled_value_is_redacted(lines: list[str]) -> None:
    conversation = talk(*lines)
    answer = conversation.turns[1]
    told = {
        at
        for at in range(answer.first_word, answer.end_word)
        if conversation.words[at].text not in {"yes", "um"}
    }
    assert told <= covered(conversation, RULES)


MONTHS = "january february march april may june july august september october november december".split()
DAYS = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split()


@st.composite
def birthdays(draw: st.DrawFn) -> str:
    """A date of birth in one of the orders and forms in which people tell it."""
    month, day, year = draw(st.integers(1, 12)), draw(st.integers(1, 12)), draw(st.integers(1931, 2009))
    century, rest = f"{year:04}"[:2], f"{year:04}"[2:]
    years = f"{'nineteen' if century == '19' else 'two thousand and'} {pair(rest).removeprefix('oh ')}"
    ways = [
        f"{MONTHS[month - 1]} {DAYS[day - 1]} {years}",
        f"the {DAYS[day - 1]} of {MONTHS[month - 1]} {years}",
        f"{MONTHS[month - 1].title()} {day}, {year}",
        f"{month}/{day}/{year}",
        f"{day:02}-{month:02}-{year}",
        f"{pair(f'{month:02}')} {pair(f'{day:02}')} {pair(rest)}",
        f"the {DAYS[day - 1]} of the {DAYS[month - 1]} {pair(rest)}",
    ]
    return draw(st.sampled_from(ways))


@given(
    birthdays(),
    st.sampled_from(["a: and your date of birth", "a: what's the patient's birthday", "a: d o b please"]),
)
@settings(max_examples=100, deadline=None)
def test_every_date_of_birth_is_redacted(birthday: str, question: str) -> None:
    conversation = talk(question, f"c: it's {birthday}")
    answer = conversation.turns[1]
    assert set(range(answer.first_word + 1, answer.end_word)) <= covered(conversation, RULES)


FIRST = "james mary robert patricia michael jennifer".split()
LAST = "okonkwo fitzgerald abernathy castellano thornbury vandermeer".split()
NAMED = ["a: can i have your name please", "a: who am i speaking to"]
MAILED = ["a: and what's your e-mail address", "a: which email is that"]


@st.composite
def names(draw: st.DrawFn) -> list[str]:
    """A name, asked for and told at once or over two turns."""
    told = f"{draw(st.sampled_from(FIRST))}|{draw(st.sampled_from(LAST))}"
    between = draw(st.sampled_from([" ", f"\na: {draw(st.sampled_from(PROMPTS))}\nc: "]))
    begins = draw(st.sampled_from(["my name is ", "it's ", "this is "]))
    return [draw(st.sampled_from(NAMED)), *f"c: {begins}{told.replace('|', between)}".split("\n")]


@st.composite
def mails(draw: st.DrawFn) -> list[str]:
    """An e-mail address as somebody may say it, or as an engine may write it."""
    letters = st.text("bcdfghklmnprstvz", min_size=5, max_size=8)
    local = draw(st.one_of(letters, st.just("https")))
    domain = draw(st.one_of(letters, st.sampled_from(["gmail", "yahoo", "outlook"])))
    ways = [
        f"{local}@{domain}.com",
        f"{local} at {domain} dot com",
        f"{' '.join(local)} at {domain} dot com",
        f"{local} underscore {draw(st.sampled_from(UNITS))} at {domain} dot co dot uk",
        f"{local} dot {draw(letters)} at {domain} dot org",
    ]
    return [draw(st.sampled_from(MAILED)), f"c: it's {draw(st.sampled_from(ways))}"]


@given(st.one_of(names(), mails()))
@settings(max_examples=100, deadline=None)
def test_every_name_and_e_mail_address_is_redacted(lines: list[str]) -> None:
    conversation = talk(*lines)
    said = {"my", "name", "is", "it's", "this"}
    told = {
        at
        for turn in conversation.turns
        if turn.speaker == "customer"
        for at in range(turn.first_word, turn.end_word)
        if conversation.words[at].text not in said
    }
    assert told <= covered(conversation, RULES)


TALKS = st.one_of(
    dictations().map(lambda dictation: dictation[0]),
    spellings(),
    names(),
    mails(),
    birthdays().map(lambda told: ["a: and your date of birth", f"c: it's {told}"]),
)


@given(TALKS)
@settings(max_examples=100, deadline=None)
def test_redacting_a_redacted_call_changes_nothing(lines: list[str]) -> None:
    conversation = talk(*lines)
    once = render(conversation, find_pii(conversation, RULES))
    assert render(once, find_pii(once, RULES)) == once


def with_threshold(value: float) -> Rules:
    entities = {name: rule.model_copy(update={"threshold": value}) for name, rule in RULES.entities.items()}
    return RULES.model_copy(update={"entities": entities})


LADDER = [with_threshold(value) for value in (0.0, 0.5, 0.7, 0.95)]


@given(
    TALKS,
    st.sampled_from(["c: my name is jane doe", "a: hi faith it's main street", "c: april fifth 1980"]),
)
@settings(max_examples=60, deadline=None)
def test_a_lower_threshold_never_uncovers_a_word(lines: list[str], more: str) -> None:
    conversation = talk(*lines, more)
    steps = [covered(conversation, rules) for rules in LADDER]
    assert all(stricter <= looser for looser, stricter in itertools.pairwise(steps))
