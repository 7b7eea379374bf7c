"""Who asks: the account on its machine, for rows that people answer for."""

from __future__ import annotations

import getpass
import socket


def account() -> str:
    """The account that runs this process, as name@machine."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError, ImportError):
        name = "unknown"
    return f"{name}@{socket.gethostname()}"
