"""The stand-in on a free port of 127.0.0.1, in a thread."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, Self

import uvicorn

from tasks.stand_in.app import stand_in_app
from tasks.stand_in.desk import Desk
from tasks.stand_in.vendors import BASE_PATHS

if TYPE_CHECKING:
    from types import TracebackType

_START_S = 20


class StandIn:
    """A running stand-in; `desk` is what a test reads and sets."""

    def __init__(self, desk: Desk | None = None, port: int = 0) -> None:
        """Prepare it; entering starts it."""
        self.desk = desk or Desk()
        settings: dict[str, Any] = {
            "log_level": "critical",
            "lifespan": "off",
            "proxy_headers": False,
            "ws": "none",
        }
        app = stand_in_app(self.desk)
        self._server = uvicorn.Server(
            uvicorn.Config(app, host="127.0.0.1", port=port, timeout_graceful_shutdown=1, **settings)
        )
        self._thread = threading.Thread(target=self._server.run, name="stand-in", daemon=True)

    @property
    def url(self) -> str:
        """Where it listens."""
        host, port = self._server.servers[0].sockets[0].getsockname()[:2]
        return f"http://{host}:{port}"

    @property
    def key(self) -> str:
        """The key that it accepts."""
        return self.desk.key

    def base_url(self, engine: str) -> str:
        """What takes the place of the vendor's address."""
        return self.url + BASE_PATHS.get(engine, "")

    def __enter__(self) -> Self:
        """Start, and wait until it listens."""
        self._thread.start()
        until = time.monotonic() + _START_S
        while not self._server.started:
            if time.monotonic() > until or not self._thread.is_alive():
                raise RuntimeError("the stand-in does not start")
            time.sleep(0.01)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop listening."""
        self._server.should_exit = True
        self._thread.join(timeout=_START_S)
