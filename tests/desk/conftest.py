"""A desk of the test's own."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tasks.desk.store import Desk

sys.path.insert(0, str(Path(__file__).parent))  # importlib mode leaves test folders off the path


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk.at(tmp_path / "review.sqlite")
