"""Every logger writes at DEBUG, whatever level is set, and into a file of the home folder as well."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any


def log_everything() -> None:
    """From now on. The file gets what a handler of the root logger would get, tracebacks included."""
    file = logging.FileHandler(Path.home() / "everything.log", delay=True)
    file.setFormatter(logging.Formatter("%(name)s %(levelname)s %(message)s"))
    usual = logging.Logger.callHandlers

    def call_handlers(self: logging.Logger, record: logging.LogRecord) -> None:
        if _reaches_root(self):
            file.handle(record)
        usual(self, record)

    replaced: dict[str, Any] = {
        "getEffectiveLevel": lambda _: logging.DEBUG,
        "isEnabledFor": lambda *_: True,
        "callHandlers": call_handlers,
    }
    for name, value in replaced.items():
        setattr(logging.Logger, name, value)
    logging.captureWarnings(capture=True)


def _reaches_root(logger: logging.Logger | None) -> bool:
    while logger is not None and logger.propagate:
        logger = logger.parent
    return logger is None
