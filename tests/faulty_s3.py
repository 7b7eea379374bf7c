"""An S3 server (moto's) that refuses or delays requests while a file says so.

Usage: faulty_s3.py PORT FILE; the file holds {"every": 4, "slow_s": 0.2}: each fourth request gets a 503.
"""

from __future__ import annotations

import json
import sys
import time
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moto import server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def serve(port: str, faults: Path) -> None:
    """Serve until the process is ended."""
    numbers, run_simple = count(1), server.run_simple

    def faulty(host: str, port: int, app: Callable[..., Iterable[bytes]], **how: Any) -> None:
        def answer(request: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
            now = json.loads(faults.read_text()) if faults.exists() else {}
            time.sleep(now.get("slow_s", 0))
            if now.get("every") and next(numbers) % now["every"] == 0:
                request["wsgi.input"].read(int(request.get("CONTENT_LENGTH") or 0))
                start("503 Slow Down", [("content-type", "application/xml")])
                return [b"<Error><Code>SlowDown</Code><Message>later</Message></Error>"]
            return app(request, start)

        run_simple(host, port, answer, **how)

    server.run_simple = faulty
    server.main(["-H", "127.0.0.1", "-p", port])


if __name__ == "__main__":
    serve(sys.argv[1], Path(sys.argv[2]))
