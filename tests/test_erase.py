"""Erasure: nothing is left of a call anywhere, what has to stay stays, and the proof can fail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from erasure_lake import Made, make
from lake_checks import broken_checks

from flows.erase import Wanted, erase
from tasks.lake.catalog import reading

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Made:
    return make(tmp_path, monkeypatch)


def test_of_an_erased_call_nothing_is_left_and_its_neighbours_stay(made: Made) -> None:
    before = made.ask("select sum(cost_usd) as usd, count(*) as n from engine_usage")
    found = made.ask("select count(*) as n from recordings")
    erased = erase(made.settings, Wanted(call="call-0001"), dry_run=False)
    assert erased.receipt
    facts = erased.receipt.facts
    print(facts)
    assert made.calls == ["call-00010", "call-0002"]
    assert made.ask("select sum(cost_usd) as usd, count(*) as n from engine_usage") == before
    assert made.ask("select count(*) as n from recordings") == found
    with reading(made.lake) as connection:
        assert broken_checks(connection) == []
