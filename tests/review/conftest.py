"""The review app over one hostile lake; every test has a desk of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from review_app import HostileLake, ReviewApp, make_hostile_lake

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> HostileLake:
    """Landed once; tests read it, and add to `reveals`."""
    return make_hostile_lake(tmp_path_factory.mktemp("hostile"))


@pytest.fixture
def review(hostile: HostileLake, tmp_path: Path) -> Iterator[ReviewApp]:
    """The app on 127.0.0.1:8321."""
    app = ReviewApp.at(hostile, tmp_path)
    with app.setup.reader:
        yield app
