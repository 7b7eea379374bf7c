"""Security codes that were taken for a card's expiry date or the end of its number: they may not be kept."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tasks.redact import checksums
from tasks.redact.card_talk import CODE
from tasks.redact.run_chains import chained
from tasks.redact.shapes import USUAL

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tasks.redact.candidates import Candidate
    from tasks.redact.runs import Run
    from tasks.redact.script import Script

MISTAKEN = frozenset({"CARD_EXPIRY", "CARD_NUMBER", "CARD_LAST4"})
SCORE = 0.8
"""Sure enough to go before what else the words were taken for."""
DATE_AND_CODE = range(5, 11)
"""So many digits have a month, a year and a code."""
SOON = 3
"""So many turns after the date a code is told."""
LONGEST_WITH_DATE = 21
"""A number with more digits holds a card's number, its date and its code."""
_MONTH_AND_YEAR = re.compile(r"^(?:0?[1-9]|1[0-2])(?:20)?[1-4]\d$")


def find_card_codes(script: Script, runs: Sequence[Run], found: Sequence[Candidate]) -> Iterator[Candidate]:
    """Three or four digits that are no date, or come when that was told; and the end of too long a number."""
    if not any(one.entity.startswith("CARD_") for one in found):
        return
    surest = sorted(found, key=lambda one: one.score)
    named = {word: one for one in surest for word in range(one.first, one.end)}
    dates = list(_dates(script, runs, [one for one in found if one.entity == "CARD_EXPIRY"]))
    for index, run in enumerate(runs):
        here = named.get(run.first)
        if here is None or run.letters or here.entity not in MISTAKEN:
            continue
        whole = chained(runs, index)
        if run is whole[-1] and _holds_code(here.entity, whole):
            yield _code(here, _last_digits(script, run), run.end)
        elif here.entity == "CARD_EXPIRY" and run.digits in CODE:
            in_date = any(date.first <= run.first < date.end for date in dates)
            if not in_date or _is_code_behind(script, dates, run):
                yield _code(here, run.first, run.end)


def _holds_code(entity: str, whole: Sequence[Run]) -> bool:
    """Whether what was told in one go is too long for a card's number, or for its date."""
    if entity == "CARD_EXPIRY":
        told = whole[-1].value
        return len(told) in DATE_AND_CODE and not _MONTH_AND_YEAR.match(told)
    value, usual = "".join([part.value for part in whole]), USUAL["CARD_NUMBER"]
    longer = len(value) == usual + min(CODE) and checksums.card(value[:usual])
    return entity == "CARD_NUMBER" and (longer or len(value) > LONGEST_WITH_DATE)


def _dates(script: Script, runs: Sequence[Run], told: Sequence[Candidate]) -> Iterator[Candidate]:
    """Those that may be a month and a year."""
    values = {run.first: run.value for run in runs}
    for one in told:
        parts = {script.tokens[at].date_part for at in range(one.first, one.end)}
        number = next((values[at] for at in range(one.first, one.end) if at in values), "")
        if not parts.isdisjoint({"month", "ordinal", "written"}) or _MONTH_AND_YEAR.match(number):
            yield one


def _code(here: Candidate, first: int, end: int) -> Candidate:
    return here._replace(first=first, end=end, entity="CARD_CVV", score=SCORE, reason="after-card")


def _is_code_behind(script: Script, dates: Sequence[Candidate], run: Run) -> bool:
    """Whether another date was told just before, and these are three digits one by one."""
    here = script.say_of[run.first]
    by_one = run.singles == run.digits == min(CODE) and script.cores[run.first].isalnum()
    return by_one and any(
        date.end <= run.first and here - script.say_of[date.end - 1] <= SOON for date in dates
    )


def _last_digits(script: Script, run: Run) -> int:
    """The word with which the last three digits of a run begin."""
    digits, first = 0, run.end
    for at in reversed(run.words):
        if digits >= min(CODE):
            break
        digits, first = digits + script.tokens[at].digits, at
    return first
