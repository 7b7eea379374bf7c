"""Nothing leaves this machine: sockets reach loopback and nothing else."""

from __future__ import annotations

import os
import socket
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

REPORT = "CALLARCHIVE_TEST_SOCKETS"
"""Names a file that gets a line for every attempt, for programs that swallow errors."""


class NetworkForbidden(OSError):
    """A test tried to reach another machine."""


def is_near(family: int, address: Any) -> bool:
    """Whether an address is on this machine."""
    if family not in (socket.AF_INET, socket.AF_INET6):
        return True
    host = str(address[0]).partition("%")[0]
    if host in ("", "localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def forbid(replace: Callable[[type, str, Any], None] = setattr) -> None:
    """Refuse every connection off loopback in this process; `replace` puts the guards into place."""
    near = {name: getattr(socket.socket, name) for name in ("connect", "connect_ex", "sendto")}

    def guarded(name: str) -> Any:
        def method(self: socket.socket, *arguments: Any) -> Any:
            if arguments and isinstance(arguments[-1], tuple) and not is_near(self.family, arguments[-1]):
                _report(name)
                raise NetworkForbidden(f"{name} to another machine")
            return near[name](self, *arguments)

        return method

    for name in near:
        replace(socket.socket, name, guarded(name))


def _report(name: str) -> None:
    if os.environ.get(REPORT):
        with Path(os.environ[REPORT]).open("a") as file:
            file.write(f"{name}\n")
