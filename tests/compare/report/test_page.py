from __future__ import annotations

import re
from datetime import UTC, datetime

from by_hand import hypothesis, reference, side, sound
from html_pages import Balance

from tasks.compare.comparison import Comparison
from tasks.compare.hypothesis import Hypothesis, Request
from tasks.compare.report.page import report
from tasks.compare.result import Circumstances, Contender, Result, result_of
from tasks.compare.statements import statements
from tasks.engines import deepgram, local

HOSTILE = "local:<script>alert(1)</script>&"
SAID = reference(side("hello i lost my card", channel=0), side("thank you four two", channel=1))


def compared(*, said: bool = True) -> Result:
    comparison = Comparison((HOSTILE, "deepgram"))
    heard = {
        HOSTILE: _paid(hypothesis("hello i lost my card", "thank you 42", sure=0.9), 0.0),
        "deepgram": _paid(hypothesis("hello i lost a cart", "thank you 43", sure=0.8), 0.001),
    }
    for _ in range(12):
        comparison.add(sound(2), SAID if said else None, heard, {})
    contenders = (
        Contender(HOSTILE, "local", "<b>", local.CAPABILITIES),
        Contender("deepgram", "deepgram", "nova-3", deepgram.CAPABILITIES),
    )
    how = Circumstances("abc", datetime(2026, 3, 1, tzinfo=UTC), stand_in=True, quarantined=1)
    return result_of(comparison, contenders, how)


def _paid(one: Hypothesis, usd: float) -> Hypothesis:
    return Hypothesis(one.words, (Request(60_000, usd, 900),))


def test_the_page_is_whole_and_every_picture_is_told_in_words() -> None:
    result = compared()
    page = report(result, statements(result))
    balance = Balance(page)
    assert balance.open == []
    assert balance.unscoped == 0
    assert len(balance.labels) == 4
    assert all(len(label) > 30 for label in balance.labels)
    assert not re.search(r"""(?:src|href)\s*=\s*["'](?!#)|@import""", page)
    assert "default-src 'none'" in page


def test_names_are_text_and_never_markup() -> None:
    result = compared()
    page = report(result, statements(result))
    assert "<script" not in page
    assert "<b>" not in page
    assert "&lt;script&gt;" in page


def test_the_best_value_of_a_row_is_marked() -> None:
    result = compared()
    page = report(result, statements(result))
    assert re.search(r"word error rate.*?<span class=\"best\">0.0%</span>", page, re.DOTALL)
    assert re.search(r"33.3%</span>", page)
    assert "1 recording could not be read" in page


def test_without_references_there_is_a_page_without_error_rates() -> None:
    result = compared(said=False)
    page = report(result, statements(result))
    assert "word error rate" not in page
    assert "Who agrees with whom" in page
    assert page.count("<svg") == 0
