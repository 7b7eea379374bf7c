"""What the tests of questions share: the days they ask about, and when two answers are the same."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
import sql_oracles

if TYPE_CHECKING:
    from made_talk import Row

DAYS = [{}, {"since": "2026-03-03"}, {"until": "2026-03-04"}, {"since": "2026-03-03", "until": "2026-03-05"}]


def of_days(rows: list[Row], days: dict[str, str]) -> list[Row]:
    since, until = (date.fromisoformat(days[name]) if name in days else None for name in ("since", "until"))
    return sql_oracles.between(rows, since, until)


def same(rows: list[Row], expected: list[Row], *key: str) -> None:
    """The same rows, whatever their order; the key says which row is which."""
    by_key = {tuple(row[name] for name in key): row for row in expected}
    assert len(by_key) == len(expected)
    assert {tuple(row[name] for name in key) for row in rows} == set(by_key)
    assert len(rows) == len(expected)
    for row in rows:
        wanted = by_key[tuple(row[name] for name in key)]
        assert row == {
            name: pytest.approx(value, rel=1e-6) if isinstance(value, float) else value
            for name, value in wanted.items()
        }
