"""A month's ceiling holds for all workers of a lake together, in both forms."""

from __future__ import annotations

import random
from contextlib import ExitStack
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from tasks.errors import EngineBusy, OverBudget
from tasks.lake.leases import leases_of
from tasks.lake.purse import Purse
from tasks.spending import Budget

if TYPE_CHECKING:
    from tasks.lake.catalog import Lake


def _usd(purse: Purse) -> float:
    ((usd,),) = purse.board.run(then=f"select usd from callarchive_spending where month = '{purse.month}'")
    return float(usd)


def _fails_sometimes(dice: random.Random) -> None:
    if dice.random() < 0.2:
        raise EngineBusy("later")


def test_workers_never_pass_a_months_ceiling_together(either_form: Lake) -> None:
    with ExitStack() as stack:
        crowd = [stack.enter_context(leases_of(either_form, 60)) for _ in range(3)]
        purses = [Purse(worker.board) for worker in crowd]
        for purse in purses:
            purse.begin(1.0, alone=purse is purses[0])
        budgets = [Budget(per_month_usd=2.0, month_before_usd=1.0, purse=purse) for purse in purses]
        spent: list[float] = []

        def spend(budget: Budget, seed: int) -> None:
            dice = random.Random(seed)  # noqa: S311  (prices)
            for _ in range(20):
                price = dice.choice([0.05, 0.1, 0.2])
                try:
                    with budget.holding(price):
                        _fails_sometimes(dice)
                    spent.append(price)
                except (OverBudget, EngineBusy):
                    continue

        threads = [Thread(target=spend, args=(budget, at)) for at, budget in enumerate(budgets)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert 0.9 <= sum(spent) <= 1.0 + 1e-9
        assert _usd(purses[0]) == pytest.approx(1.0 + sum(spent))
        with pytest.raises(OverBudget, match="MAX_USD_PER_MONTH"), budgets[1].holding(0.2):
            pass


def test_what_a_killed_worker_set_aside_counts_until_nobody_is_left(either_form: Lake) -> None:
    with leases_of(either_form, 60) as one:
        purse = Purse(one.board)
        purse.begin(3.0, alone=True)
        assert purse.take(2.0, 10.0)
        purse.begin(4.0, alone=False)
        assert _usd(purse) == 5.0
        purse.begin(6.0, alone=False)
        assert _usd(purse) == 6.0
        purse.add(0.5)
        assert _usd(purse) == 6.5
        purse.begin(4.0, alone=True)
        assert _usd(purse) == 4.0


def test_each_month_has_its_own_count(empty_place: Lake) -> None:
    with leases_of(empty_place, 60) as one:
        march, april = Purse(one.board, "2026-03"), Purse(one.board, "2026-04")
        march.begin(9.0, alone=True)
        april.begin(0.0, alone=True)
        assert not march.take(2.0, 10.0)
        assert april.take(2.0, 10.0)
