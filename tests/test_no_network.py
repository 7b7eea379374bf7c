from __future__ import annotations

import os
import socket
import tempfile
from pathlib import Path

import pytest
from no_network import NetworkForbidden


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("example.com", 443)])
def test_sockets_do_not_leave_this_machine(address: tuple[str, int]) -> None:
    with socket.socket() as one, pytest.raises(NetworkForbidden):
        one.connect(address)
    with socket.socket(type=socket.SOCK_DGRAM) as one, pytest.raises(NetworkForbidden):
        one.sendto(b"x", address)


def test_loopback_works() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as one:
        one.connect(server.getsockname())


def test_a_test_has_a_home_of_its_own(tmp_path: Path) -> None:
    assert Path.home().is_relative_to(tmp_path)
    assert Path.cwd() == tmp_path
    assert Path(tempfile.gettempdir()).is_relative_to(tmp_path)
    assert not [name for name in os.environ if name.startswith("CALLARCHIVE_")]
