"""The review app at a port of this machine, asked over a plain socket."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from flows.review.app import server_of

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator

    from review_app import ReviewApp

    from flows.review.place import Place


@contextmanager
def serving(review: ReviewApp, place: Place) -> Iterator[None]:
    """A server of the app in a thread of its own, which has ended afterwards."""
    server = server_of(review.app, place)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield
    finally:
        server.should_exit = True
        thread.join(30)
        assert not thread.is_alive()


def asked(port: int, request: str, wrap: ssl.SSLContext | None = None) -> bytes:
    """Everything that comes back until the server closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as plain:
        connection = wrap.wrap_socket(plain, server_hostname="127.0.0.1") if wrap else plain
        connection.sendall(request.encode())
        parts = []
        while part := connection.recv(65_536):
            parts.append(part)
        return b"".join(parts)


def asked_or_nothing(port: int, request: str) -> bytes:
    """The same of a server that may break off."""
    try:
        return asked(port, request)
    except ConnectionError:
        return b""


def get(place: Place, path: str, *headers: str) -> bytes:
    """The answer to one GET, head and body."""
    lines = [f"GET {path} HTTP/1.1", f"host: 127.0.0.1:{place.port}", "connection: close", *headers]
    return asked(place.port, "\r\n".join([*lines, "", ""]))
