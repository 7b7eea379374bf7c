"""What the app works with; pages find it by `setup_of(request)`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

from flows.review.place import Place
from flows.review.sealing import Seal
from tasks.desk.store import Desk
from tasks.keys import Keyring
from tasks.lake.catalog import Lake
from tasks.lake.standing_reader import StandingReader
from tasks.settings import Settings

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection


def now() -> datetime:
    """The moment, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Setup:
    """One app's lake, desk and place. The lake is only read; the keyring is loaded when it is needed."""

    settings: Settings
    lake: Lake
    reader: StandingReader
    desk: Desk
    keyring: Callable[[], Keyring]
    place: Place
    seal: Seal
    clock: Callable[[], datetime] = now


def setup_of(request: HTTPConnection) -> Setup:
    """The setup of the app that a request came to."""
    return cast("Setup", request.app.state.setup)
