"""The stand-in for the vendors, started once."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))  # importlib mode leaves the root off the path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tasks.stand_in import StandIn


@pytest.fixture(scope="session")
def running() -> Iterator[StandIn]:
    from tasks.stand_in import StandIn

    with StandIn() as stand_in:
        yield stand_in


@pytest.fixture
def stand_in(running: StandIn) -> StandIn:
    running.desk.forget()
    return running
