"""The stand-in for the vendors, started once; and no way to any other machine."""

from __future__ import annotations

import ipaddress
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))  # importlib mode leaves the root off the path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.stand_in import StandIn


@pytest.fixture(scope="session")
def running() -> Iterator[StandIn]:
    from tests.stand_in import StandIn

    with StandIn() as stand_in:
        yield stand_in


@pytest.fixture
def stand_in(running: StandIn) -> StandIn:
    running.desk.forget()
    return running


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and not ipaddress.ip_address(address[0]).is_loopback:
            raise AssertionError("a test reached for the network")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
