from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.errors import EngineBusy, OverBudget
from tasks.spending import Budget


def test_without_ceilings_anything_goes() -> None:
    budget = Budget()
    with budget.holding(1e9):
        pass
    assert budget.run_usd == 1e9


def test_money_set_aside_counts_before_it_is_spent() -> None:
    budget = Budget(per_run_usd=1.0)
    with budget.holding(0.6), pytest.raises(OverBudget, match="1 USD per run"), budget.holding(0.6):
        pass
    with budget.holding(0.4):
        pass
    assert budget.run_usd == pytest.approx(1.0)


def test_what_fails_is_given_back() -> None:
    budget = Budget(per_run_usd=1.0)
    with pytest.raises(EngineBusy), budget.holding(0.9):
        raise EngineBusy("later")
    assert budget.run_usd == 0


def test_the_month_counts_what_was_spent_before() -> None:
    budget = Budget(per_month_usd=10, month_before_usd=9.9)
    with budget.holding(0.1):
        pass
    with pytest.raises(OverBudget, match="MAX_USD_PER_MONTH"), budget.holding(0.01):
        pass


def test_lost_answers_count_towards_the_ceiling() -> None:
    budget = Budget(per_run_usd=1.0)
    budget.lost(0.95)
    with pytest.raises(OverBudget), budget.holding(0.1):
        pass


def test_what_costs_nothing_goes_beyond_every_ceiling() -> None:
    with Budget(per_run_usd=0.0, per_month_usd=0.0, month_before_usd=5).holding(0.0):
        pass


@given(st.lists(st.floats(0, 1, allow_nan=False), max_size=60), st.floats(0, 5, allow_nan=False))
def test_a_ceiling_is_never_passed(prices: list[float], ceiling: float) -> None:
    budget = Budget(per_run_usd=ceiling)
    for price in prices:
        try:
            with budget.holding(price):
                pass
        except OverBudget:
            continue
    assert budget.run_usd <= ceiling + 1e-9
